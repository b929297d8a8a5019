"""Service functions for comments on a criterion. They belong to no answer's version, so they never conflict with one."""

from typing import Any

from django.utils import timezone

from assessments.models import Comment, Score
from scaling.common.history import attribute_to
from scaling.common.text import tidy_text
from scaling.common.transactions import atomic


@atomic
def add_comment(*, score: Score, by: Any, text: str) -> Comment:
    """In a transaction, though it is one row: what a process that was killed had begun is not stored after its end."""
    comment = Comment(score=score, author=by, text=tidy_text(text))
    attribute_to(comment, by)
    comment.save()
    return comment


@atomic
def resolve_comment(*, comment: Comment, by: Any) -> Comment:
    """Resolving twice keeps the first name and time."""
    comment = Comment.objects.select_for_update().get(pk=comment.pk)
    if comment.resolved_at is None:
        comment.resolved_at, comment.resolved_by = timezone.now(), by
        attribute_to(comment, by)
        comment.save(update_fields=["resolved_at", "resolved_by"])
    return comment
