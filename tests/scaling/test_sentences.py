import pytest

from scaling.common.sentences import within_quotes


@pytest.mark.parametrize(
    ("alone", "within"),
    [
        ("Schaffung einer „Mission Mystique“ als Vision", "Schaffung einer ‚Mission Mystique‘ als Vision"),
        ("„Eins“ und „zwei“", "‚Eins‘ und ‚zwei‘"),
        ("Creating a ‘mission mystique’ – a vision", "Creating a “mission mystique” – a vision"),
        ("Involving the council’s committees", "Involving the council’s committees"),
        ("Ohne Zeichen", "Ohne Zeichen"),
        ("„Nur der Anfang", "„Nur der Anfang"),
    ],
)
def test_quotation_marks_within_others_are_those_within(alone, within):
    assert within_quotes(alone) == within
