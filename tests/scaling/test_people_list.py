"""A list of people: what is read, what the preview says, and that it is done as shown or not at all."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assessments.models import TeamChange
from scaling.accounts.models import Invitation, Membership, Municipality, PeopleList
from scaling.people_list.plan import PlanOutdated, carry_out, people_of, plan
from scaling.people_list.reading import MAX_BYTES, UnreadableList, read
from tests.cast import make_user
from tests.factories import make_project

HEAD = "E-Mail-Adresse;Name;Rolle;Projekte;Stand\n"


def problems(text, municipality, encoding="utf-8"):
    return [(one.line, one.text) for one in read(text.encode(encoding), municipality)[1]]


def people(text, municipality, encoding="utf-8"):
    found, wrong = read(text.encode(encoding), municipality)
    assert wrong == []
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_what_spreadsheets_write_is_read(municipality, encoding, delimiter):
    text = 'E-Mail;Name;Rolle\r\nÄnne@Example.org;"Änne ""Ännchen"" Öz";Leitung\r\n\r\nb@example.org;;reader\r\n'
    text = text.replace("Änne@", "Anne@").replace(";", delimiter)
    found = people(text, municipality, encoding)
    assert [(one.line, one.email, one.name, one.role) for one in found] == [
        (2, "anne@example.org", 'Änne "Ännchen" Öz', "manager"),
        (4, "b@example.org", "", "reader"),
    ]


def test_every_error_is_told_with_its_line(world, municipality):
    text = HEAD + (
        "a@example.org;A;Leitung;;\n"
        "kein-at;B;Leitung;;\n"
        "c@example.org;C;Chefin;;\n"
        "A@EXAMPLE.ORG;D;Lesen;;\n"
        '=HYPERLINK("x");E;Lesen;;\n'
        "f@example.org;F;Projektteam;Gibt es nicht;\n"
        "g@example.org;G;Lesen;;vielleicht\n"
        ";H;Lesen;;\n"
    )
    found = problems(text, municipality)
    assert {line for line, _text in found} == {3, 4, 5, 6, 7, 8, 9}
    told = dict(found)
    assert told[5] == "Die Adresse steht schon in Zeile 2."
    assert "keine Rolle" in told[4]
    assert any("Formel" in text for line, text in found if line == 6)
    assert "„Gibt es nicht“" in told[7]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"E-Mail;Rolle\n",
        b"Name;Rolle\nA;Lesen\n",
        b"PK\x03\x04\0\0\0",
        b"x" * (MAX_BYTES + 1),
        b"E-Mail;Rolle\n" + b"a@example.org;Lesen\n" * 2_001,
        b'E-Mail;Rolle\n"a"x;Lesen\n',
    ],
)
def test_what_is_no_list_says_what_to_do(municipality, content):
    with pytest.raises(UnreadableList) as told:
        read(content, municipality)
    assert len(str(told.value)) > 20


@pytest.fixture
def projects(world, municipality):
    return world.project, make_project(municipality, "Ämterbuch; neu, schön")


def listed(municipality, bob, text):
    found = people(text, municipality)
    return PeopleList.objects.create(
        municipality=municipality, user=bob, file_name="x.csv", rows=[one.as_row() for one in found]
    )


def test_preview_tells_new_changed_and_unchanged(world, municipality, alice, rita, bob, projects):
    text = f'{HEAD}neu@example.com;Neu;Projektteam;"Ämterbuch; neu, schön";\n'
    text += f'{alice.email};;Projektteam;"Ämterbuch; neu, schön";\n{rita.email};;Leitung;;\n{bob.email};;Leitung;;aktiv\n'
    found = plan(municipality, people(text, municipality), bob)
    assert [step.person.email for step in found.new] == ["neu@example.com"]
    assert {step.person.email: step.what for step in found.changed} == {
        alice.email: (f"Projekte: Mängelmelder, {projects[0].name} → Ämterbuch; neu, schön",),
        rita.email: ("Lesen → Leitung",),
    }
    assert [step.person.email for step in found.unchanged] == [bob.email]
    assert not Invitation.objects.filter(email="neu@example.com").exists()


def test_it_is_done_as_shown_by_whom_it_was(
    world, municipality, alice, rita, bob, projects, mailoutbox, django_capture_on_commit_callbacks
):
    text = f'{HEAD}neu@example.com;Änne Neu;Projektteam;"Ämterbuch; neu, schön";\n'
    text += f'{alice.email};;Projektteam;"Ämterbuch; neu, schön";\n'
    text += f"{rita.email};;Leitung;;\n"
    upload = listed(municipality, bob, text)
    seen = plan(municipality, people_of(upload), bob).mark
    with django_capture_on_commit_callbacks(execute=True):
        carry_out(upload=upload, by=bob, seen=seen)
    invitation = Invitation.objects.get(email="neu@example.com")
    assert (invitation.name, invitation.role, invitation.invited_by) == ("Änne Neu", "team", bob)
    assert [mail.to for mail in mailoutbox] == [["neu@example.com"]]
    assert rita.memberships.get().role == "manager"
    assert list(alice.projects.filter(municipality=municipality)) == [projects[1]]
    assert set(TeamChange.objects.filter(person=alice).order_by("-pk").values_list("by", flat=True)[:2]) == {bob.pk}
    assert not PeopleList.objects.filter(pk=upload.pk).exists()
    again = listed(municipality, bob, text)
    assert not plan(municipality, people_of(again), bob).changed
    assert not plan(municipality, people_of(again), bob).new


def test_what_changed_since_the_preview_is_asked_again(world, municipality, rita, bob):
    upload = listed(municipality, bob, f"{HEAD}{rita.email};;Leitung;;\n")
    seen = plan(municipality, people_of(upload), bob).mark
    Membership.objects.filter(user=rita).update(role="team")
    with pytest.raises(PlanOutdated):
        carry_out(upload=upload, by=bob, seen=seen)
    assert rita.memberships.get().role == "team"


def test_locked_there_is_locked_here_until_the_list_says_otherwise(world, municipality, alice, bob, client):
    client.force_login(alice)
    upload = listed(municipality, bob, f"{HEAD}{alice.email};;Projektteam;;gesperrt\n")
    carry_out(upload=upload, by=bob, seen=plan(municipality, people_of(upload), bob).mark)
    alice.refresh_from_db()
    assert (alice.is_active, alice.locked_by) == (False, municipality)
    assert client.get(reverse("account")).status_code == 302
    upload = listed(municipality, bob, f"E-Mail;Rolle\n{alice.email};Projektteam\n")
    carry_out(upload=upload, by=bob, seen=plan(municipality, people_of(upload), bob).mark)
    alice.refresh_from_db()
    assert (alice.is_active, alice.locked_by) == (True, None)


def test_account_that_belongs_elsewhere_is_not_locked(world, municipality, alice, bob):
    other = Municipality.objects.create(name="Stadt Anderswo", ags="03999099")
    Membership.objects.create(user=alice, municipality=other, role="reader")
    upload = listed(municipality, bob, f"{HEAD}{alice.email};;Projektteam;;gesperrt\n")
    found = plan(municipality, people_of(upload), bob)
    assert "verliert den Zugang" in found.changed[0].what[0]
    carry_out(upload=upload, by=bob, seen=found.mark)
    alice.refresh_from_db()
    assert alice.is_active
    assert list(alice.memberships.values_list("municipality", flat=True)) == [other.pk]


def test_whom_the_operator_locked_no_list_unlocks(world, municipality, alice, bob):
    type(alice).objects.filter(pk=alice.pk).update(is_active=False)
    found = plan(municipality, people(f"{HEAD}{alice.email};;Projektteam;;\n", municipality), bob)
    assert "nur er kann es entsperren" in found.problems[0].problem


def test_a_manager_stays_and_nobody_locks_themselves(world, municipality, bob):
    for line in (f"{bob.email};;Lesen;;\n", f"{bob.email};;Leitung;;gesperrt\n"):
        upload = listed(municipality, bob, HEAD + line)
        found = plan(municipality, people_of(upload), bob)
        assert found.problems
        with pytest.raises(PlanOutdated):
            carry_out(upload=upload, by=bob, seen=found.mark)


def bring(client, municipality, text):
    file = SimpleUploadedFile("personen.csv", text.encode())
    return client.post(reverse("people_list", args=[municipality.public_id]), {"file": file})


def test_pages_show_then_do(world, municipality, client, bob, rita):
    client.force_login(bob)
    wrong = bring(client, municipality, HEAD + "x;;Lesen;;\n")
    assert (wrong.status_code, "Zeile 2: „x“ ist keine E-Mail-Adresse." in wrong.text) == (422, True)
    answer = bring(client, municipality, f"{HEAD}{rita.email};;Projektteam;;\nneu@example.com;;Lesen;;\n")
    page = client.get(answer["Location"]).text
    assert "Lesen → Projektteam" in page
    seen = page.split('name="gesehen" value="')[1].split('"')[0]
    assert rita.memberships.get().role == "reader"
    done = client.post(answer["Location"], {"gesehen": seen}, follow=True)
    assert "1 Person ist eingeladen, 1 ist geändert." in done.text
    assert rita.memberships.get().role == "team"


def test_columns_that_say_nothing_here_are_told(world, municipality, client, bob, rita):
    """Or somebody would think that „Gesperrt: ja“ had locked an account."""
    client.force_login(bob)
    url = reverse("people_list", args=[municipality.public_id])
    for head, told in (("Gesperrt;Abteilung;;Stand", "„Gesperrt“, „Abteilung“."), ("Stand", "")):
        file = SimpleUploadedFile(
            "liste.csv", f"E-Mail;Rolle;{head}\n{rita.email};Lesen;ja;X;;\n".replace(";ja;X;;", ";").encode()
        )
        page = client.post(url, {"file": file}, follow=True)
        assert page.status_code == 200
        assert ("sind nicht gelesen" in page.text) is bool(told)
        assert told in page.text


def test_list_dropped_changes_nothing_and_is_nobody_elses(world, municipality, client, bob):
    client.force_login(bob)
    where = bring(client, municipality, f"{HEAD}neu@example.com;;Lesen;;\n")["Location"]
    other = make_user("Zweite Leitung")
    Membership.objects.create(user=other, municipality=municipality, role="manager")
    client.force_login(other)
    assert client.get(where).status_code == 404
    client.force_login(bob)
    client.post(where, {"verwerfen": "1"})
    assert client.get(where).status_code == 404
    assert not Invitation.objects.filter(email="neu@example.com").exists()


def test_project_of_another_municipality_is_none_here(world, municipality, charlie):
    other = Municipality.objects.get(memberships__user=charlie)
    make_project(other, "Nur drüben")
    assert problems(f"{HEAD}a@example.org;;Projektteam;Nur drüben;\n", municipality)
    found = plan(municipality, people(f"{HEAD}{charlie.email};;Lesen;;\n", municipality), charlie)
    assert found.new  # whether the address has an account elsewhere makes no difference
