"""What the policies of the tables that officers write have in common; used by migrations."""

from __future__ import annotations

from clew.access.policies import allow

APPLICATION = "clew_application"
USUAL_QUOTA = (300, 2000)
"""Questions an officer may ask in an hour, and in a day, where nothing else was said."""

OURS = "agency_id = (SELECT access.case_agency())"
"""A row of the agency whose case data the session may see."""

SHARED = f"""
(SELECT access.case_agency()) IS NOT NULL AND (
    {OURS}
    OR sharing = 'all members'
    OR (sharing = 'named agencies' AND (SELECT access.case_agency()) = ANY(sharing_agencies))
    OR (sharing = 'all except' AND (SELECT access.case_agency()) <> ALL(sharing_agencies)))
"""
"""A row of the own agency, or one shared with it."""

WRITING = (
    "agency_id = (SELECT access.contributing_agency()) AND officer_id = (SELECT access.officer())"
)
"""A new row of the acting officer, who may hand in and decide."""


def seen(table: str, *columns: str) -> str:
    """That each of some columns is empty or leads to a media or entity that is seen.

    Args:
        table: that the columns are of. They are named with it: a sighting has a media_id too, and
            in a condition on sightings the nearer one would be meant.
        columns: those ending in ``media_id`` lead to media, others to entities.
    """
    rules = []
    for column in columns:
        name = f"{table}.{column}"
        there = (
            f"records_sighting s WHERE s.media_id = {name}"
            if column.endswith("media_id")
            else f"records_entity e WHERE e.id = {name}"
        )
        rules.append(f"({name} IS NULL OR EXISTS (SELECT FROM {there}))")
    return " AND ".join(rules)


def sharing_by_its_agency(table: str) -> str:
    """SQL that lets officers of the agency whose a row is say with whom it is shared."""
    return allow(
        table,
        APPLICATION,
        "UPDATE",
        "agency_id = (SELECT access.contributing_agency())",
        columns="sharing, sharing_agencies",
    )


def signed(*tables: str) -> str:
    """SQL that has the database fill in who wrote a row, for whom and when."""
    return "".join(
        f"CREATE TRIGGER sign BEFORE INSERT ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION access.sign();\n"
        for table in tables
    )


def follows(name: str, table: str, body: str) -> str:
    """SQL for a trigger of the owner that keeps columns beside the history they follow from.

    Args:
        name: of its function, in the schema ``access``.
        table: the history; the trigger runs after each new row.
        body: a block of PL/pgSQL.
    """
    return (
        f"CREATE FUNCTION access.{name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER\n"
        f"SET search_path = pg_catalog, pg_temp AS $body$\n{body.strip()}\n$body$;\n"
        f"REVOKE ALL ON FUNCTION access.{name} FROM PUBLIC;\n"
        f"CREATE TRIGGER {name} AFTER INSERT ON {table}\n"
        f"FOR EACH ROW EXECUTE FUNCTION access.{name}();\n"
    )
