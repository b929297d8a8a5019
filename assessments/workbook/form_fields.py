"""How the fields of the workshop form are called: for what draws them as well as for what reads them back."""

#: What a form asks for; „answer“ is a level, or why there is none.
FIELDS = (
    "answer",
    "rationale",
    "evidence_text",
    "evidence_url",
    "evidence_dated_on",
    "evidence_valid_until",
    "target_level",
    "target_date",
)


def field_name(assessment: str, key: str, version: int, field: str) -> str:
    """What a field is called in the file: it says by itself what it belongs to."""
    return f"{assessment}:{key}:{version}:{field}"
