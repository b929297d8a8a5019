"""What is said where a stored file is damaged: to whoever asked for it, in place of the file."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from assessments.reports.records.files import FileDamaged


def tells_damage(back: Callable[..., str]) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """503 with a page that says what is wrong and what to do. ``back`` makes the way back from the address's arguments."""

    def decorator(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: HttpRequest, **kwargs: str) -> HttpResponse:
            try:
                return view(request, **kwargs)
            except FileDamaged:
                if request.headers.get("HX-Request"):  # the page that waits: a file's error belongs on a page of its own
                    return HttpResponse(headers={"HX-Redirect": request.get_full_path()})
                context = {"back_text": _("Zurück zum Reifeprofil"), "back_url": back(**kwargs)}
                return render(request, "report/file_damaged.html", context, status=503)

        return wrapped

    return decorator
