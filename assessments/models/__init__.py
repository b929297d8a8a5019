"""Projects and what is said about them, split by noun."""

from assessments.models.assessment import Assessment, AssessmentState
from assessments.models.comment import Comment
from assessments.models.edition_move import EditionMove
from assessments.models.evidence import Evidence
from assessments.models.measure import Measure, MeasureStatus
from assessments.models.project import Project
from assessments.models.score import Score, ScoreState
from assessments.models.share_link import ShareLink
from assessments.models.workbook_upload import SheetUpload

__all__ = [
    "Assessment",
    "AssessmentState",
    "Comment",
    "EditionMove",
    "Evidence",
    "Measure",
    "MeasureStatus",
    "Project",
    "Score",
    "ScoreState",
    "ShareLink",
    "SheetUpload",
]
