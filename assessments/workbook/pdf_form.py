"""The workshop form (PDF) that was filled in on a screen: its fields as a workbook like the sheet's, so that all rules are one.

What a field leaves out stays as it is: the form shows no answer, so an empty field says nothing.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from django.utils.translation import gettext as _

from assessments.models import ScoreState
from assessments.services.answers import Answer
from assessments.workbook.cells import Cell, Rows, UnreadableFile, Workbook
from assessments.workbook.columns import COLUMNS, PLACES, SHEET_NAME
from assessments.workbook.form_fields import FIELDS
from assessments.workbook.plan import StoredAnswer

PDF = b"%PDF-"
SECONDS = 20
MAX_BYTES_OUT = 20_000_000


def read_fields(data: bytes) -> dict[str, str]:
    """What stands in the fields of a PDF that a stranger may have made, read by a process of its own within bounds.

    Raises UnreadableFile.
    """
    reader = Path(__file__).with_name("pdf_fields.py")
    try:
        command = [sys.executable, "-I", str(reader)]
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 – our own
    except subprocess.TimeoutExpired as error:
        raise UnreadableFile(_damaged()) from error
    if done.returncode or len(done.stdout) > MAX_BYTES_OUT:
        raise UnreadableFile(_damaged())
    found: dict[str, str] = json.loads(done.stdout)
    return found


def _damaged() -> str:
    return _("Die PDF-Datei ist beschädigt oder geschützt. Bitte speichern Sie das ausgefüllte Formular noch einmal.")


def filled_in(data: bytes, *, assessment: str) -> dict[tuple[str, int], dict[str, str]]:
    """What was filled in, by criterion's key and version. Raises UnreadableFile where it is no form of this round."""
    found: dict[tuple[str, int], dict[str, str]] = {}
    others = False
    for name, value in read_fields(data).items():
        parts = name.split(":")
        if len(parts) != 4 or parts[3] not in FIELDS or not (parts[2].isascii() and parts[2].isdecimal() and len(parts[2]) < 9):
            continue
        if parts[0] != assessment:
            others = True
            continue
        answer = found.setdefault((parts[1], int(parts[2])), {})
        if value.strip():
            answer[parts[3]] = value
    if not found and others:
        raise UnreadableFile(_("Dieses Formular gehört zu einer anderen Bewertung."))
    if not found:
        raise UnreadableFile(
            _(
                "Diese PDF-Datei ist kein ausfüllbares Formular aus dem Skalierungscheck. "
                "Eine gescannte Seite lässt sich nicht einlesen."
            )
        )
    return found


def as_workbook(
    answers: Mapping[tuple[str, int], Mapping[str, str]], stored: Mapping[str, StoredAnswer], *, assessment: str
) -> Workbook:
    """One row for each criterion in which something was filled in; the rest of its answer is that of the form's version."""
    rows: Rows = {1: {place: Cell(str(column.title)) for place, column in enumerate(COLUMNS)}}
    for (key, version), said in answers.items():
        if said:
            rows[len(rows) + 1] = _row(key, version, said, stored.get(key), assessment)
    return Workbook({str(SHEET_NAME): rows})


def _row(key: str, version: int, said: Mapping[str, str], now: StoredAnswer | None, assessment: str) -> dict[int, Cell]:
    base = Answer() if now is None else now.answer if now.version == version else now.bases.get(version, now.answer)
    state, level = base.state, base.level
    if answer := said.get("answer"):
        is_level = answer not in (ScoreState.UNKNOWN, ScoreState.NOT_APPLICABLE)
        state, level = (str(ScoreState.RATED), None) if is_level else (answer, None)
    values = {
        "key": key,
        "title": now.title if now else key,
        "state": str(ScoreState(state).label),
        "level": said["answer"] if "answer" in said and state == ScoreState.RATED else "" if level is None else str(level),
        "rationale": said.get("rationale", base.rationale),
        "target_level": said.get("target_level", "" if base.target_level is None else str(base.target_level)),
        "target_date": said.get("target_date", base.target_date.isoformat() if base.target_date else ""),
        "evidence_text": said.get("evidence_text", ""),
        **{name: said.get(name, "") for name in ("evidence_url", "evidence_dated_on", "evidence_valid_until")},
        "version": str(version),
        "assessment": assessment,
    }
    return {PLACES[name]: Cell(value) for name, value in values.items() if value}
