"""Who may see and change what is signed in with: passwords, passkeys, identities, certificates.

The tables are read by ``clew_sign_in`` alone. Officers see what is theirs, and administrators that
there is something, through functions.
"""

from django.db import migrations

from clew.access.policies import allow, function, protect

_APPLICATION, _SIGN_IN = "clew_application", "clew_sign_in"
_OWN = "officer_id = (SELECT access.officer())"

_CREDENTIALS = (
    allow("access_officer", _SIGN_IN, "SELECT", columns="id, name, sign_in_name, state, agency_id")
    + allow("access_certification", _SIGN_IN, "SELECT")
    + "".join(
        protect(table) + "".join(allow(table, _SIGN_IN, command) for command in commands.split())
        for table, commands in (
            ("access_credential", "SELECT INSERT UPDATE DELETE"),
            ("access_recoverycode", "SELECT INSERT DELETE"),
            ("access_signinattempts", "SELECT INSERT UPDATE DELETE"),
            ("access_invitation", "SELECT DELETE UPDATE"),
        )
    )
    + protect("access_challenge")
    + "".join(
        allow("access_challenge", _SIGN_IN, command)
        for command in ("SELECT", "INSERT", "UPDATE", "DELETE")
    )
    + protect("access_passkey")
    + "".join(allow("access_passkey", _SIGN_IN, command) for command in ("SELECT", "INSERT"))
    + allow("access_passkey", _SIGN_IN, "UPDATE", columns="sign_count, used_at, backed_up")
    + allow("access_passkey", _SIGN_IN, "DELETE")
    + protect("access_identity")
    + allow("access_identity", _SIGN_IN, "SELECT")
    # By invitation; what an administrator bound is theirs to change.
    + allow("access_identity", _SIGN_IN, "INSERT", "bound_by_id IS NULL")
    + allow("access_identity", _SIGN_IN, "DELETE", "bound_by_id IS NULL")
    + protect("access_providersession")
    + "".join(
        allow("access_providersession", _SIGN_IN, command) for command in ("SELECT", "INSERT")
    )
    + protect("access_clientcertificate")
    + allow("access_clientcertificate", _SIGN_IN, "SELECT")
)

_INVITING = function(
    "invite(invited bigint, secret_digest bytea, until timestamptz)",
    "boolean",
    "INSERT INTO public.access_invitation (officer_id, digest, expires_at) "
    "SELECT invited, secret_digest, until WHERE access.administers_officer(invited) "
    "ON CONFLICT (officer_id) DO UPDATE "
    "SET digest = excluded.digest, expires_at = excluded.expires_at RETURNING true",
    _APPLICATION,
    changes=True,
) + function(
    "forget_failures(officer bigint)",
    "boolean",
    "DELETE FROM public.access_signinattempts WHERE name_digest = ("
    "SELECT sha256(convert_to(o.sign_in_name, 'UTF8')) FROM public.access_officer o "
    "WHERE o.id = officer AND access.administers_officer(officer)) RETURNING true",
    _APPLICATION,
    changes=True,
)

_SEEING = function(
    "credentials()",
    "TABLE (kind text, id bigint, name text, added_at timestamptz, used_at timestamptz, "
    "backed_up boolean, machine boolean)",
    f"""
    SELECT 'passkey', p.id, p.name::text, p.added_at, p.used_at, p.backed_up, false
    FROM public.access_passkey p WHERE p.{_OWN}
    UNION ALL
    SELECT 'identity', i.id, i.issuer || ' ' || i.subject, i.bound_at, NULL, false, false
    FROM public.access_identity i WHERE i.{_OWN}
    UNION ALL
    SELECT 'certificate', c.id, coalesce(nullif(c.label, ''), c.subject), c.bound_at, NULL, false,
           c.scopes IS NOT NULL
    FROM public.access_clientcertificate c WHERE c.{_OWN}
    ORDER BY 1 DESC, 2
    """,
    _APPLICATION,
) + function(
    "ways_to_sign_in(asked bigint)",
    "TABLE (password boolean, passkey boolean, identity boolean, certificate boolean)",
    """
    SELECT EXISTS (SELECT FROM public.access_credential WHERE officer_id = asked),
           EXISTS (SELECT FROM public.access_passkey WHERE officer_id = asked),
           EXISTS (SELECT FROM public.access_identity WHERE officer_id = asked),
           EXISTS (SELECT FROM public.access_clientcertificate WHERE officer_id = asked)
    WHERE access.administers_officer(asked)
    """,
    _APPLICATION,
)

_CHANGING = (
    function(
        # Whoever has the device may have used it: other sessions that it began end with it.
        "remove_passkey(removed bigint)",
        "bigint",
        f"""
        UPDATE public.access_session SET ended_at = statement_timestamp()
        WHERE proof = 'passkey' AND ended_at IS NULL AND {_OWN}
          AND id <> (SELECT s.id FROM access.session() s)
          AND EXISTS (SELECT FROM public.access_passkey p WHERE p.id = removed AND p.{_OWN});
        DELETE FROM public.access_passkey WHERE id = removed AND {_OWN} RETURNING id;
        """,
        _APPLICATION,
        changes=True,
    )
    + function(
        "bind_identity(bound bigint, issuer text, subject text)",
        "bigint",
        "INSERT INTO public.access_identity (officer_id, issuer, subject, bound_by_id) "
        "SELECT bound, bind_identity.issuer, bind_identity.subject, access.officer() "
        "WHERE access.administers_officer(bound) RETURNING id",
        _APPLICATION,
        changes=True,
    )
    + function(
        "bind_certificate(bound bigint, fingerprint bytea, subject text, until timestamptz, "
        "label text, scopes text[], authority bigint)",
        "bigint",
        """
        INSERT INTO public.access_clientcertificate (officer_id, fingerprint, subject, valid_until,
            label, scopes, authority_id, bound_by_id)
        SELECT bound, bind_certificate.fingerprint, bind_certificate.subject, until,
            bind_certificate.label, bind_certificate.scopes, authority, access.officer()
        WHERE access.administers_officer(bound) AND (authority IS NULL OR EXISTS (
            SELECT FROM public.access_authority a JOIN public.access_officer o
            ON o.agency_id = a.agency_id WHERE a.id = authority AND o.id = bound))
        RETURNING id
        """,
        _APPLICATION,
        changes=True,
    )
    + function(
        "release(released bigint)",
        "bigint",
        """
        UPDATE public.access_session SET ended_at = statement_timestamp()
        WHERE officer_id = released AND ended_at IS NULL
          AND (proof LIKE '%certificate' OR proof LIKE 'identity provider%')
          AND access.administers_officer(released);
        WITH identities AS (
            DELETE FROM public.access_identity WHERE officer_id = released
            AND access.administers_officer(released) RETURNING id
        ), certificates AS (
            DELETE FROM public.access_clientcertificate WHERE officer_id = released
            AND access.administers_officer(released) RETURNING id
        )
        SELECT (SELECT count(*) FROM identities) + (SELECT count(*) FROM certificates)
        WHERE access.administers_officer(released);
        """,
        _APPLICATION,
        changes=True,
    )
)


class Migration(migrations.Migration):
    dependencies = [("access", "0005_sessions_and_tokens")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (_CREDENTIALS, _INVITING, _SEEING, _CHANGING)
    ]
