"""Every address that is served. Each face keeps its own, and is loaded when it is asked for."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("api/", include("clew.api.urls")),
    path("", include("clew.web.urls")),
]

# Of Django's own pages there is one language.
handler404 = "clew.web.nowhere.nowhere"
handler500 = "clew.web.nowhere.failed"
