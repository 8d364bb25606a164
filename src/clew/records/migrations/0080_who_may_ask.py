"""Questions are for sessions that may look into cases: with a role for it, and the scope.

What is asked is searched as the worker, who sees everything; who holds something as a hit only is
told from that. A token that may only hand in, or an officer who only trains, is told nothing.
"""

from importlib import import_module

from django.db import migrations

_CASE_ROLES = "'contributor', 'specialist', 'supervisor', 'data-protection officer'"
"""As for access.case_agency (access/0003)."""

_MAY = f"""
    IF NOT ('read' = ANY(who.scopes) AND EXISTS (
        SELECT FROM public.access_officerrole r
        WHERE r.officer_id = who.officer_id AND r.role = ANY(ARRAY[{_CASE_ROLES}]))) THEN
        RAISE EXCEPTION 'this session may not look into cases'
        USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Locked from here on"""


def _ask() -> str:
    """The function of 0070, which sees first whether the session may ask at all."""
    frozen: str = import_module("clew.records.migrations.0070_ask_cheaply")._ASK
    told = frozen.replace("SELECT s.officer_id, ", "SELECT s.officer_id, s.scopes, ", 1)
    asked = told.replace("\n    -- Locked from here on", _MAY, 1)
    if asked.count("who.scopes") != 1 or "s.scopes, coalesce" not in asked:
        raise AssertionError("0070 is not as it was")
    return asked


class Migration(migrations.Migration):
    dependencies = [("records", "0061_ones_own_desk")]

    operations = [migrations.RunSQL(_ask(), migrations.RunSQL.noop)]
