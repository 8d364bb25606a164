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

# Finds entries by time, for what is looked at every hour. A BRIN index: a few bytes for each
# megabyte of the log, because entries come in the order of time, and next to nothing at each entry
# (other indexes would cost at every query).
_BY_TIME = """
CREATE INDEX audit_entry_by_time ON audit_entry USING brin (written_at) WITH (autosummarize = on);
"""

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

# That somebody used a session that is over stands in the log.
_OVER = """
CREATE FUNCTION audit.session_over(session_digest bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    used record;
BEGIN
    SELECT s.id, s.officer_id, o.agency_id, CASE
        WHEN s.ended_at IS NOT NULL THEN 'the session was ended'
        WHEN s.expires_at <= statement_timestamp() THEN 'the session has run out'
        WHEN s.used_at + s.idle <= statement_timestamp() THEN 'the session was not used for long'
        WHEN o.state <> 'active' THEN 'the officer is ' || o.state
        ELSE 'the certification does not hold' END AS why
    INTO used FROM public.access_session s JOIN public.access_officer o ON o.id = s.officer_id
    WHERE s.digest = session_digest;
    IF FOUND THEN
        PERFORM audit.write('refused sign-in', 'officer ' || used.officer_id, used.agency_id,
            jsonb_build_object('why', used.why, 'session', used.id)::text);
    END IF;
    RETURN FOUND;
END $body$;
REVOKE ALL ON FUNCTION audit.session_over FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.session_over TO clew_sign_in;
"""

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

# How far checkpoints confirm the log, for whoever looks whether they are still made. When, and not
# what: neither position nor hash, which auditors alone see.
_CONFIRMED = """
CREATE FUNCTION audit.confirmed(OUT made_at timestamptz, OUT waiting_since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $body$
    SELECT c.made_at, (
        SELECT e.written_at FROM public.audit_link l JOIN public.audit_entry e ON e.number = l.entry
        WHERE l.position = coalesce(c.position, 0) + 1)
    FROM (SELECT) one LEFT JOIN (
        SELECT k.made_at, k.position FROM public.audit_checkpoint k
        ORDER BY k.number DESC LIMIT 1) c ON true
$body$;
REVOKE ALL ON FUNCTION audit.confirmed FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.confirmed TO clew_application, clew_worker;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0003_who_is_asking"), ("audit", "0001_tables")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (
            _SCHEMA,
            _ENCODING,
            _CHAIN,
            _ONLY_GROWS,
            _BY_TIME,
            _WRITING,
            _OVER,
            _READING,
            _CONFIRMED,
        )
    ]
