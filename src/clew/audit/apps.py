"""The Django application of the log."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Models of the log, under one migration history."""

    name = "clew.audit"
    label = "audit"

    def ready(self) -> None:
        """Hear of those who are not let in; all else the database notes by itself."""
        from clew.access.acting import session_over
        from clew.access.signin import not_let_in

        not_let_in.connect(_note)
        session_over.connect(_note_over)


def _note(**signal: object) -> None:
    # Not before: the log may be what made Django ready, and is not there yet.
    from clew.audit.log import note_not_let_in

    note_not_let_in(**signal)  # type: ignore[arg-type]


def _note_over(**signal: object) -> None:
    from clew.audit.log import note_session_over

    note_session_over(**signal)  # type: ignore[arg-type]
