from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentsConfig(AppConfig):
    name = "assessments"
    verbose_name = _("Bewertungen")

    def ready(self) -> None:
        from assessments import signals  # noqa: F401 – hears of people who leave
        from assessments.models import Assessment
        from assessments.queries.practice_offers import shown_examples
        from assessments.services import invited
        from assessments.services.hand_over import hand_over_all, list_belongings
        from catalogue.examples import register_examples
        from catalogue.usage import register_use
        from scaling.accounts.belongings import register_belongings
        from scaling.accounts.workplaces import Workplaces, register_workplaces

        register_use(Assessment)
        register_examples(shown_examples)
        register_belongings(list_belongings, hand_over_all)
        register_workplaces(Workplaces(invited.offered, invited.keep, invited.names, invited.join))
