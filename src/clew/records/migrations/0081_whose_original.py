"""An original is seen by those whose agency handed it in, or with whom such an agency shares it.

Who merely found the same bytes elsewhere sees the media, but would learn from its original being
in the vault that another agency has handed it in.
"""

from django.db import migrations

# Only what was contributed is shared wider than with the own agency (0007); so that whoever sees
# another agency's sighting sees one of somebody who handed it in.
_ORIGINAL = """
ALTER POLICY application_select ON records_original USING (
    EXISTS (SELECT FROM records_contributedfile c WHERE c.media_id = records_original.media_id)
    OR EXISTS (SELECT FROM records_sighting s WHERE s.media_id = records_original.media_id
               AND s.agency_id <> (SELECT access.case_agency())));
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0080_who_may_ask")]

    operations = [migrations.RunSQL(_ORIGINAL, migrations.RunSQL.noop)]
