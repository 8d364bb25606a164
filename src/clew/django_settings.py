"""Django's settings. The database is chosen when a workspace is opened, not here."""

from __future__ import annotations

import os
from urllib.parse import parse_qs, unquote, urlsplit


def database(url: str) -> dict[str, object]:
    """Django's connection settings for a ``postgresql://`` URL.

    Raises:
        ValueError: when the URL is not one of PostgreSQL.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError(f"CLEW_DATABASE_URL must start with postgresql://, not {parts.scheme}://")
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": options.pop("port", "") or str(parts.port or ""),
        "OPTIONS": {"application_name": "clew", **options},
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "AUTOCOMMIT": True,
        "TIME_ZONE": None,
        "TEST": {"CHARSET": None, "COLLATION": None, "MIGRATE": True, "MIRROR": None, "NAME": None},
    }


DATABASES = {"default": database(os.environ.get("CLEW_DATABASE_URL", "postgresql:///clew"))}
DATABASE_ROUTERS = ["clew.access.connections.Router"]
INSTALLED_APPS = ["clew.access", "clew.audit", "clew.records"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LOGGING_CONFIG = None
