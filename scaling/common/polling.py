"""Pages that ask again and again whether something is new: the answer costs nothing while nothing is."""

import hashlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified


def polled(request: HttpRequest, data: dict[str, Any]) -> HttpResponse:
    """``data`` as JSON with an ETag, or 304 without a body where the page knows it already. No query.

    Nobody on the way keeps it; the same data has the same ETag, so it must hold nothing that changes by itself, such as a time
    that is left.
    """
    body = json.dumps(data, ensure_ascii=False, sort_keys=True).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    response: HttpResponse
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(body, content_type="application/json")
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response
