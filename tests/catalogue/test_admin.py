"""Django's admin, as curators and others meet it."""

import re

import pytest
from django.urls import reverse

from catalogue.documents.export import criterion_document as criterion_as_document
from catalogue.models import Criterion, Edition, Phase
from catalogue.services.editing import save_criterion
from tests.catalogue.documents import CROSS_PHASE_MILESTONE, both, criterion_document, model_document, practice_document
from tests.conftest import make_user

pytestmark = pytest.mark.django_db

MODELS = ["edition", "criterion", "goodpractice", "operatingmodel", "reference", "phase", "workstream"]


@pytest.fixture
def curator(client):
    user = make_user("Dorothea", is_curator=True, is_staff=True)
    client.force_login(user)
    return user


def rich(key):
    reference = {"title": both("Quelle"), "url": ""}
    return {
        "criteria": [criterion_document(key, references=[reference], milestone=CROSS_PHASE_MILESTONE)],
        "good_practices": [practice_document("praxis", criteria=[key])],
        "operating_models": [model_document("boo", criteria=[key])],
        "references": [reference],
    }


def form_data(page) -> dict[str, object]:
    """What a browser would send back, unchanged."""
    context = page.context
    data: dict[str, object] = {}
    forms = [context["adminform"].form]
    for formset in context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.forms]
    for form in forms:
        for bound in form:
            value = form[bound.name].value()
            if value is None or value is False:
                continue
            data[bound.html_name] = bound.field.prepare_value(value) if hasattr(bound.field, "prepare_value") else value
    return data


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("state", ["published", "draft"])
def test_curator_opens_lists_and_objects(client, curator, published, draft, model, state):
    (published if state == "published" else draft)(**rich("eins"))
    assert client.get(reverse(f"admin:catalogue_{model}_changelist")).status_code == 200
    pk = Edition._meta.apps.get_model("catalogue", model).objects.first().pk
    assert client.get(reverse(f"admin:catalogue_{model}_change", args=[pk])).status_code == 200


@pytest.mark.parametrize("model", ["criterion", "goodpractice", "operatingmodel"])
def test_link_to_the_website_leads_to_the_rows_own_edition(client, curator, published, draft, model):
    published(**rich("eins"), number="1.0")
    published(**rich("zwei"), number="2.0")
    draft(**rich("drei"), number="3.0")
    for row in Edition._meta.apps.get_model("catalogue", model).objects.select_related("edition"):
        page = client.get(reverse(f"admin:catalogue_{model}_change", args=[row.pk]))
        if row.edition.number == "3.0":  # a draft is on no page
            assert not page.context["has_absolute_url"]
            continue
        shown = client.get(page.context["absolute_url"])
        assert (shown.status_code, shown.context["edition"].number) == (200, row.edition.number)


@pytest.mark.parametrize("model", MODELS)
def test_admin_closed_to_others(client, alice, dora, published, model):
    published(**rich("eins"))
    address = reverse(f"admin:catalogue_{model}_changelist")
    assert client.get(address).status_code == 302
    client.force_login(alice)
    assert client.get(address).status_code == 302
    # A curator without access to the admin keeps to the curator pages.
    client.force_login(dora)
    assert client.get(address).status_code == 302
    # Staff that does not curate sees nothing of the catalogue.
    client.force_login(make_user("Stefan", is_staff=True))
    assert client.get(address).status_code == 403


def test_curator_edits_a_draft(client, curator, draft):
    edition = draft(**rich("eins"))
    address = reverse("admin:catalogue_criterion_change", args=[edition.criteria.get().pk])
    data = form_data(client.get(address)) | {
        "questions_de": "Erste?\n\n Zweite, mit Komma? \n",
        "editorial": ["title", "phase"],
    }
    response = client.post(address, data)
    assert response.status_code == 302, response.context["errors"]
    criterion = Criterion.objects.get()
    assert Criterion.objects.values_list("questions_de", flat=True).get() == ["Erste?", "Zweite, mit Komma?"]
    assert criterion.editorial == ["title", "phase"]
    assert criterion.version == 2
    change = edition.changes.get(action="edited")
    assert (change.key, change.by) == ("eins", curator)
    assert change.after == {"editorial": ["title", "phase"], "questions.de": ["Erste?", "Zweite, mit Komma?"]}
    assert criterion.levels.get(level=0).description == "eins, Beschreibung 0 auf Deutsch"


def test_published_edition_read_only_in_the_admin(client, curator, published):
    edition = published(**rich("eins"))
    before = list(Criterion.objects.values())
    for model in ("criterion", "goodpractice", "reference", "operatingmodel", "edition"):
        pk = Edition._meta.apps.get_model("catalogue", model).objects.first().pk
        page = client.get(reverse(f"admin:catalogue_{model}_change", args=[pk]))
        assert b'name="_save"' not in page.content
        for action in ("change", "delete"):
            answer = client.post(reverse(f"admin:catalogue_{model}_{action}", args=[pk]), {"title_de": "x", "post": "yes"})
            assert answer.status_code == 403
    assert list(Criterion.objects.values()) == before
    edition.refresh_from_db()
    assert edition.state == "published"


def test_published_rows_not_deleted_in_bulk(client, curator, published):
    published(**rich("eins"))
    data = {"action": "delete_selected", "_selected_action": [Criterion.objects.get().pk], "post": "yes"}
    client.post(reverse("admin:catalogue_criterion_changelist"), data)
    assert Criterion.objects.count() == 1


def test_new_row_offered_for_drafts_only(client, curator, published, draft):
    published("eins", number="1.0")
    other = draft("zwei", number="2.0")
    page = client.get(reverse("admin:catalogue_criterion_add"))
    assert list(page.context["adminform"].form.fields["edition"].queryset) == [other]


def test_phase_keeps_its_key(client, curator, draft):
    draft("eins")
    phase = Phase.objects.get(key="p1")
    address = reverse("admin:catalogue_phase_change", args=[phase.pk])
    client.post(address, form_data(client.get(address)) | {"key": "anders", "order": 9, "name_de": "Anders"})
    phase.refresh_from_db()
    assert (phase.key, phase.order, phase.name) == ("p1", 1, "Anders")
    assert client.get(reverse("admin:catalogue_phase_add")).status_code == 403
    assert client.get(reverse("admin:catalogue_phase_delete", args=[phase.pk])).status_code == 403


def test_row_of_a_draft_deleted_and_written_down(client, curator, draft):
    edition = draft(**rich("eins"))
    practice = edition.good_practices.get()
    assert client.post(reverse("admin:catalogue_goodpractice_delete", args=[practice.pk]), {"post": "yes"}).status_code == 302
    assert not edition.good_practices.exists()
    data = {"action": "delete_selected", "_selected_action": [edition.criteria.get().pk], "post": "yes"}
    client.post(reverse("admin:catalogue_criterion_changelist"), data)
    assert not edition.criteria.exists()
    removed = edition.changes.filter(action="removed", by=curator)
    assert sorted(removed.values_list("kind", "key")) == [("criteria", "eins"), ("good_practices", "praxis")]


def test_draft_not_deleted_in_the_admin(client, curator, draft):
    edition = draft("eins")
    assert client.post(reverse("admin:catalogue_edition_delete", args=[edition.pk]), {"post": "yes"}).status_code == 403


def test_superuser_is_refused_in_words(client, published):
    """A11: a superuser passes every rule, and the database would answer with an error of its own."""
    user = make_user("Otto", is_staff=True, is_superuser=True)
    client.force_login(user)
    published(**rich("eins"))
    for model in ("goodpractice", "criterion", "operatingmodel", "reference", "edition"):
        pk = Edition._meta.apps.get_model("catalogue", model).objects.first().pk
        answer = client.post(reverse(f"admin:catalogue_{model}_delete", args=[pk]), {"post": "yes"})
        assert answer.status_code == 403, model
        assert "Das dürfen Sie hier nicht" in answer.text or "403" in answer.text
        data = {"action": "delete_selected", "_selected_action": [pk], "post": "yes"}
        listed = client.post(reverse(f"admin:catalogue_{model}_changelist"), data, follow=True)
        assert listed.status_code in {200, 403}, model
        assert Edition._meta.apps.get_model("catalogue", model).objects.filter(pk=pk).exists()


def test_older_page_of_the_admin_overwrites_no_curators_text(client, curator, draft, dora):
    edition = draft(**rich("eins"))
    criterion = edition.criteria.get()
    address = reverse("admin:catalogue_criterion_change", args=[criterion.pk])
    older = form_data(client.get(address))
    item = criterion_as_document(criterion)
    item["why"]["de"] = "Neu begründet."
    save_criterion(criterion=criterion, version=criterion.version, by=dora, item=item)
    response = client.post(address, older | {"summary_de": "Anders"})
    assert response.status_code == 200
    assert "Nichts ist überschrieben." in response.text
    assert "Anders" in response.text
    assert Criterion.objects.values_list("why_de", "version").get() == ("Neu begründet.", 2)


@pytest.mark.parametrize(
    ("language", "office", "mark"), [("de", "Kämmerei", "Meilenstein"), ("en", "treasurer’s office", "Milestone")]
)
def test_lists_to_read_are_in_words_and_a_line_each(client, curator, published, language, office, mark):
    """What is published shows no stored value, and no two texts joined by a comma."""
    given = criterion_document("eins", milestone=CROSS_PHASE_MILESTONE, offices=["treasury", "it"], editorial=["milestone"])
    given["questions"] = {"de": ["Wer zahlt?", "Wie lange?"], "en": ["Who pays?", "How long?"]}
    published(criteria=[given])
    client.cookies["django_language"] = client.cookies["language"] = language
    page = client.get(reverse("admin:catalogue_criterion_change", args=[Criterion.objects.get().pk]))
    shown = [str(text) for line in page.context["adminform"] for row in line for one in row for text in [one.contents()]]
    assert f"<p>IT</p><p>{office}</p>" in shown, shown
    assert f"<p>{mark}</p>" in shown
    assert "<p>Wer zahlt?</p><p>Wie lange?</p>" in shown
    assert "treasury" not in page.content.decode()


def test_lists_are_named_by_their_rows(client, curator, published):
    published(**rich("eins"))
    page = client.get(reverse("admin:catalogue_criterion_changelist")).content.decode()
    assert "<h1>Kriterien</h1>" in page
    assert "Nach Phase" in page
    assert re.search(r'<td class="field-in_edition">\s*1\.0\s*</td>', page)
    editions = client.get(reverse("admin:catalogue_edition_changelist")).content.decode()
    assert '<td class="field-published_by nowrap">–</td>' in editions
    assert "<h1>Kriterienkatalog</h1>" in client.get(reverse("admin:app_list", args=["catalogue"])).content.decode()


def test_password_is_changed_on_the_page_of_everybody(client, curator):
    """Which ends the other sign-ins and tells of it; Django's own would do neither."""
    for name in ("password_change", "password_change_done"):
        assert client.get(reverse(f"admin:{name}")).url == reverse("account_change_password")
    assert client.post(reverse("admin:password_change"), {"old_password": "x"}).status_code == 302
