"""Functions that write the log, its chain, and who may read it.

Nobody is granted more than reading. Entries come through functions of the owner that take officer,
agency, session and authority from the session, never from their caller.
"""

from django.db import migrations

from clew.access.policies import AUTHORITY_HOLDS, SESSION, allow, protect
from clew.audit.events import BY_PROGRAM

_APPLICATION, _WORKER, _SIGN_IN = "clew_application", "clew_worker", "clew_sign_in"
_TABLES = ("audit_entry", "audit_link", "audit_checkpoint")


def _function(signature: str, returns: str, body: str, *roles: str, settings: str = "") -> str:
    """A function of the owner in PL/pgSQL, whose plans are kept, for some roles only."""
    name = f"audit.{signature[: signature.index('(')]}"
    grants = f"GRANT EXECUTE ON FUNCTION {name} TO {', '.join(roles)};\n" if roles else ""
    return (
        f"CREATE FUNCTION audit.{signature} RETURNS {returns} LANGUAGE plpgsql SECURITY DEFINER\n"
        f"SET search_path = pg_catalog, pg_temp {settings} AS $body$\n{body.strip()}\n$body$;\n"
        f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC;\n{grants}"
    )


_SCHEMA = f"""
CREATE SCHEMA audit;
GRANT USAGE ON SCHEMA audit TO {_APPLICATION}, {_WORKER}, {_SIGN_IN};
"""

# The same as clew.audit.encoding, where it is explained; both are held together by a test.
_ENCODING = """
CREATE FUNCTION audit.field(value text) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN value IS NULL THEN int4send(-1)
    ELSE int4send(octet_length(convert_to(value, 'UTF8'))) || convert_to(value, 'UTF8') END;
CREATE FUNCTION audit.digest(entry public.audit_entry) RETURNS bytea LANGUAGE sql STABLE
PARALLEL SAFE RETURN sha256(
    audit.field('clew entry 1')
    || audit.field(entry.number::text)
    || audit.field(to_char(entry.written_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
    || audit.field(entry.event)
    || audit.field(entry.officer::text)
    || audit.field(entry.agency::text)
    || audit.field(entry.concerns::text)
    || audit.field(entry.session::text)
    || audit.field(entry.authority::text)
    || audit.field(entry.role)
    || audit.field(entry.about)
    || audit.field(entry.details)
    || audit.field(entry.blind::text));
REVOKE ALL ON FUNCTION audit.field, audit.digest FROM PUBLIC;
"""

# Chaining is put off until commit: the lock that makes one chain of many transactions is then the
# last they take and the shortest they hold, so that none waits for another's work, nor in a circle.
# A row, because advisory locks could be taken by every role, for ever.
_CHAIN = (
    """
CREATE TABLE public.audit_turn (held boolean PRIMARY KEY CHECK (held));
REVOKE ALL ON public.audit_turn FROM PUBLIC;
INSERT INTO public.audit_turn VALUES (true);
INSERT INTO public.audit_link (position, entry, digest, hash)
SELECT 0, 0, nothing, nothing FROM decode(repeat('00', 32), 'hex') nothing;
"""
    + _function(
        "chain()",
        "trigger",
        """
DECLARE
    fingerprint bytea := audit.digest(NEW);
BEGIN
    PERFORM FROM public.audit_turn FOR UPDATE;
    INSERT INTO public.audit_link (position, entry, digest, hash)
    SELECT l.position + 1, NEW.number, fingerprint,
        sha256(l.hash || int8send(l.position + 1) || fingerprint)
    FROM public.audit_link l ORDER BY l.position DESC LIMIT 1;
    RETURN NULL;
END
""",
        # A plan made while the table was small would read all of it once it is not.
        settings="SET enable_seqscan = off",
    )
    + """
CREATE CONSTRAINT TRIGGER chain AFTER INSERT ON public.audit_entry
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit.chain();
ALTER TABLE public.audit_entry ENABLE ALWAYS TRIGGER chain;
"""
)

_ONLY_GROWS = _function(
    "refuse()",
    "trigger",
    """
BEGIN
    RAISE EXCEPTION 'the log only grows: % of % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END
""",
) + "".join(
    f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse();\n"
    f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER only_grows;\n"
    for table in _TABLES
)

_BY_PROGRAM = ", ".join(f"'{event}'" for event in BY_PROGRAM)
_ONLY_PROGRAMS = f"""
    IF event NOT IN ({_BY_PROGRAM}) THEN
        RAISE EXCEPTION 'the event % is no program''s to write', event
        USING ERRCODE = 'insufficient_privilege';
    END IF;
"""

# Not by access.session() and access.authority(): one statement whose plan is kept is the cheapest.
_ASKING = f"""
    ({SESSION.strip()}) s(id, officer_id, agency_id, authority_id, scopes)
    LEFT JOIN public.access_authority a ON a.id = s.authority_id AND {AUTHORITY_HOLDS.strip()}
"""

_WRITING = (
    _function(
        # For triggers: by whoever is signed in, or nobody.
        "write(event text, about text, concerns bigint, details text)",
        "bigint",
        f"""
DECLARE
    given bigint;
BEGIN
    INSERT INTO public.audit_entry
        (event, officer, agency, concerns, session, authority, role, about, details)
    SELECT event, s.officer_id, s.agency_id, concerns, s.id, a.id, session_user, about, details
    FROM (SELECT) nobody LEFT JOIN ({_ASKING.strip()}) ON true
    RETURNING number INTO given;
    RETURN given;
END
""",
    )
    + _function(
        "record(event text, about text, details text)",
        "bigint",
        f"""
DECLARE
    given bigint;
BEGIN
    {_ONLY_PROGRAMS.strip()}
    INSERT INTO public.audit_entry
        (event, officer, agency, session, authority, role, about, details)
    SELECT event, s.officer_id, s.agency_id, s.id, a.id, session_user, about, details
    FROM {_ASKING.strip()}
    RETURNING number INTO given;
    IF given IS NULL THEN
        RAISE EXCEPTION 'nobody is signed in' USING ERRCODE = 'invalid_authorization_specification';
    END IF;
    RETURN given;
END
""",
        _APPLICATION,
    )
    + _function(
        "record_unattended(event text, about text, details text)",
        "bigint",
        f"""
DECLARE
    given bigint;
BEGIN
    {_ONLY_PROGRAMS.strip()}
    INSERT INTO public.audit_entry (event, role, about, details)
    VALUES (event, session_user, about, details) RETURNING number INTO given;
    RETURN given;
END
""",
        _WORKER,
    )
    + _function(
        "not_let_in(name_digest bytea, why text)",
        "bigint",
        """
DECLARE
    known record;
BEGIN
    SELECT o.id, o.agency_id INTO known FROM public.access_officer o
    WHERE sha256(convert_to(o.sign_in_name, 'UTF8')) = name_digest;
    RETURN audit.write('refused sign-in', coalesce('officer ' || known.id, 'an unknown name'),
        known.agency_id, jsonb_build_object('why', why)::text);
END
""",
        _SIGN_IN,
    )
)

_READ = "(SELECT access.has_scope('read'))"
_AUDITOR = "(SELECT access.has_role('auditor'))"

_READING = (
    "".join(protect(table) for table in _TABLES)
    + allow(
        "audit_entry",
        _APPLICATION,
        "SELECT",
        f"{_READ} AND (officer = (SELECT access.officer()) OR ({_AUDITOR} "
        "AND (SELECT access.agency()) IN (agency, concerns)))",
    )
    # Positions and hashes tell an auditor nothing about others, and show that nothing is missing.
    + allow(
        "audit_link",
        _APPLICATION,
        "SELECT",
        f"{_READ} AND ({_AUDITOR} OR EXISTS (SELECT FROM audit_entry e WHERE e.number = entry))",
    )
    + allow("audit_checkpoint", _APPLICATION, "SELECT", f"{_READ} AND {_AUDITOR}")
)


class Migration(migrations.Migration):
    dependencies = [("access", "0003_who_is_asking"), ("audit", "0001_the_log")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (_SCHEMA, _ENCODING, _CHAIN, _ONLY_GROWS, _WRITING, _READING)
    ]
