"""The Django application of the REST interface."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """What it keeps: answers that were given to requests with an idempotency key."""

    name = "clew.api"
    label = "api"
