"""Whether what somebody typed is an office: what may be told where names may not."""

import pytest

from scaling.common.offices import Office, reads_as_office

OFFICES = [
    *(str(office.label) for office in Office),
    "Hauptamt",
    "Amt 61",
    "FB 3",
    "Stabsstelle Digitalisierung",
    "Kämmerei, Fachdienst 2",
    "Kämmerei und IT",
    "Amt für Stadtentwicklung und Herrenhäuser",
    "Vermessung und Geodaten, FD 61",
    "FD 10 Personal, gemeinsam mit der Pressestelle",
    "Behördliche Datenschutzstelle und Feuerwehr",
    "Teamleitung Bürgerservice",
    "Datenzentrale Mittelaue, Anwendungsbetrieb",
    "Stadtwerke Musterhafen GmbH",
    "Zweckverband IT Süd",
    "externer Dienstleister",
    "Bürgermeisterin",
    "Bauhof",
    "Stadtrat",
    "Landkreis Musterland",
    "Smart-City-Team",
    "IT department",
    "FD 10 (human resources) with the press office",
]
NAMES = [
    "Krause",
    "krause",
    "KRAUSE",
    "Sabine",
    "Sabine Krause",
    "S. Krause",
    "Jens-Peter Vogt",
    "Müller-Lüdenscheidt",
    "Hofmeister",
    "Neuhof",
    "Konrad",
    "Vogelsang, Bauhof",
    "Sabine Krause (IT)",
    "IT, Sabine Krause",
    "IT Sabine Krause",
    "krause, IT",
    "IT und Krause",
    "Krause und IT",
    "Amt 61 (Krause)",
    "Kraus, Amt 5",
    "Vogt/Krause",
    "Projektleitung Sabine Krause",
    "Team Krause",
    "Chr. Vogt, Stadtwerke",
    "Frau Osterkamp",
    "Kämmerei, Hr. Vogt",
    "Kämmerei Frau Vogt",
    "Dr. Hell",
    "sabine.krause@stadt.example",
    "N.N.",
    "???",
    "",
    " , ",
]


@pytest.mark.parametrize("text", OFFICES)
def test_office_reads_as_one(text):
    assert reads_as_office(text)


@pytest.mark.parametrize("text", NAMES)
def test_what_may_be_a_name_does_not(text):
    assert not reads_as_office(text)
