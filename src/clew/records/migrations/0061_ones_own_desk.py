"""Who sees what a desk keeps: its officer alone. And which matches are copies of one thing.

What an officer revealed is counted by a function, so that no program can take anything back; the
unit is told sums. Near-copies are told apart when a match is stored: stacks are then found by an
index, however many matches there are.
"""

from django.db import migrations

from clew.access.policies import allow, function, protect
from clew.records.rules import APPLICATION

_BREAK = "10 minutes"
_MINE = "officer_id = (SELECT access.officer())"

_OWN = (
    protect("records_savedfilter")
    + allow("records_savedfilter", APPLICATION, "SELECT", _MINE)
    + allow("records_savedfilter", APPLICATION, "INSERT", _MINE)
    + allow("records_savedfilter", APPLICATION, "UPDATE", _MINE, columns="words, at")
    + allow("records_savedfilter", APPLICATION, "DELETE", _MINE)
    + protect("records_deskchoices")
    + allow("records_deskchoices", APPLICATION, "SELECT", _MINE)
    + allow("records_deskchoices", APPLICATION, "INSERT", _MINE)
    + allow("records_deskchoices", APPLICATION, "UPDATE", _MINE)
    + protect("records_exposure")
    + allow("records_exposure", APPLICATION, "SELECT", _MINE)
)

_COUNTED = function(
    # One more media revealed by the acting officer.
    "exposed()",
    "void",
    f"""
    INSERT INTO public.records_exposure (officer_id, day, reveals, since, last_at)
    SELECT s.officer_id, (statement_timestamp() AT TIME ZONE 'UTC')::date, 1,
           statement_timestamp(), statement_timestamp()
    FROM access.session() s
    ON CONFLICT (officer_id, day) DO UPDATE SET
        reveals = records_exposure.reveals + 1,
        since = CASE WHEN records_exposure.last_at < statement_timestamp() - interval '{_BREAK}'
                THEN statement_timestamp() ELSE records_exposure.since END,
        last_at = statement_timestamp();
    """,
    APPLICATION,
    changes=True,
) + function(
    # What all officers of a supervisor's agency revealed, in sum; nothing about one of them.
    "exposure_of_agency(since date)",
    "TABLE (officers bigint, reveals bigint)",
    """
    SELECT count(DISTINCT e.officer_id), coalesce(sum(e.reveals), 0)::bigint
    FROM public.records_exposure e JOIN public.access_officer o ON o.id = e.officer_id
    WHERE o.agency_id = access.supervised_agency() AND e.day >= exposure_of_agency.since
    """,
    APPLICATION,
)

_NEAR_COPIES = """
CREATE FUNCTION access.near_copy() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    NEW.near_copy := NEW.kind = 'picture' AND NEW.distance <= 31;
    IF NEW.kind = 'film' AND NEW.distance <= 31 THEN
        SELECT bool_and((span ->> 'distance')::float8 <= 31)
           AND sum((span ->> 'first_end')::float8 - (span ->> 'first_start')::float8)
               >= 0.95 * (SELECT duration FROM public.records_media WHERE id = NEW.first_id)
           AND sum((span ->> 'second_end')::float8 - (span ->> 'second_start')::float8)
               >= 0.95 * (SELECT duration FROM public.records_media WHERE id = NEW.second_id)
        INTO NEW.near_copy
        FROM jsonb_array_elements(coalesce(NEW.evidence -> 'spans', '[]')) span;
        NEW.near_copy := coalesce(NEW.near_copy, false);
    END IF;
    RETURN NEW;
END $body$;
REVOKE ALL ON FUNCTION access.near_copy FROM PUBLIC;
CREATE TRIGGER near_copy BEFORE INSERT OR UPDATE OF kind, distance, evidence
ON records_storedmatch FOR EACH ROW EXECUTE FUNCTION access.near_copy();
UPDATE records_storedmatch SET kind = kind;
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0060_desk")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (_OWN, _COUNTED, _NEAR_COPIES)
    ]
