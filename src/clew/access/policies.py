"""What migrations say to put a table under row-level security.

    migrations.RunSQL(protect("records_media") + "GRANT SELECT ON ... ; CREATE POLICY ...")

A table that no migration puts under it is readable for its owner alone, because nothing else is
granted; ``tests/access/test_who_sees_what.py`` sees to it that none is granted without policies.
"""

from __future__ import annotations

SESSION = """
SELECT s.id, o.id, o.agency_id, s.authority_id, s.scopes::text[]
FROM public.access_session s JOIN public.access_officer o ON o.id = s.officer_id
WHERE s.digest = sha256(convert_to(nullif(current_setting('clew.session', true), ''), 'UTF8'))
  AND s.ended_at IS NULL
  AND s.expires_at > statement_timestamp()
  AND (s.idle IS NULL OR s.used_at + s.idle > statement_timestamp())
  AND o.state = 'active'
  AND EXISTS (
      SELECT FROM public.access_certification c
      WHERE c.officer_id = o.id AND c.revoked_at IS NULL
        AND c.valid_from <= statement_timestamp() AND c.valid_until > statement_timestamp())
"""
"""SQL of the session that a transaction names: id, officer, agency, chosen authority, scopes."""

AUTHORITY_HOLDS = """
      a.agency_id = s.agency_id AND a.revoked_at IS NULL
  AND a.valid_from <= statement_timestamp() AND a.valid_until > statement_timestamp()
  AND (a.whole_agency OR EXISTS (
      SELECT FROM public.access_authorityofficer n
      WHERE n.authority_id = a.id AND n.officer_id = s.officer_id))
"""
"""SQL that an authority ``a`` holds now for the officer of a session ``s``."""


def protect(table: str) -> str:
    """SQL that hides all rows of a table from everybody but its owner.

    Forced, so that what the owner may is a policy like any other, and is said in the same place.
    """
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;\n"
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;\n"
        f"REVOKE ALL ON {table} FROM PUBLIC;\n"
        f"CREATE POLICY owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true);\n"
    )


def allow(
    table: str,
    role: str,
    command: str,
    rule: str = "true",
    *,
    check: str | None = None,
    columns: str = "",
) -> str:
    """SQL that lets a role do one thing to the rows that a rule names.

    Args:
        table: whose rows.
        role: of the database.
        command: SELECT, INSERT, UPDATE or DELETE.
        rule: an SQL condition on a row, for INSERT on the new one.
        check: for UPDATE, a condition on the row as it becomes; by default the same.
        columns: the only ones that may be named, with commas between them; all when empty.
    """
    name = f"{role.removeprefix('clew_')}_{command.lower()}"
    using = "" if command == "INSERT" else f" USING ({rule})"
    checked = ""
    if command in ("INSERT", "UPDATE"):
        checked = f" WITH CHECK ({check or rule})"
    return (
        f"GRANT {command}{f' ({columns})' if columns else ''} ON {table} TO {role};\n"
        f"CREATE POLICY {name} ON {table} FOR {command} TO {role}{using}{checked};\n"
    )


def function(signature: str, returns: str, body: str, *roles: str, changes: bool = False) -> str:
    """SQL for a function that looks or acts with the owner's rights, for some roles only.

    Its ``search_path`` is fixed, temporary things last: nothing that a caller made is in its way.

    Args:
        signature: name and arguments; the schema is ``access``.
        returns: its type.
        body: one or several statements of SQL, all names of tables with their schema.
        roles: of the database, that may call it.
        changes: whether it writes; otherwise it is evaluated once a statement where possible.
    """
    kind = "VOLATILE" if changes else "STABLE PARALLEL SAFE"
    name = f"access.{signature}"
    bare = name[: name.index("(")]
    grants = f"GRANT EXECUTE ON FUNCTION {bare} TO {', '.join(roles)};\n" if roles else ""
    return (
        f"CREATE FUNCTION {name} RETURNS {returns} LANGUAGE sql {kind} SECURITY DEFINER\n"
        f"SET search_path = pg_catalog, pg_temp AS $body$\n{body.strip()}\n$body$;\n"
        f"REVOKE ALL ON FUNCTION {bare} FROM PUBLIC;\n{grants}"
    )
