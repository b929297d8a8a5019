"""Rendered PDFs that may be made again at any time, and why one could not be made."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RenderedPdf(models.Model):
    """By ``key``, a hash over everything the PDF is made from. Not on a disk, so that every host and every worker has it.

    Either ``content`` is there, or ``problem`` says why the last attempt gave none. Any row may be deleted at any time.
    """

    UNAVAILABLE, FAILED, DAMAGED = "unavailable", "failed", "damaged"

    key = models.CharField(max_length=64, unique=True)
    content = models.BinaryField(null=True)
    checksum = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the content, in hexadecimal")
    size = models.PositiveIntegerField(default=0, help_text="bytes")
    problem = models.CharField(max_length=16, blank=True, help_text="why the last attempt gave none")
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("erstelltes PDF")
        verbose_name_plural = _("erstellte PDFs")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(content__isnull=False, problem="") | models.Q(content__isnull=True) & ~models.Q(problem=""),
                name="rendered_pdf_is_there_or_says_why",
            )
        ]

    def __str__(self) -> str:
        return self.key
