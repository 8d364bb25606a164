"""Sessions, the authority they choose, and tokens.

Nobody but those who sign in reads the table of sessions: an officer sees and ends the tokens issued
to them, an administrator those of the country, through functions.
"""

from django.db import migrations

from clew.access.policies import AUTHORITY_HOLDS, allow, function, protect

_APPLICATION, _SIGN_IN = "clew_application", "clew_sign_in"
_OF_PEOPLE = "'command line', 'web'"

_SESSIONS = (
    protect("access_session")
    + allow("access_session", _SIGN_IN, "SELECT")
    + allow("access_session", _SIGN_IN, "INSERT", "ended_at IS NULL")
    + allow("access_session", _SIGN_IN, "UPDATE", columns="ended_at, used_at")
    + function(
        "end_session()",
        "void",
        "UPDATE public.access_session SET ended_at = statement_timestamp() "
        "WHERE id = (SELECT s.id FROM access.session() s)",
        _APPLICATION,
        changes=True,
    )
)

# A token keeps the authority that it was issued for, and so does a worker's session. Else whoever
# has a token could choose any other authority of its officer, and go on when the one it was issued
# for was revoked.
_CHOOSING = function(
    "keeps_authority()",
    "boolean",
    "SELECT EXISTS (SELECT FROM access.session() s JOIN public.access_session t ON t.id = s.id "
    f"WHERE t.kind NOT IN ({_OF_PEOPLE}) AND t.authority_id IS NOT NULL)",
    _APPLICATION,
) + function(
    "use_authority(wanted bigint)",
    "boolean",
    "UPDATE public.access_session SET authority_id = wanted "
    "WHERE id = (SELECT s.id FROM access.session() s JOIN public.access_authority a "
    f"ON a.id = wanted WHERE {AUTHORITY_HOLDS}) "
    "AND (NOT access.keeps_authority() OR authority_id = wanted) RETURNING true",
    _APPLICATION,
    changes=True,
)

_TOKENS = (
    function(
        "tokens()",
        "TABLE (id bigint, label text, scopes text[], reference text, begun_at timestamptz, "
        "expires_at timestamptz, over boolean)",
        """
        SELECT t.id, t.label::text, t.scopes::text[], a.reference::text, t.begun_at, t.expires_at,
               t.ended_at IS NOT NULL OR t.expires_at <= statement_timestamp()
        FROM public.access_session t LEFT JOIN public.access_authority a ON a.id = t.authority_id
        WHERE t.kind = 'token' AND t.officer_id = (SELECT access.officer())
        ORDER BY t.id
        """,
        _APPLICATION,
    )
    + function(
        "end_token(token bigint)",
        "boolean",
        "UPDATE public.access_session SET ended_at = statement_timestamp() "
        "WHERE id = token AND kind = 'token' AND ended_at IS NULL "
        "AND officer_id = (SELECT access.officer()) RETURNING true",
        _APPLICATION,
        changes=True,
    )
    + function(
        "tokens_of_country()",
        "TABLE (id bigint, officer text, label text, scopes text[], reference text, "
        "expires_at timestamptz, used_at timestamptz)",
        """
        SELECT t.id, o.sign_in_name::text, t.label::text, t.scopes::text[], a.reference::text,
               t.expires_at, t.used_at
        FROM public.access_session t JOIN public.access_officer o ON o.id = t.officer_id
        JOIN public.access_agency g ON g.id = o.agency_id
        LEFT JOIN public.access_authority a ON a.id = t.authority_id
        WHERE t.kind = 'token' AND t.ended_at IS NULL AND t.expires_at > statement_timestamp()
          AND g.country_id = access.administered_country()
        ORDER BY t.expires_at, t.id
        """,
        _APPLICATION,
    )
    + function(
        "end_token_of_officer(token bigint)",
        "boolean",
        "UPDATE public.access_session t SET ended_at = statement_timestamp() "
        "FROM public.access_officer o JOIN public.access_agency g ON g.id = o.agency_id "
        "WHERE t.id = token AND t.kind = 'token' AND t.ended_at IS NULL AND o.id = t.officer_id "
        "AND g.country_id = access.administered_country() RETURNING true",
        _APPLICATION,
        changes=True,
    )
)


class Migration(migrations.Migration):
    dependencies = [("access", "0004_people_and_authority")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (_SESSIONS, _CHOOSING, _TOKENS)
    ]
