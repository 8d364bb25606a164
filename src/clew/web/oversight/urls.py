"""The addresses of oversight."""

from __future__ import annotations

from django.urls import path

from clew.web.oversight import log, menu, verification

urlpatterns = [
    path("oversight", menu.overview),
    path("oversight/log", log.search),
    path("oversight/log/<int:number>", log.entry),
    path("oversight/seen", log.seen),
    path("oversight/verification", verification.verification),
    path("oversight/verification/progress", verification.progress),
]
