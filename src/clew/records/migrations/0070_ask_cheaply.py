"""A question is counted by one change of one row, and who asks is looked up by a plan that is kept.

As before no limit can be passed by questions that come at once: each locks the count it adds to.
"""

from django.db import migrations

from clew.access.policies import SESSION
from clew.records.rules import USUAL_QUOTA

_ASK = f"""
CREATE OR REPLACE FUNCTION access.ask() RETURNS timestamptz LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    who record;
    this timestamptz := date_trunc('hour', statement_timestamp(), 'UTC');
    today timestamptz := date_trunc('day', statement_timestamp(), 'UTC');
    until timestamptz;
    in_hour integer;
    in_day bigint;
BEGIN
    SELECT s.officer_id, coalesce(q.per_hour, {USUAL_QUOTA[0]}) AS per_hour,
        coalesce(q.per_day, {USUAL_QUOTA[1]}) AS per_day INTO who
    FROM ({SESSION.strip()}) s(id, officer_id, agency_id, authority_id, scopes)
    LEFT JOIN public.records_quota q ON q.agency_id = s.agency_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'nobody is signed in' USING ERRCODE = 'invalid_authorization_specification';
    END IF;
    -- Locked from here on: of several questions at once each is counted.
    INSERT INTO public.records_asked (officer_id, hour, questions) VALUES (who.officer_id, this, 1)
    ON CONFLICT (officer_id, hour) DO UPDATE SET questions = records_asked.questions + 1
    RETURNING questions INTO in_hour;
    SELECT sum(a.questions) INTO in_day FROM public.records_asked a
    WHERE a.officer_id = who.officer_id AND a.hour >= today;
    IF in_day > who.per_day THEN
        until := today + interval '1 day';
    ELSIF in_hour > who.per_hour THEN
        until := this + interval '1 hour';
    END IF;
    IF until IS NOT NULL THEN  -- it is not asked
        UPDATE public.records_asked SET questions = in_hour - 1
        WHERE officer_id = who.officer_id AND hour = this;
    ELSIF in_hour = 1 THEN
        DELETE FROM public.records_asked WHERE officer_id = who.officer_id AND hour < today;
    END IF;
    RETURN until;
END $body$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0040_begin_at_once"),
        ("records", "0054_signs_of_a_camera"),
    ]

    operations = [migrations.RunSQL(_ASK, migrations.RunSQL.noop)]
