"""What the cover of a maturity profile says: whose it is, which round, how it came about, and the document it comes from."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext

from assessments.council_paper import FACTS, PAPER_NAMES, REFERENCES, TEXTS

#: So many signs of a checksum stand where there is no room for all of them.
SHORT_CHECKSUM = 16
#: From so many characters on, the texts of a council paper are long.
LONG_TEXTS = 2000


@dataclass(frozen=True, slots=True)
class WorkflowStep:
    """One step of the workflow: what happened (a label, „freigegeben“), on which day, by whom ("" if not known or not told)."""

    label: str
    on: date | None
    by: str


@dataclass(frozen=True, slots=True)
class RoundRef:
    """One round of the project. ``on`` is the day of approval, of the start while there is none."""

    public_id: str
    number: int
    label: str
    on: date | None


@dataclass(frozen=True, slots=True)
class RecordMark:
    """The document a profile comes from. ``version`` counts the approvals of its round, ``address`` is where it can be checked.

    ``rendition`` counts the times its files were made: 1 with the approval, more where they were designed anew or where a name
    had to go; then ``rendition_reason`` and ``rendition_at`` say which and when. ``lacks_a_name``: one went, now or before.
    """

    number: str
    version: int
    approved_at: datetime
    checksum: str
    address: str
    rendition: int = 1
    rendition_reason: str = ""
    rendition_at: datetime | None = None
    lacks_a_name: bool = False

    @property
    def short_checksum(self) -> str:
        """Its beginning: enough to tell two documents apart, and too much to guess."""
        return self.checksum[:SHORT_CHECKSUM]

    @property
    def checksum_parts(self) -> tuple[str, ...]:
        """In groups of eight, as people compare it."""
        return tuple(self.checksum[start : start + 8] for start in range(0, len(self.checksum), 8))

    @property
    def page(self) -> str:
        """The address without the checksum, to be typed."""
        return self.address.split("?")[0]


@dataclass(frozen=True, slots=True)
class CouncilPaper:
    """What a council paper says beside the profile: what people typed, "" where they left it out.

    ``contact``, ``participants``, ``signatures`` and ``distribution`` may name people.
    """

    file_number: str = ""
    number: str = ""
    office: str = ""
    contact: str = ""
    funding_reference: str = ""
    funding_period: str = ""
    resolution: str = ""
    financial_effect: str = ""
    participants: str = ""
    method: str = ""
    signatures: tuple[str, ...] = ()
    distribution: str = ""

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What stands at the head of a paper, each on a line: what it is called, in the active language, and what it is."""
        return self._named(FACTS)

    @property
    def references(self) -> tuple[tuple[str, str], ...]:
        """The facts under which it is filed."""
        return self._named(REFERENCES)

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """What takes more than a line, in the same way; without the signatures."""
        return self._named(TEXTS)

    @property
    def is_long(self) -> bool:
        """Its texts alone would take half a page of a short report and more."""
        return sum(len(text) for _name, text in self.texts) > LONG_TEXTS

    def _named(self, fields: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        filled_in = [(field, getattr(self, field)) for field in fields]
        return tuple((str(PAPER_NAMES[field]), text) for field, text in filled_in if text)

    def without_names(self) -> "CouncilPaper":
        return replace(self, contact="", participants="", signatures=(), distribution="")


def report_name(project_slug: str, number: int | str, *, is_draft: bool = False) -> str:
    """What the files about a round are called, without an ending. ``number`` is the round's."""
    return f"reifeprofil-{project_slug}-runde-{number}{'-entwurf' if is_draft else ''}"


@dataclass(frozen=True, slots=True)
class Meta:
    """What the cover says. ``language`` is the code of the texts' language, ``as_of`` the day it speaks of: of an approved
    round that of its latest step or answer, of any other the day on which it was fetched.

    ``coat_of_arms`` is the stored name of the municipality's picture, "" without one; another picture has another name, so that
    equal profiles look equal. ``confidentiality`` is a key of ``Confidentiality``, it and its label "" without a mark.
    ``phase_label`` is empty for the municipality as a whole, which is in no phase. ``scope`` names the phases assessed, in
    order. ``is_draft`` until approved. ``steps`` are started, submitted, approved: those that have happened. ``compared`` is
    the round that all changes refer to; ``rounds`` are the earlier approved rounds one may compare with, the latest first.
    ``written_in`` is the language of reasons, evidence and measures: German, but for the example in English. ``paper`` is None
    where nothing of it was filled in.
    """

    public_id: str
    municipality: str
    coat_of_arms: str
    is_fictional: bool
    project: str
    project_slug: str
    project_summary: str
    confidentiality: str
    confidentiality_label: str
    is_municipality_wide: bool
    phase: str | None
    phase_label: str
    round: int
    round_label: str
    state: str
    state_label: str
    is_draft: bool
    edition: str
    edition_title: str
    edition_checksum: str
    scope: tuple[str, ...]
    language: str
    as_of: date
    started_on: date
    submitted_on: date | None
    approved_on: date | None
    approved_by: str
    steps: tuple[WorkflowStep, ...]
    compared: RoundRef | None
    rounds: tuple[RoundRef, ...]
    attribution: str
    level_scale_notice: str
    record: RecordMark | None = None
    written_in: str = "de"
    paper: CouncilPaper | None = None

    @property
    def own_language(self) -> str:
        """The language people wrote their answers in, where the other texts are in another; "" where it is the same."""
        return "" if self.written_in == self.language else self.written_in

    @property
    def is_named_by_us(self) -> bool:
        """Whether the project's name is a text of ours, in the language of the report: that of the municipality as a whole."""
        return self.is_municipality_wide and self.project == gettext("Kommune insgesamt")

    @property
    def file_name(self) -> str:
        """„reifeprofil-parkraum-app-runde-2-entwurf“, without an ending: plain letters only, as every system takes them."""
        return report_name(self.project_slug, self.round, is_draft=self.is_draft)
