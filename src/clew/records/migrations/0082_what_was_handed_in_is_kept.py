"""What an agency handed in is its to give up: nobody else's deletion destroys it.

Also when other content lies by now where it was found: sightings follow that, what was handed in
stays. And it can be given up by its agency then.
"""

from importlib import import_module

from django.db import migrations

_HANDED_IN = """
    AND NOT EXISTS (
        SELECT FROM public.records_contributedfile f
        JOIN public.records_contribution c ON c.id = f.contribution_id
        WHERE f.media_id = m.id AND NOT EXISTS (
            SELECT FROM public.records_deletion d
            JOIN public.records_tombstone t ON t.deletion_id = d.id
            WHERE d.media_id = m.id AND d.agency_id = c.agency_id AND t.at >= c.begun_at))
"""


def _destroying() -> str:
    """The functions of 0020, which ask also who handed in."""
    frozen = import_module("clew.records.migrations.0020_destroying")
    made: str = frozen._TO_DESTROY + frozen._FORGET
    given_up = made.replace(frozen._GIVEN_UP, frozen._GIVEN_UP + _HANDED_IN)
    return given_up.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


_ASKING = """
ALTER POLICY application_insert ON records_deletion WITH CHECK (
    agency_id = (SELECT access.contributing_agency()) AND officer_id = (SELECT access.officer())
    AND (EXISTS (SELECT FROM records_sighting s WHERE s.media_id = records_deletion.media_id
                 AND s.agency_id = (SELECT access.case_agency()))
         OR EXISTS (SELECT FROM records_contributedfile c
                    WHERE c.media_id = records_deletion.media_id)));
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0081_whose_original")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (_destroying(), _ASKING)
    ]
