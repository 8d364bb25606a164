"""What is answered where there is no page, or where one failed: what to do, whoever asks."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views import defaults

from clew.web.browser import page

_PROGRAMS = ("/api/", "/contribute/uploads/")


def nowhere(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is no such address."""
    if request.path.startswith(_PROGRAMS):
        return defaults.page_not_found(request, exception)
    with translation.override(translation.get_language_from_request(request)):
        why = _("There is no page at this address. It may have been copied only in part.")
        return page(request, "nowhere", {"why": why}, status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Something in Clew went wrong; where, its operator finds in the log."""
    if request.path.startswith(_PROGRAMS):
        return defaults.server_error(request)
    with translation.override(translation.get_language_from_request(request)):
        why = _(
            "Something went wrong here, and nothing was changed. Try again; if it stays, tell your "
            "operator when it happened."
        )
        return page(request, "nowhere", {"why": why}, status=500)
