"""A fresh installation without demo data: from the operator's command to the first round, led by the start page."""

import re

from django.core import mail
from django.core.management import call_command

from assessments.models import Assessment
from tests.factories import make_catalogue

PASSWORD = "drei-grüne-Laternen-7"


def test_new_manager_is_led_from_the_invitation_to_the_first_round(page, live_server, settings, assert_accessible):
    settings.SITE_URL = live_server.url
    make_catalogue(2)
    call_command("create_municipality", name="Stadt Bamberg", ags="09461000", manager="leitung@example.org", verbosity=0)
    (link,) = re.findall(r"http://\S+/einladung/\S+", str(mail.outbox[0].body))
    page.set_viewport_size({"width": 320, "height": 900})

    page.goto(link)
    page.get_by_label("Ihr Name").fill("Vera Lang")
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.get_by_label("Passwort, noch einmal").fill(PASSWORD)
    page.get_by_role("button", name="Konto anlegen und beitreten").click()
    page.get_by_role("heading", name="Die ersten Schritte").wait_for()
    assert_accessible(page)

    page.get_by_role("link", name="Beispiel eines Reifeprofils ansehen").click()
    page.get_by_text("So sieht ein Reifeprofil aus.").wait_for()
    page.get_by_role("link", name="Start", exact=True).click()

    page.get_by_role("link", name="Personen einladen").click()
    page.get_by_label("E-Mail-Adresse").fill("team@example.org")
    page.get_by_role("button", name="Einladung schicken").click()
    page.get_by_text("Die Einladung an team@example.org ist unterwegs.").wait_for()

    page.get_by_role("link", name="Meine Projekte").click()
    page.get_by_role("link", name="Projekt anlegen").click()
    page.get_by_label("Name des Projekts").fill("Digitaler Parkraum")
    page.get_by_label("Phase").select_option(label="P3 Pilot")
    page.get_by_role("button", name="Projekt anlegen").click()
    page.get_by_text("Das Projekt ist angelegt.").wait_for()

    page.get_by_role("link", name="Meine Projekte").click()
    page.get_by_role("link", name="Bewertung beginnen").click()
    page.get_by_role("button", name="Bewertung beginnen").click()
    page.get_by_role("heading", name="Digitaler Parkraum, Runde 1").wait_for()
    page.get_by_role("link", name="Meine Projekte").click()
    page.get_by_role("heading", name="Projekte").wait_for()
    assert page.get_by_role("heading", name="Die ersten Schritte").count() == 0
    assert Assessment.objects.get().project.name == "Digitaler Parkraum"
