"""The addresses of oversight."""

from __future__ import annotations

from django.urls import path

from clew.web import menu
from clew.web.oversight import again, conduct, exports, keeping, log, protection, verification

urlpatterns = [
    path("oversight", menu.overview),
    path("oversight/log", log.search),
    path("oversight/log/<int:number>", log.entry),
    path("oversight/seen", log.seen),
    path("oversight/verification", verification.verification),
    path("oversight/verification/progress", verification.progress),
    path("oversight/conduct", conduct.conduct),
    path("oversight/access", conduct.access),
    path("oversight/access/<int:number>", conduct.review),
    path("oversight/statistics", conduct.statistics),
    path("oversight/reviews", keeping.reviews),
    path("oversight/reviews/<str:thing>/<str:act>", keeping.decide),
    path("oversight/deletions", keeping.deletions),
    path("oversight/deletions/<int:number>/<str:act>", keeping.settle),
    path("oversight/exports", exports.exports),
    path("oversight/exports/<int:number>/<str:act>", exports.settle),
    path("oversight/holds", keeping.holds),
    path("oversight/holds/<int:number>/lift", keeping.lift),
    path("oversight/again", again.again),
    path("oversight/again/<int:number>", again.give),
    path("protection", protection.find),
    path("protection/<int:number>", protection.person),
    path("protection/<int:number>/<str:act>", protection.limit),
    path("protection/<int:number>/<str:what>/<int:line>", protection.correct),
]
