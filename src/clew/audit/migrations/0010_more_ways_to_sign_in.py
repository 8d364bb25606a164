"""Notes credentials of further kinds, and by what it was proven when a session begins."""

from django.db import migrations

_BEGINNING = """RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$"""

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

_PROVEN = f"""
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
DROP TRIGGER noted ON access_session;
CREATE TRIGGER noted_beginning AFTER INSERT ON access_session
FOR EACH ROW EXECUTE FUNCTION audit.note_beginning();
CREATE TRIGGER noted AFTER UPDATE OF ended_at, authority_id ON access_session
FOR EACH ROW EXECUTE FUNCTION audit.note_session();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0003_noted_by_the_database"),
        ("access", "0011_who_proves_what"),
    ]

    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (_CREDENTIALS, _PROVEN)]
