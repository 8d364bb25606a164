"""The addresses of administration."""

from __future__ import annotations

from django.urls import path

from clew.web import menu
from clew.web.administration import agencies, authorities, officers, running, tokens

urlpatterns = [
    path("admin", menu.overview),
    path("admin/officers", officers.officers),
    path("admin/officers/new", officers.new),
    path("admin/officers/<int:number>", officers.officer),
    path("admin/officers/<int:number>/<str:act>", officers.change),
    path("admin/agencies", agencies.agencies),
    path("admin/agencies/<int:number>/<str:act>", agencies.change),
    path("admin/authorities", authorities.authorities),
    path("admin/authorities/new", authorities.new),
    path("admin/authorities/<int:number>/revoke", authorities.revoke),
    path("admin/schemes", tokens.schemes),
    path("admin/tokens", tokens.tokens),
    path("admin/tokens/<int:number>/end", tokens.end),
    path("admin/jobs", running.jobs),
    path("admin/jobs/<int:number>/retry", running.retry),
    path("admin/health", running.health),
    path("admin/health/checks", running.checks),
]
