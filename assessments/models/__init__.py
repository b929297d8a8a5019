"""Projects and what is said about them, split by noun."""

from assessments.models.assessment import Assessment, AssessmentState
from assessments.models.measure import Comment, Measure, MeasureStatus
from assessments.models.move import EditionMove
from assessments.models.project import Project
from assessments.models.score import Evidence, Score, ScoreState
from assessments.models.share import ShareLink
from assessments.models.sheet import SheetUpload

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
