"""The template pack without the rest of the site: its folder, crispy-forms and Django are all it needs."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = """
import sys
import django
from django import forms
from django.conf import settings

settings.configure(
    SECRET_KEY="x",
    ROOT_URLCONF="__main__",
    INSTALLED_APPS=["django.forms", "crispy_forms"],
    TEMPLATES=[{
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [sys.argv[1]],
        "APP_DIRS": True,
        "OPTIONS": {"builtins": ["django.templatetags.i18n"], "context_processors": []},
    }],
    FORM_RENDERER="django.forms.renderers.TemplatesSetting",
    CRISPY_ALLOWED_TEMPLATE_PACKS="kern",
    CRISPY_TEMPLATE_PACK="kern",
)
django.setup()

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Fieldset, Layout, Row, Submit
from crispy_forms.utils import render_crispy_form

urlpatterns = []
CHOICES = [("a", "Apfel"), ("b", "Birne")]


class Everything(forms.Form):
    text = forms.CharField(help_text="Hilfe")
    long = forms.CharField(widget=forms.Textarea, max_length=20)
    one = forms.ChoiceField(choices=CHOICES)
    several = forms.MultipleChoiceField(choices=CHOICES)
    radio = forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect)
    cards = forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect)
    boxes = forms.MultipleChoiceField(choices=CHOICES, widget=forms.CheckboxSelectMultiple)
    yes = forms.BooleanField()
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    file = forms.FileField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.layout = Layout(
            Row("text", "one"), "long", "several", "radio", Field("cards", template="kern/level_cards.html"),
            Fieldset("Mehr", "boxes", "yes", "day", "file"),
        )
        self.helper.add_input(Submit("save", "Speichern"))


print(render_crispy_form(Everything()))
print(render_crispy_form(Everything({"long": "x" * 30})))
reading = Everything(initial={"text": "Wert"})
reading.read_only = True
print(render_crispy_form(reading))
Rows = forms.formset_factory(Everything, extra=1)
helper = FormHelper()
helper.template = "kern/table_inline_formset.html"
print(render_crispy_form(Rows(), helper))
"""


def test_pack_works_outside_this_site(tmp_path):
    (tmp_path / "kern").symlink_to(ROOT / "templates" / "kern")
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(tmp_path)], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for part in (
        "kern-form-input__input",
        "level-card__input",
        "kern-form-check__checkbox",
        "error-summary",
        "readonly__value",
    ):
        assert part in done.stdout
