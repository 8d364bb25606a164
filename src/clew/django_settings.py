"""Django's settings. The database is chosen when a workspace is opened, not here."""

from __future__ import annotations

import os
from urllib.parse import parse_qs, unquote, urlsplit


def database(url: str, shared: int | None = None) -> dict[str, object]:
    """Django's connection settings for a ``postgresql://`` URL.

    Args:
        url: where it is.
        shared: so many connections at most, which the threads of a process take in turn; None for
            one connection a thread that lasts as long as it does.

    Raises:
        ValueError: when the URL is not one of PostgreSQL.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError(f"CLEW_DATABASE_URL must start with postgresql://, not {parts.scheme}://")
    options: dict[str, object] = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": options.pop("port", "") or str(parts.port or ""),
        # A statement is kept read and planned where the program says so, and nowhere else.
        "OPTIONS": {"application_name": "clew", "prepare_threshold": _NEVER, **options}
        | _pool(shared),
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": None if shared is None else 0,  # taken for a request, then given back
        # A shared one that is dead costs one request its answer, and is replaced then; to ask each
        # whether it lives would cost every request a way to the database.
        "CONN_HEALTH_CHECKS": shared is None,
        "AUTOCOMMIT": True,
        "TIME_ZONE": None,
        "TEST": {"CHARSET": None, "COLLATION": None, "MIGRATE": True, "MIRROR": None, "NAME": None},
    }


_NEVER = 2**31


def _pool(shared: int | None) -> dict[str, object]:
    if shared is None:
        return {}
    return {"pool": {"min_size": 0, "max_size": shared, "timeout": 20, "max_idle": 300}}


DATABASES = {"default": database(os.environ.get("CLEW_DATABASE_URL", "postgresql:///clew"))}
DATABASE_ROUTERS = ["clew.access.connections.Router"]
INSTALLED_APPS = ["clew.access", "clew.audit", "clew.records", "clew.api", "clew.web"]
"""All Django applications. They are loaded by every command: keep their packages light."""
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LOGGING_CONFIG = None

# What is served over HTTP (clew.serving); the key and the names of hosts come with the workspace.
ROOT_URLCONF = "clew.urls"
MIDDLEWARE = [
    "clew.serving.middleware.Guarded",
    "django.middleware.http.ConditionalGetMiddleware",
    "clew.api.problems.Problems",
    "django.middleware.common.CommonMiddleware",
    "clew.serving.middleware.OnBehalfOf",
    "clew.api.once.Once",
]
"""What every request passes through, outermost first."""
APPEND_SLASH = False
# Nothing that was sent is put into a temporary file: clew.serving.body refuses what is larger.
FILE_UPLOAD_MAX_MEMORY_SIZE = DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
"""Of the pages; catalogues lie in ``clew/web/locale``."""
LANGUAGE_COOKIE_NAME = "clew-language"
# The cookie that shows that a form came from these pages; __Host- and Secure behind TLS.
CSRF_COOKIE_NAME = "clew-form"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "clew.web.browser.not_from_here"
