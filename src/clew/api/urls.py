"""The addresses below ``/api``."""

from __future__ import annotations

from django.urls import path

from clew.api.docs import docs
from clew.api.version1 import api

urlpatterns = [
    path("docs", docs),
    path("v1/", api.urls),
]
