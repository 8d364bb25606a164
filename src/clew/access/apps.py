"""The Django application of agencies, officers, sessions and authority."""

from __future__ import annotations

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Models of who may do what, under one migration history."""

    name = "clew.access"
    label = "access"
