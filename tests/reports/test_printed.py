"""What is printed knows its addresses without the pages behind them, which a worker that draws would load for nothing."""

import subprocess
import sys

import pytest
from django.urls import get_script_prefix, reverse, set_script_prefix

from assessments.reports.printed import DOCUMENT, PROFILE, printed_path


@pytest.mark.parametrize("prefix", ["/", "/skalierung/"])
def test_a_printed_path_is_the_one_that_pages_link_to(prefix):
    before = get_script_prefix()
    set_script_prefix(prefix)
    try:
        assert printed_path(DOCUMENT, "AUENFURT-2026-1") == reverse("reports:document", args=["AUENFURT-2026-1"])
        assert printed_path(PROFILE, "4ksgp326rh") == reverse("reports:profile", args=["4ksgp326rh"])
    finally:
        set_script_prefix(before)


def test_a_worker_that_draws_what_was_approved_loads_no_pages():
    """Loading them took 40 of its 210 MB. No database is asked: the record is one that was not saved."""
    program = (
        "import sys; import django; django.setup();"
        "from dataclasses import replace;"
        "from django.utils import timezone;"
        "from assessments.models import AssessmentRecord;"
        "from assessments.reports.pdf import render_pdf;"
        "from assessments.reports.pdf.collected import render_collected;"
        "from assessments.reports.records.keeping import mark_of;"
        "from assessments.reports.rendering import tasks;"
        "from tests.reports.sample import make_profile;"
        "record = AssessmentRecord(number='X-2026-1', version=1, checksum='0' * 64, approved_at=timezone.now());"
        "record.later_renditions = [];"
        "profile = make_profile(3);"
        "profile = replace(profile, meta=replace(profile.meta, record=mark_of(record)));"
        "render_pdf(profile, variant='kurz');"
        "render_collected([profile], language='de');"
        "print(*(name for name in ('scaling.urls', 'assessments.reports.urls', 'ninja') if name in sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.PIPE, text=True).stdout
    assert told.split() == []
