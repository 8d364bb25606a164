"""Triggers that note what happens to people, authority, credentials and sessions.

Whoever makes it happen: in the database no face can forget it, and what the owner does by hand is
noted too.
"""

from django.db import migrations

from clew.access.attempts import LOCKING

_BEGINNING = """RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$"""

# Arguments: event, kind of thing it is about, column with its number, columns that are told.
_CHANGES = f"""
CREATE FUNCTION audit.note_change() {_BEGINNING}
DECLARE
    was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    becomes jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    subject bigint := coalesce(becomes, was) ->> TG_ARGV[2];
    told jsonb;
    concerned bigint;
BEGIN
    SELECT jsonb_object_agg(c.name, CASE
            WHEN TG_OP = 'UPDATE' THEN jsonb_build_array(was -> c.name, becomes -> c.name)
            ELSE coalesce(becomes, was) -> c.name END)
    INTO told FROM unnest(string_to_array(TG_ARGV[3], ' ')) c(name)
    WHERE was -> c.name IS DISTINCT FROM becomes -> c.name;
    IF TG_OP = 'UPDATE' AND told IS NULL AND TG_ARGV[3] <> '' THEN
        RETURN NULL;
    END IF;
    concerned := CASE TG_ARGV[1]
        WHEN 'officer' THEN (SELECT o.agency_id FROM public.access_officer o WHERE o.id = subject)
        WHEN 'authority' THEN (
            SELECT a.agency_id FROM public.access_authority a WHERE a.id = subject)
        ELSE subject END;
    PERFORM audit.write(TG_ARGV[0], TG_ARGV[1] || ' ' || subject, concerned,
        coalesce(told, '{{}}')::text);
    RETURN NULL;
END $body$;
REVOKE ALL ON FUNCTION audit.note_change FROM PUBLIC;
"""

_AUTHORITY = (
    "reference operation legal_basis purpose valid_from valid_until whole_agency revoked_at"
)
_NOTED = (
    ("access_officer", "INSERT", "officer added", "officer id", "agency_id unit_id state"),
    (
        *("access_officer", "UPDATE", "officer changed", "officer id"),
        "name sign_in_name agency_id unit_id state left_at successor_id",
    ),
    ("access_officerrole", "INSERT OR UPDATE", "role given", "officer officer_id", "role"),
    ("access_officerrole", "DELETE", "role taken", "officer officer_id", "role"),
    (
        *("access_certification", "INSERT", "certified", "officer officer_id"),
        "valid_from valid_until",
    ),
    (
        *("access_certification", "UPDATE", "certification changed", "officer officer_id"),
        "valid_from valid_until revoked_at",
    ),
    ("access_authority", "INSERT", "authority added", "authority id", _AUTHORITY),
    ("access_authority", "UPDATE", "authority changed", "authority id", _AUTHORITY),
    (
        *("access_authorityofficer", "INSERT OR UPDATE", "authority given"),
        *("authority authority_id", "officer_id"),
    ),
    (
        *("access_authorityofficer", "DELETE", "authority taken"),
        *("authority authority_id", "officer_id"),
    ),
    ("access_invitation", "INSERT OR UPDATE", "invited", "officer officer_id", "expires_at"),
    # What they are changed to stays unsaid.
    ("access_credential", "INSERT OR UPDATE OF set_at", "enrolment", "officer officer_id", ""),
    ("access_agency", "INSERT OR UPDATE", "agency changed", "agency id", "name contact country_id"),
    ("access_unit", "INSERT OR UPDATE", "agency changed", "agency agency_id", "name"),
)


def _note(number: int, table: str, when: str, event: str, subject: str, told: str) -> str:
    kind, column = subject.split()
    return (
        f"CREATE TRIGGER noted_{number} AFTER {when} ON {table} FOR EACH ROW "
        f"EXECUTE FUNCTION audit.note_change('{event}', '{kind}', '{column}', '{told}');\n"
    )


_PASSWORDS = """
CREATE TRIGGER noted_password AFTER UPDATE ON access_credential FOR EACH ROW
WHEN ((OLD.password, OLD.totp_secret) IS DISTINCT FROM (NEW.password, NEW.totp_secret)
      AND OLD.set_at = NEW.set_at)
EXECUTE FUNCTION audit.note_change('password kept anew', 'officer', 'officer_id', '');
"""

# What is told: kind and number, and what another would know it by; no key, no device's name.
_CREDENTIALS = f"""
CREATE FUNCTION audit.note_credential() {_BEGINNING}
DECLARE
    told jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
    subject bigint := told ->> 'officer_id';
BEGIN
    PERFORM audit.write(
        CASE TG_OP WHEN 'DELETE' THEN 'credential removed' ELSE 'credential added' END,
        'officer ' || subject,
        (SELECT o.agency_id FROM public.access_officer o WHERE o.id = subject),
        jsonb_strip_nulls(jsonb_build_object('kind', TG_ARGV[0], 'number', told -> 'id',
            'issuer', told -> 'issuer', 'subject', told -> 'subject',
            'fingerprint', CASE WHEN told ? 'fingerprint'
                THEN ltrim(told ->> 'fingerprint', E'\\\\x') END,
            'label', nullif(told ->> 'label', ''), 'scopes', told -> 'scopes'))::text);
    RETURN NULL;
END $body$;
REVOKE ALL ON FUNCTION audit.note_credential FROM PUBLIC;
""" + "".join(
    f"CREATE TRIGGER noted_credential AFTER INSERT OR DELETE ON access_{table} FOR EACH ROW "
    f"EXECUTE FUNCTION audit.note_credential('{kind}');\n"
    for table, kind in (
        ("passkey", "passkey"),
        ("identity", "identity"),
        ("clientcertificate", "certificate"),
    )
)

# When one begins, also by what it was proven whose it is.
_SESSIONS = f"""
CREATE FUNCTION audit.note_beginning() {_BEGINNING}
BEGIN
    INSERT INTO public.audit_entry
        (event, officer, agency, session, authority, role, about, details)
    SELECT CASE NEW.kind WHEN 'token' THEN 'token issued' ELSE 'sign-in' END,
        NEW.officer_id, o.agency_id, NEW.id, NEW.authority_id, session_user, 'session ' || NEW.id,
        jsonb_strip_nulls(jsonb_build_object('kind', NEW.kind, 'by', nullif(NEW.proof, ''),
            'scopes', NEW.scopes, 'label', nullif(NEW.label, ''), 'until', NEW.expires_at))::text
    FROM public.access_officer o WHERE o.id = NEW.officer_id;
    RETURN NULL;
END $body$;
REVOKE ALL ON FUNCTION audit.note_beginning FROM PUBLIC;
CREATE FUNCTION audit.note_session() {_BEGINNING}
DECLARE
    home bigint := (SELECT o.agency_id FROM public.access_officer o WHERE o.id = NEW.officer_id);
    own boolean := NEW.digest = sha256(
        convert_to(nullif(current_setting('clew.session', true), ''), 'UTF8'));
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO public.audit_entry
            (event, officer, agency, session, authority, role, about, details)
        VALUES (CASE NEW.kind WHEN 'token' THEN 'token issued' ELSE 'sign-in' END,
            NEW.officer_id, home, NEW.id, NEW.authority_id, session_user, 'session ' || NEW.id,
            jsonb_strip_nulls(jsonb_build_object('kind', NEW.kind, 'scopes', NEW.scopes,
                'label', nullif(NEW.label, ''), 'until', NEW.expires_at))::text);
    ELSIF OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL AND own THEN
        -- The session has just ended and answers no more who it was.
        INSERT INTO public.audit_entry (event, officer, agency, session, role, about, details)
        VALUES ('sign-out', NEW.officer_id, home, NEW.id, session_user,
            'session ' || NEW.id, '{{}}');
    ELSIF OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL THEN
        PERFORM audit.write('sign-out', 'session ' || NEW.id, home,
            jsonb_build_object('officer', NEW.officer_id)::text);
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.authority_id IS DISTINCT FROM OLD.authority_id THEN
        PERFORM audit.write('authority chosen', coalesce('authority ' || NEW.authority_id, 'none'),
            home, CASE WHEN own THEN '{{}}'
                ELSE jsonb_build_object('session', NEW.id, 'officer', NEW.officer_id)::text END);
    END IF;
    RETURN NULL;
END $body$;
REVOKE ALL ON FUNCTION audit.note_session FROM PUBLIC;
CREATE TRIGGER noted_beginning AFTER INSERT ON access_session
FOR EACH ROW EXECUTE FUNCTION audit.note_beginning();
CREATE TRIGGER noted AFTER UPDATE OF ended_at, authority_id ON access_session
FOR EACH ROW EXECUTE FUNCTION audit.note_session();
"""

# What was typed as a name may be a password: only names of officers are told, by their number.
_ATTEMPTS = f"""
CREATE FUNCTION audit.note_attempts() {_BEGINNING}
DECLARE
    known record;
    whom text;
BEGIN
    SELECT o.id, o.agency_id INTO known FROM public.access_officer o
    WHERE sha256(convert_to(o.sign_in_name, 'UTF8')) = OLD.name_digest;
    whom := coalesce('officer ' || known.id, 'an unknown name');
    IF TG_OP = 'DELETE' THEN
        -- Who signs in deletes it too; only somebody who is signed in already forgives.
        IF access.officer() IS NOT NULL THEN
            PERFORM audit.write('lock lifted', whom, known.agency_id,
                jsonb_build_object('failures', OLD.failures)::text);
        END IF;
        RETURN NULL;
    END IF;
    PERFORM audit.write('failed sign-in', whom, known.agency_id,
        jsonb_build_object('failures', NEW.failures)::text);
    IF NEW.failures >= {LOCKING} THEN
        PERFORM audit.write('lock-out', whom, known.agency_id,
            jsonb_build_object('failures', NEW.failures)::text);
    END IF;
    RETURN NULL;
END $body$;
REVOKE ALL ON FUNCTION audit.note_attempts FROM PUBLIC;
CREATE TRIGGER noted AFTER UPDATE OF failures OR DELETE ON access_signinattempts
FOR EACH ROW EXECUTE FUNCTION audit.note_attempts();
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0006_credentials"), ("audit", "0002_only_grows")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (
            _CHANGES,
            "".join(_note(number, *noted) for number, noted in enumerate(_NOTED)),
            _PASSWORDS,
            _CREDENTIALS,
            _SESSIONS,
            _ATTEMPTS,
        )
    ]
