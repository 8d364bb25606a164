"""The page that describes the interface, with a viewer that is served here and fetches nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Clew: REST interface</title>
<link rel="stylesheet" href="/static/api/swagger-ui.css">
</head>
<body>
<script type="application/json" id="swagger-settings">
{{"layout": "BaseLayout", "url": "{}"}}
</script>
<div id="swagger-ui"></div>
<script src="/static/api/swagger-ui-bundle.js"></script>
<script src="/static/api/swagger-ui-init.js"></script>
</body>
</html>
"""
# The viewer sets styles on elements, and has its symbols in its style sheet.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@require_safe
def docs(_request: HttpRequest) -> HttpResponse:
    """The page."""
    page = format_html(_PAGE, reverse("v1:openapi-json"))
    return HttpResponse(page, headers={"Content-Security-Policy": _POLICY})
