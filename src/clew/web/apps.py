"""The Django application of the pages."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Templates and files of the pages; no models."""

    name = "clew.web"
    label = "web"
