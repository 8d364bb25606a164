"""A token keeps the authority that it was issued for, and so does a worker's session.

Else whoever has a token could choose any other authority of its officer, and go on when the one it
was issued for was revoked.
"""

from django.db import migrations

from clew.access.policies import AUTHORITY_HOLDS, function

_APPLICATION = "clew_application"
_OF_PEOPLE = "'command line', 'web'"

_KEEPS = function(
    "keeps_authority()",
    "boolean",
    "SELECT EXISTS (SELECT FROM access.session() s JOIN public.access_session t ON t.id = s.id "
    f"WHERE t.kind NOT IN ({_OF_PEOPLE}) AND t.authority_id IS NOT NULL)",
    _APPLICATION,
)

_USE = f"""
CREATE OR REPLACE FUNCTION access.use_authority(wanted bigint) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
    UPDATE public.access_session SET authority_id = wanted
    WHERE id = (SELECT s.id FROM access.session() s JOIN public.access_authority a
        ON a.id = wanted WHERE {AUTHORITY_HOLDS})
      AND (NOT access.keeps_authority() OR authority_id = wanted) RETURNING true
$body$;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0040_begin_at_once")]

    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (_KEEPS, _USE)]
