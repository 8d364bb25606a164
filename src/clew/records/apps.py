"""The Django application of the case database."""

from __future__ import annotations

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Models of the case database, under one migration history."""

    name = "clew.records"
    label = "records"
