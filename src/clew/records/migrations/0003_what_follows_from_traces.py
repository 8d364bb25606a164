"""What follows from traces and matches, kept where an index finds it, however many there are."""

from django.db import migrations

# Stacks are of near-copies, which are told apart when a match is stored.
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
"""

# What a policy hides cannot be found by an index on a part of JSON: such a column can.
_CAMERA = """
CREATE FUNCTION access.camera_of(told bytea) RETURNS text LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    header jsonb;
    make text;
    model text;
BEGIN
    header := convert_from(told, 'UTF8')::jsonb;
    make := trim(coalesce(header ->> 'make', ''));
    model := trim(coalesce(header ->> 'model', ''));
    -- Many makers name themselves in the model too.
    IF make <> '' AND starts_with(lower(model), lower(make)) THEN
        make := '';
    END IF;
    RETURN left(concat_ws(' ', nullif(make, ''), nullif(model, ''),
        '№ ' || nullif(trim(header ->> 'serial'), '')), 300);
EXCEPTION WHEN data_exception OR untranslatable_character THEN
    RETURN '';  -- written by another version
END $body$;
CREATE FUNCTION access.camera_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    UPDATE public.records_media SET camera = access.camera_of(NEW.value)
    WHERE id = NEW.media_id AND camera <> access.camera_of(NEW.value);
    RETURN NULL;
END $body$;
REVOKE ALL ON FUNCTION access.camera_of, access.camera_told FROM PUBLIC;
CREATE TRIGGER camera_told AFTER INSERT OR UPDATE OF value ON records_storedtrace
FOR EACH ROW WHEN (NEW.signal = 'origin') EXECUTE FUNCTION access.camera_told();
"""

# The value of an exact trace is SHA-256, SHA-1, MD5 (clew.signals.exact.extract); SHA-256 is a
# column of the media itself.
_DIGESTS = """
CREATE INDEX trace_sha1 ON records_storedtrace (substring(value, 33, 20)) WHERE signal = 'exact';
CREATE INDEX trace_md5 ON records_storedtrace (substring(value, 53, 16)) WHERE signal = 'exact';
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0002_who_sees_what")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (_NEAR_COPIES, _CAMERA, _DIGESTS)
    ]
