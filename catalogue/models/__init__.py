"""The catalogue: editions with their criteria, levels, milestones and good practices, in phases and workstreams.

Translated fields (see translation.py) have a column per language; ``criterion.title`` gives the active language's text and
falls back to German.
"""

from catalogue.models.change_log import ChangeAction, ChangeLogEntry
from catalogue.models.criterion import (
    Criterion,
    CriterionQuerySet,
    EditorialMark,
    LevelDescriptor,
    Subject,
    TitleSource,
)
from catalogue.models.edition import Edition, EditionQuerySet, EditionState
from catalogue.models.legal_note import LegalNote
from catalogue.models.milestone import Milestone, MilestoneKind
from catalogue.models.phase import CROSS_PHASE, PROJECT_PHASES, Phase, Workstream
from catalogue.models.practice import GoodPractice, ModelMark, OperatingModel, PracticeMark, Reference
from catalogue.models.upload import CatalogueUpload

__all__ = [
    "CROSS_PHASE",
    "PROJECT_PHASES",
    "CatalogueUpload",
    "ChangeAction",
    "ChangeLogEntry",
    "Criterion",
    "CriterionQuerySet",
    "Edition",
    "EditionQuerySet",
    "EditionState",
    "EditorialMark",
    "GoodPractice",
    "LegalNote",
    "LevelDescriptor",
    "Milestone",
    "MilestoneKind",
    "ModelMark",
    "OperatingModel",
    "Phase",
    "PracticeMark",
    "Reference",
    "Subject",
    "TitleSource",
    "Workstream",
]
