"""Projects and what is said about them, split by noun."""

from assessments.models.assessment import Assessment
from assessments.models.comment import Comment
from assessments.models.council_paper import ProjectPaper, RoundPaper
from assessments.models.edition_move import EditionMove
from assessments.models.evidence import Evidence
from assessments.models.measure import Measure, MeasureStatus
from assessments.models.peers import PeerBasis, PeerContribution, PeerFigure, PeerPart, PeerQuarter
from assessments.models.plan_variant import PlanVariant
from assessments.models.practice_offer import OfferState, PracticeOffer
from assessments.models.project import Project
from assessments.models.record import AssessmentRecord, RecordFile, RecordPerson, RecordRendition, RenditionReason
from assessments.models.rendered import RenderedPdf
from assessments.models.score import Score
from assessments.models.share_link import ShareLink
from assessments.models.states import AssessmentState, ScoreState, TransitionKind
from assessments.models.team_change import TeamChange
from assessments.models.transition import AssessmentTransition
from assessments.models.workbook_upload import WorkbookUpload
from assessments.models.workshop import Ballot, Participant, ScoreSpread, Vote, Workshop, WorkshopMode

__all__ = [
    "Assessment",
    "AssessmentRecord",
    "AssessmentState",
    "AssessmentTransition",
    "Ballot",
    "Comment",
    "EditionMove",
    "Evidence",
    "Measure",
    "MeasureStatus",
    "OfferState",
    "Participant",
    "PeerBasis",
    "PeerContribution",
    "PeerFigure",
    "PeerPart",
    "PeerQuarter",
    "PlanVariant",
    "PracticeOffer",
    "Project",
    "ProjectPaper",
    "RecordFile",
    "RecordPerson",
    "RecordRendition",
    "RenderedPdf",
    "RenditionReason",
    "RoundPaper",
    "Score",
    "ScoreSpread",
    "ScoreState",
    "ShareLink",
    "TeamChange",
    "TransitionKind",
    "Vote",
    "WorkbookUpload",
    "Workshop",
    "WorkshopMode",
]
