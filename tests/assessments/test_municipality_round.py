"""A round of the municipality as a whole: exactly what is worded for it, in that wording, on every surface."""

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import translation

from assessments.models import AssessmentState
from assessments.queries.gates import gates_of
from assessments.reports.pdf.workshop_form import form_html
from assessments.reports.profile.load import load_profile
from assessments.services import edition_switch, workflow
from assessments.services.answers import Answer, save_score
from assessments.services.projects import standing_project
from catalogue.edition_cache import cached_edition
from catalogue.services.importing import import_files, load_file
from catalogue.services.publishing import publish
from scaling.accounts.models import Membership
from tests.assessments.workbook.workbooks import exported, table_of
from tests.catalogue.documents import (
    CROSS_PHASE_MILESTONE,
    as_file,
    catalogue_document,
    criterion_document,
    wording_document,
)
from tests.factories import make_project


def document(number="1.0"):
    both_ = {"subject": "both", "offices": ["it"]}
    return catalogue_document(
        number=number,
        criteria=[
            criterion_document("loesung", milestone=dict(CROSS_PHASE_MILESTONE)),
            criterion_document("beides", **both_, municipality_wording=wording_document("beides")),
            criterion_document("spaet", phase="p4", **both_, municipality_wording=wording_document("spaet")),
            criterion_document("haus", subject="municipality", municipality_wording=wording_document("haus")),
        ],
    )


@pytest.fixture
def edition(db):
    return publish(edition=import_files([load_file(as_file(document()), "x")])[0].edition, by=None)


@pytest.fixture
def municipality_round(edition, municipality, bob):
    project = standing_project(municipality=municipality, by=bob)
    return workflow.start_assessment(project=project, by=bob)


def keys(assessment):
    return list(assessment.scores.order_by("criterion__order").values_list("criterion__key", flat=True))


def test_municipality_gets_exactly_what_is_worded_for_it(municipality_round):
    assert municipality_round.project.name == "Kommune insgesamt"
    assert keys(municipality_round) == ["beides", "spaet", "haus"]


def test_project_gets_its_phases_and_all_cross_phase_criteria(edition, municipality, alice):
    project = make_project(municipality, phase="p3", team=[alice])
    assert keys(workflow.start_assessment(project=project, by=alice)) == ["loesung", "beides", "haus"]


def test_rating_page_asks_in_the_wording_of_the_house(client, bob, municipality_round):
    Membership.objects.filter(user=bob).update(offices=["it"])
    client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("assessments:score", args=[municipality_round.public_id, "beides"])).text
    for text in (
        "beides, Haus auf Deutsch",
        "beides, Haus auf 3 auf Deutsch",
        "etwa: beides, Haus auf 0 auf Deutsch",
        "Frage zum Haus, beides?",
        "Nachweis im Haus, beides",
        "Sie setzt die Stufen darunter voraus",
        "beides, nicht hier auf Deutsch",
        "Wer weiß das?</strong> IT (Bob)",
    ):
        assert text in page
    assert "beides, Beschreibung 3" not in page


def test_paper_sheet_and_profile_speak_in_the_wording_of_the_house(municipality_round):
    criteria = [c for c in cached_edition(municipality_round.edition).criteria if c.key == "beides"]
    assert "Frage zum Haus, beides?" in form_html(
        municipality_round, [(number, one, 1) for number, one in enumerate(criteria, 1)]
    )
    result = next(r for r in load_profile(municipality_round).criteria if r.key == "beides")
    assert result.summary == "beides, Haus auf Deutsch"
    assert result.levels[4].description == "beides, Haus auf 4 auf Deutsch"
    cells = {cell for row in table_of(exported(municipality_round)) for cell in row}
    assert any("beides, Haus auf 4 auf Deutsch" in str(cell) for cell in cells)
    assert {"Wer weiß das?", "IT", "Gehört nicht hierher", "beides, nicht hier auf Deutsch"} <= cells


def test_sheet_names_what_the_gate_asks_for(edition, municipality, alice):
    project = make_project(municipality, phase="p3", team=[alice])
    head, *rows = table_of(exported(workflow.start_assessment(project=project, by=alice)))
    place = head.index("Meilenstein")
    assert [row[place] for row in rows] == ["Stufe 1 in P1, Stufe 2 in P2 und P3, Stufe 3 in P4 und P5", None, None]


def test_answer_to_a_criterion_without_the_wording_keeps_the_first(municipality_round):
    """Rounds from before there were wordings stay readable."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE catalogue_criterion DISABLE TRIGGER catalogue_criterion_of_draft")
        cursor.execute("UPDATE catalogue_criterion SET municipality_summary_de = '' WHERE key = 'beides'")
    result = next(r for r in load_profile(municipality_round).criteria if r.key == "beides")
    assert result.summary == "beides, kurz auf Deutsch"


def test_start_page_tells_length_and_asks_for_no_phases(client, bob, edition, municipality):
    project = standing_project(municipality=municipality, by=bob)
    client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("assessments:start", args=[project.public_id])
    page = client.get(url).text
    assert "3 Kriterien, die für die Kommune insgesamt formuliert sind" in page
    assert "etwa ¼\u00a0Stunde" in page
    assert 'name="phases"' not in page
    client.post(url)
    assert keys(project.assessments.get()) == ["beides", "spaet", "haus"]


def test_edition_without_the_wording_is_told_and_begins_nothing(client, bob, municipality, db):
    publish(edition=import_files([load_file(as_file(catalogue_document("eins")), "x")])[0].edition, by=None)
    project = standing_project(municipality=municipality, by=bob)
    client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("assessments:start", args=[project.public_id])
    for response in (
        client.get(url),
        client.post(url),
        client.post(reverse("assessments:short_check"), {"projekt": project.public_id}, follow=True),
    ):
        assert "noch kein Kriterium, das für die Kommune insgesamt formuliert ist" in " ".join(response.text.split())
        assert "weitere Phase" not in response.text
        assert 'name="beginnen"' not in response.text
    assert not project.assessments.exists()


def test_start_page_tells_how_long_each_phase_takes(client, bob, edition, municipality):
    project = make_project(municipality, phase="p4")
    client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("assessments:start", args=[project.public_id])).text
    assert "P4 Verstetigung auf Deutsch (1 Kriterium, ¼\u00a0Stunde)" in page
    assert "Für 4 Kriterien rechnen Sie mit etwa ¼\u00a0Stunde" in page


def test_move_to_a_newer_edition_looks_at_the_wording_of_the_house(municipality_round, bob):
    newer = document("2.0")
    newer["criteria"][1]["levels"][2]["description"]["de"] = "Nur für Lösungen anders"
    newer["criteria"][2]["municipality_wording"]["levels"][2]["description"]["de"] = "Für das Haus anders"
    newer["criteria"].append(criterion_document("noch-eine-loesung"))
    edition = publish(edition=import_files([load_file(as_file(newer), "y")])[0].edition, by=None)
    plan = edition_switch.plan(municipality_round, edition)
    assert [p.key for p in plan.kept] == ["beides", "haus"]
    assert [p.key for p in plan.changed] == ["spaet"]
    assert plan.new == ()
    assert municipality_round.state == AssessmentState.DRAFT


def test_one_name_in_both_languages(client, bob, municipality):
    client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    assert "Kommune insgesamt" in client.get(reverse("reports:municipality", args=[municipality.public_id])).text
    with translation.override("en"):
        assert translation.gettext("Kommune insgesamt") == "Municipality as a whole"


@pytest.mark.parametrize(
    ("milestones", "answer", "state", "total", "says"),
    [
        (["loesung"], Answer("rated", 4), "not_examined", 0, "Für die Kommune insgesamt ist kein Meilenstein formuliert."),
        (["loesung", "beides"], Answer("open"), "not_examined", 1, "Geprüft wurde noch nichts."),
        (["loesung", "beides"], Answer("rated", 1), "blocked", 1, "Der Meilenstein fehlt noch."),
        (["loesung", "beides"], Answer("rated", 3), "reached", 1, "Der Meilenstein ist erreicht."),
        (
            ["loesung", "beides"],
            Answer("not_applicable", rationale="Das trägt der Landkreis."),
            "not_examined",
            0,
            "Es gibt nichts zu prüfen. 1 Meilenstein entfällt, weil er nicht zutrifft.",
        ),
        (["loesung", "beides", "haus"], Answer("rated", 3), "blocked", 2, "1 von 2 Meilensteinen fehlt noch."),
    ],
)
def test_gate_of_the_municipality_asks_for_nothing_it_can_never_answer(
    municipality, bob, milestones, answer, state, total, says
):
    content = document()
    for one in content["criteria"]:
        one["milestone"] = dict(CROSS_PHASE_MILESTONE) if one["key"] in milestones else None
    publish(edition=import_files([load_file(as_file(content), "x")])[0].edition, by=None)
    project = standing_project(municipality=municipality, by=bob)
    round_ = workflow.start_assessment(project=project, by=bob)
    score = round_.scores.get(criterion__key="beides")
    save_score(score=score, version=score.version, by=bob, answer=answer)
    found = gates_of([round_])[round_.pk]
    told = load_profile(round_).current_gate
    assert (found.current.state, found.current.total, found.sentence(found.current)) == (state, total, says)
    assert told is not None
    assert (told.state, told.total, told.sentence) == (state, total, says)


def test_gate_of_a_solution_asks_for_nothing_about_the_municipality_alone(municipality, alice):
    content = document()
    content["criteria"].append(
        criterion_document(
            "nur-haus",
            phase="p1",
            subject="municipality",
            municipality_wording=wording_document("nur-haus"),
            milestone={"kind": "municipal", "required_level": 3},
        )
    )
    publish(edition=import_files([load_file(as_file(content), "x")])[0].edition, by=None)
    round_ = workflow.start_assessment(project=make_project(municipality, phase="p3", team=[alice]), by=alice)
    asked = [
        milestone.key for gate in gates_of([round_])[round_.pk].gates for milestone in (b.milestone for b in gate.blockers)
    ]
    assert set(asked) == {"loesung"}
    assert {one.key for gate in load_profile(round_).gates for one in gate.blockers} == {"loesung"}
