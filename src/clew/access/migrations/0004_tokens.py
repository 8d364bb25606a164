"""An officer sees and ends the tokens issued to them; nobody reads the table of sessions for it."""

from django.db import migrations

from clew.access.policies import function

_APPLICATION = "clew_application"

_TOKENS = function(
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
) + function(
    "end_token(token bigint)",
    "boolean",
    "UPDATE public.access_session SET ended_at = statement_timestamp() "
    "WHERE id = token AND kind = 'token' AND ended_at IS NULL "
    "AND officer_id = (SELECT access.officer()) RETURNING true",
    _APPLICATION,
    changes=True,
)


class Migration(migrations.Migration):
    dependencies = [("access", "0003_who_is_asking")]

    operations = [migrations.RunSQL(_TOKENS, migrations.RunSQL.noop)]
