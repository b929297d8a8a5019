"""The record of a round, and all that can change once it is approved."""

from datetime import date
from io import BytesIO

import pypdfium2
import zxingcpp
from django.db import connection
from django.test import Client
from django.urls import reverse

from assessments.models import Measure
from assessments.reports.records.keeping import current_record
from assessments.services.projects import change_project
from catalogue.models import Phase
from catalogue.services.publishing import retire
from scaling.accounts.models import Municipality
from tests.factories import make_edition
from tests.reports.conftest import publish


def record_of(assessment):
    """The record that holds; there has to be one."""
    record = current_record(assessment)
    assert record is not None
    return record


def change_everything(project, municipality, alice, bob, dora):
    """All that a round's report speaks of and that can change once it is approved."""
    elsewhere = Phase.objects.get(key="p5")
    change_project(project=project, by=bob, name="Anders", phase=elsewhere, summary="Neu", confidentiality="internal", team=[])
    for row, name in ((alice, "Alice Neu"), (bob, "Bob Neu")):
        row.name = name
        row.save()
    Municipality.objects.filter(pk=municipality.pk).update(name="Stadt Umbenannt")
    for measure in project.measures.all():
        measure.text, measure.status, measure.due_on, measure.owner = "Anderes", "done", date(2030, 1, 1), None
        measure.save()
    Measure.objects.create(project=project, text="Ganz neu", due_on=date(2020, 1, 1))
    publish(make_edition(2, state="draft"))
    retire(edition=project.assessments.earliest("round").edition, by=dora)
    Phase.objects.filter(key="p3").update(name_de="Probelauf")


def as_if_made_by_older_templates():
    """What an update of the program does to all files kept so far."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE assessments_recordfile SET made_with = 'before the update'")
        cursor.execute("SET LOCAL session_replication_role = origin")


def fetch(client, assessment, name="pdf", **query):
    if name == "pdf":
        query.setdefault("umfang", "kurz")
    return client.get(reverse(f"reports:{name}", args=[assessment.public_id]), query)


def code_on(pdf):
    document = pypdfium2.PdfDocument(BytesIO(pdf))
    pages = [document[number] for number in range(len(document))]
    [code] = [code.text for page in pages for code in zxingcpp.read_barcodes(page.render(scale=3).to_pil())]
    return code[code.index("/dokument/") :]


def said_of(address):
    """What the page that checks documents says to whoever holds the paper."""
    return Client().get(address).context["state"]
