"""What a browser is told where there is no page, and where one could not be made."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from clew.web.browser import page


def no_page(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing is at this address, whoever asks."""
    del exception
    return page(request, "missing", status=404)


def no_answer(request: HttpRequest) -> HttpResponse:
    """Something failed that nobody had thought of; the server's log has it."""
    return page(request, "missing", {"failed": True}, status=500)
