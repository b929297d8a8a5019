"""Every count reads as language: „1 Kriterium“, never „1 Kriterien“, whatever the number, in German and in English."""

import re

import polib
import pytest
from django.conf import settings
from django.utils.translation import ngettext, override

#: A noun, or what bends with it, that stands for more than one.
MANY = {
    "de": r"(?:Kriterien|Meilensteinen?|Maßnahmen|Antworten|Stimmen|Fragen|Runden|Stufen|Stunden|Minuten|Sitzungen|Kommentaren?"
    r"|Nachweisen?|Fehlern?|Personen|Projekten?|Felder|Dokumenten?|Dateien|Wochen|Tagen?|Monaten?|Achsen|Zeilen|Wörter"
    r"|Einladungen|sind|haben)",
    "en": r"(?:criteria|milestones|measures|answers|votes|questions|rounds|levels|hours|minutes|sittings|comments|items|errors"
    r"|people|projects|fields|documents|files|weeks|days|months|axes|rows|words|details|others|invitations|are|were|have)",
}
#: „1 Kriterien“, also „1 durchgehenden Kriterien“ and „0 von 1 Kriterien“.
ONE_OF_MANY = {language: re.compile(rf"(?<![\d.,])1[ \u00a0](?:\w+[ \u00a0])?{nouns}\b") for language, nouns in MANY.items()}
#: Texts that are never said of one, and why.
NEVER_ONE = {
    "%(n)s von %(m)s Kriterien ist eingeschätzt": "of one criterion speaks another text (sentences.rated_of)",
    "%(missing)s von %(total)s Meilensteinen fehlt noch.": "of one milestone speaks another text",
    "Steht noch an; %(passed)s von %(total)s Meilensteinen ist schon erreicht.": "of one milestone speaks another text",
    "%(n)s von %(m)s Projekten hat eine freigegebene Bewertung.": "of one project speaks another text",
    "%(n)s von %(m)s Projekten wartet auf Meilensteine aus „%(stream)s“: %(projects)s.": "of one project speaks another text",
    "Alle %(m)s Projekte warten auf Meilensteine aus „%(stream)s“.": "of one project speaks another text",
    "Alle %(n)s Kriterien mit Stufe 0 oder 1": "told from four on (report/municipal/answers.html)",
    "Alle %(n)s Kriterien, die Projekte aufhalten": "told from four on (report/municipal/answers.html)",
    "„%(title)s“ hält %(n)s Projekte auf: %(projects)s.": "told from two projects on (portfolio.build.SHARED_BY)",
    "Für %(n)s der %(m)s Kriterien dieser Liste fehlt eine Maßnahme: Wer geht es bis wann an?": "one has its own text",
    "%(count)s Bewertungen sind freigegeben. Der Sammelbericht hat deshalb %(bands)s Bände; jeder beginnt mit einem Überblick"
    " und hat dann eine Seite je Projekt.": "told beyond forty (pdf.collected.VOLUME)",
    "%(n)s Bewertungen, von „%(first)s“ bis „%(last)s“": "no volume of several holds less than twenty",
    "Steht noch an; von %(total)s Meilensteinen ist noch keiner erreicht.": "one has its own text",
    "%(steps)s Stufen niedriger": "one level has its own text beside it",
    "%(one)s und %(other)s liegen %(levels)s Stufen auseinander.": "told from two levels on (scoring.spread.WIDE)",
    "Einig: alle %(n)s Stimmen %(levels)s.": "told from three votes on (scoring.spread.FEWEST_VOTES)",
    "Nah beieinander: %(n)s Stimmen %(levels)s, in der Mitte %(median)s.": "told from three votes on",
    "Verschieden gesehen: %(n)s Stimmen %(levels)s, in der Mitte %(median)s.": "told from three votes on",
    "Netzdiagramm mit %(count)d Achsen von Stufe 0 bis 4.": "drawn from three axes on",
    "Teilen Sie sie zum Beispiel in %(number)s Sitzungen mit je etwa %(criteria)s Kriterien (%(duration)s).": "from two on",
    "Die Tabelle zeigt %(most)s von %(m)s Kriterien; alle stehen in der Langfassung.": "a fixed number",
    "An diese Adresse gingen heute schon %(number)s Einladungen. Mehr schicken wir an einem Tag nicht.": "a fixed number",
    "Heute sind von hier schon %(number)s Einladungen hinausgegangen. Mehr schicken wir an einem Tag nicht.": "a fixed number",
    "Höchstens %(most)d Einträge sind erlaubt, hier sind %(found)d.": "a fixed number",
    "Mindestens %(least)d Einträge sind nötig, hier sind %(found)d.": "a fixed number",
    "Der Text hat %(length)d Zeichen; erlaubt sind %(most)d.": "a fixed number",
    "Höchstens %(most)s Zeilen; das sind %(number)s.": "a fixed number",
    "%(number)s Frage, höchstens %(minutes)s Minuten.": "at least two minutes",
    "%(n)s Nachweis läuft in den nächsten %(days)s\N{NO-BREAK SPACE}Tagen ab": "a fixed number of days",
    "%(n)s läuft in den nächsten %(days)s\N{NO-BREAK SPACE}Tagen ab": "a fixed number of days",
    "Geben Sie bitte mindestens %(days)s Tage Zeit.": "a fixed number",
    "Erzählt sind die letzten %(n)s von %(m)s Runden, in denen sich etwas bewegt hat.": "told beyond a fixed number",
    "Ihre Werte aus den letzten freigegebenen Bewertungen von %(n)s Projekten, %(first)s bis %(last)s.": "fewer are listed",
    "Wer später dazukommt oder eine andere Rolle bekommt, hat ebenfalls mindestens %(grace)s Tage Zeit. Die Seite „Personen“"
    " zeigt, wem der zweite Faktor noch fehlt. Ein Passkey zählt als zweiter Faktor.": "a fixed number",
}
PLACEHOLDER = re.compile(r"%\((\w+)\)([sd])")
CATALOGUE = polib.pofile(str(settings.BASE_DIR / "locale" / "en" / "LC_MESSAGES" / "django.po"))
COUNTING = [entry for entry in CATALOGUE if PLACEHOLDER.search(entry.msgid) and entry.msgid not in NEVER_ONE]


def with_number(text, n):
    return text % {name: n for name, _ in PLACEHOLDER.findall(text)}


@pytest.mark.parametrize("language", ["de", "en"])
def test_texts_without_a_plural_name_no_count(language):
    """A number before a plural noun needs ``ngettext``, or a reason why it is never one."""
    wrong = [
        text
        for entry in COUNTING
        if not entry.msgid_plural
        for text in [entry.msgid if language == "de" else entry.msgstr]
        if ONE_OF_MANY[language].search(with_number(text, 1))
    ]
    assert wrong == []


@pytest.mark.parametrize("n", [0, 1, 2])
@pytest.mark.parametrize("language", ["de", "en"])
def test_texts_with_a_plural_fit_their_number(language, n):
    wrong = []
    for entry in COUNTING:
        if entry.msgid_plural:
            with override(language):
                said = with_number(ngettext(entry.msgid, entry.msgid_plural, n), n)
            if ONE_OF_MANY[language].search(said):
                wrong.append(said)
    assert wrong == []


def test_exceptions_are_texts_of_ours():
    assert set(NEVER_ONE) - {entry.msgid for entry in CATALOGUE} == set()
