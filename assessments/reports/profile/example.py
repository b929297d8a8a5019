"""An example to look at: the maturity profile of an invented town, made from two files alone.

Nothing of it is in the database, so it can be neither edited nor mixed with real rounds, and a fresh installation shows it as
well as the demo does. The answers are those of the demo's longest project up to its third round.
"""

from collections.abc import Iterator
from copy import copy
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assessments.models import AssessmentState, MeasureStatus, ScoreState
from assessments.reports.profile import texts
from assessments.reports.profile.build import build_profile
from assessments.reports.profile.inputs import AnswerFact, Facts, MilestoneFact, PhaseFact, RoundFact
from assessments.reports.profile.load import DEFAULT_LANGUAGE
from assessments.reports.profile.model import (
    EvidenceItem,
    MaturityProfile,
    MeasureItem,
    Meta,
    RoundRef,
    ScaleLevel,
    WorkflowStep,
)
from assessments.scoring import GateMilestone, Rating
from catalogue.models import CROSS_PHASE, MilestoneKind

CATALOGUE = settings.BASE_DIR / "fixtures" / "catalogue" / "edition-1.yaml"
TOWN = settings.BASE_DIR / "fixtures" / "demo" / "auenfurt.yaml"
PROJECT = "parkraum-lotse"
ROUNDS = 3


def example_profile() -> MaturityProfile:
    """The example in the active language. No query; read and built once per process and language (some 20 ms)."""
    return _profile((get_language() or DEFAULT_LANGUAGE).split("-")[0])


def _read(path: Path) -> Any:
    # libyaml where the package has it: a tenth of the time, and the same safe types.
    return yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 – both are safe


@cache
def _profile(language: str) -> MaturityProfile:
    return build_profile(_Example(language).facts())


class _Example:
    """The two files, in one language; what has no text in it is German."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.catalogue = _read(CATALOGUE)
        town = _read(TOWN)
        self.town = town["municipality"]["name"]
        self.people = {user["email"]: user["name"] for user in town["users"]}
        self.manager = next(user["name"] for user in town["users"] if user["role"] == "manager")
        self.project = next(project for project in town["projects"] if project["slug"] == PROJECT)
        self.rounds = self.project["rounds"][:ROUNDS]
        self.criteria = {item["key"]: item for item in self.catalogue["criteria"]}
        self.words = texts.Words()

    def text(self, texts_: dict[str, str] | None) -> str:
        return (texts_ or {}).get(self.language) or (texts_ or {}).get(DEFAULT_LANGUAGE) or ""

    def title(self, key: str) -> str:
        return self.text(self.criteria[key]["title"])

    def facts(self) -> Facts:
        phases = sorted(self.catalogue["phases"], key=lambda phase: phase["order"])
        rounds = list(self._rounds())
        earlier = tuple(RoundFact(ref, tuple(map(self._earlier, answers))) for ref, answers in rounds[:-1])
        return Facts(
            meta=self._meta(earlier, rounds[-1][1]),
            phases=tuple(
                PhaseFact(p["key"], p["code"], self.text(p["name"]), self._phase_label(p), p["key"] == CROSS_PHASE)
                for p in phases
            ),
            workstreams=tuple((stream["key"], self.text(stream["name"])) for stream in self.catalogue["workstreams"]),
            answers=tuple(map(self._answer, rounds[-1][1])),
            milestones=tuple(
                MilestoneFact(
                    GateMilestone(item["key"], item["phase"], _required(item["milestone"])),
                    self.text(item["title"]),
                    str(MilestoneKind(item["milestone"]["kind"]).label),
                )
                for item in self.criteria.values()
                if item["milestone"]
            ),
            rounds=earlier,
            measures=tuple(map(self._measure, sorted(self.project["measures"], key=lambda m: m["due_on"] or date.max))),
        )

    # --- The rounds, each carrying over what the one before said ------------------------------------------------------------

    def _rounds(self) -> Iterator[tuple[RoundRef, list[dict[str, Any]]]]:
        answers: dict[str, dict[str, Any]] = {}
        for number, content in enumerate(self.rounds, 1):
            given = 0
            for key in self.criteria:
                before, said = answers.get(key), content["answers"].get(key)
                answer = copy(before) if before else {"key": key, "state": ScoreState.OPEN, "level": None}
                if said is None:
                    answer["confirmed"] = before is None
                else:
                    day = content["started_on"] + timedelta(days=given // 8)  # as the demo spreads them
                    given += 1
                    if not said.get("confirm"):
                        answer |= self._said(said, day, answer.get("evidence", []))
                    answer |= {"by": self.people[said["by"]], "on": day, "confirmed": True}
                answers[key] = answer
            label = _("Runde %(number)s") % {"number": number}
            yield RoundRef(f"beispiel-{number}", number, label, content["approved_on"]), list(map(copy, answers.values()))

    def _said(self, said: dict[str, Any], day: date, old_evidence: list[EvidenceItem]) -> dict[str, Any]:
        level = said.get("level")
        # Invented addresses lead nowhere, so the example names its evidence without linking to it.
        evidence = [EvidenceItem(item["text"], "", day) for item in said.get("evidence") or []]
        return {
            "state": said.get("state", ScoreState.RATED if level is not None else ScoreState.OPEN),
            "level": level,
            "rationale": (said.get("rationale") or "").strip(),
            "target": said.get("target"),
            "target_date": said.get("target_date"),
            "evidence": evidence or old_evidence,
        }

    def _rating(self, answer: dict[str, Any]) -> Rating:
        criterion = self.criteria[answer["key"]]
        return Rating(
            key=answer["key"],
            state=answer["state"],
            level=answer["level"],
            target=answer.get("target"),
            confirmed=answer["confirmed"],
            workstreams=tuple(criterion["workstreams"]),
            phase=criterion["phase"],
        )

    def _earlier(self, answer: dict[str, Any]) -> AnswerFact:
        title = self.title(answer["key"])
        return AnswerFact(self._rating(answer), title, answer.get("rationale", ""), answer.get("by", ""), answer.get("on"))

    def _answer(self, answer: dict[str, Any]) -> AnswerFact:
        criterion = self.criteria[answer["key"]]
        return AnswerFact(
            rating=self._rating(answer),
            title=self.title(answer["key"]),
            summary=self.text(criterion["summary"]),
            levels=tuple(
                ScaleLevel(
                    step["level"],
                    self.words.levels[step["level"]],
                    self.text(step["description"]),
                    self.text(step.get("next_step")),
                )
                for step in criterion["levels"]
            ),
            rationale=answer.get("rationale", ""),
            target_date=answer.get("target_date"),
            evidence=tuple(answer.get("evidence", ())),
            comments=(),
            by=answer.get("by", ""),
            on=answer.get("on"),
        )

    # --- What stands around them --------------------------------------------------------------------------------------------

    def _phase_label(self, phase: dict[str, Any]) -> str:
        name = self.text(phase["name"])
        return name if phase["key"] == CROSS_PHASE else f"{phase['code']} {name}"

    def _measure(self, measure: dict[str, Any]) -> MeasureItem:
        key = measure["criterion"] or ""
        return MeasureItem(
            text=measure["text"],
            who=self.people.get(measure.get("owner"), "") or measure.get("owner_text") or "",
            due_on=measure["due_on"],
            status=measure["status"],
            status_label=str(MeasureStatus(measure["status"]).label),
            criterion_key=key,
            criterion_title=self.title(key) if key in self.criteria else "",
        )

    def _meta(self, earlier: tuple[RoundFact, ...], answers: list[dict[str, Any]]) -> Meta:
        this, edition = self.rounds[-1], self.catalogue["edition"]
        phase = next(phase for phase in self.catalogue["phases"] if phase["key"] == self.project["phase"])
        asked = {self.criteria[answer["key"]]["phase"] for answer in answers}
        author = self.people[self.project["team"][0]]
        refs = [fact.ref for fact in earlier]
        return Meta(
            public_id="beispiel",
            municipality=self.town,
            coat_of_arms="",
            is_fictional=True,
            project=self.project["name"],
            project_slug=self.project["slug"],
            project_summary=self.project["summary"],
            confidentiality="",
            confidentiality_label="",
            is_municipality_wide=False,
            phase=phase["key"],
            phase_label=self._phase_label(phase),
            round=len(self.rounds),
            round_label=_("Runde %(number)s") % {"number": len(self.rounds)},
            state=AssessmentState.APPROVED,
            state_label=str(AssessmentState.APPROVED.label),
            is_draft=False,
            edition=edition["number"],
            edition_title=self.text(edition["title"]),
            scope=tuple(self._phase_label(phase) for phase in self.catalogue["phases"] if phase["key"] in asked),
            language=self.language,
            as_of=this["approved_on"],
            started_on=this["started_on"],
            submitted_on=this["submitted_on"],
            approved_on=this["approved_on"],
            approved_by=self.manager,
            steps=(
                WorkflowStep(_("begonnen"), this["started_on"], ""),
                WorkflowStep(_("eingereicht"), this["submitted_on"], author),
                WorkflowStep(_("freigegeben"), this["approved_on"], self.manager),
            ),
            compared=refs[-1],
            rounds=tuple(reversed(refs)),
            attribution=self.text(edition["attribution"]),
            level_scale_notice=self.text(edition["level_scale_notice"]),
        )


def _required(milestone: dict[str, Any]) -> int:
    """The level of a milestone of the document; of a cross-phase one the highest of its levels."""
    return int(milestone.get("required_level") or max(milestone["required_levels"].values()))
