"""Which texts of the catalogue exist in German and English."""

from modeltranslation.translator import TranslationOptions, register

from catalogue import models


@register(models.Phase)
class PhaseTranslation(TranslationOptions):
    fields = ("name", "official_name", "meaning")
    required_languages = ("de",)


@register(models.Workstream)
class WorkstreamTranslation(TranslationOptions):
    fields = ("name", "meaning")
    required_languages = ("de",)


@register(models.Edition)
class EditionTranslation(TranslationOptions):
    fields = ("title", "note", "attribution", "level_scale_notice", "operating_models_intro")
    required_languages = ("de",)


@register(models.Criterion)
class CriterionTranslation(TranslationOptions):
    fields = (
        "title",
        "summary",
        "why",
        "questions",
        "note",
        "evidence_examples",
        "not_here",
        "municipality_summary",
        "municipality_questions",
        "municipality_evidence_examples",
    )
    required_languages = ("de",)


@register(models.LevelDescriptor)
class LevelDescriptorTranslation(TranslationOptions):
    fields = ("description", "next_step", "municipality_description", "municipality_next_step")
    required_languages = ("de",)


@register(models.GoodPractice)
class GoodPracticeTranslation(TranslationOptions):
    fields = ("title", "summary", "body", "lesson")
    required_languages = ("de",)


@register(models.OperatingModel)
class OperatingModelTranslation(TranslationOptions):
    fields = ("name", "group", "summary")
    required_languages = ("de",)


@register(models.Reference)
class ReferenceTranslation(TranslationOptions):
    fields = ("title",)
    required_languages = ("de",)


@register(models.LegalNote)
class LegalNoteTranslation(TranslationOptions):
    fields = ("text", "source_title")
    required_languages = ("de",)
