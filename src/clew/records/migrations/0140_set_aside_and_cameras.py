"""What an officer sets aside until later, and of which camera a file says that it is."""

import django.db.models.deletion
from django.db import migrations, models

from clew.access.policies import allow, protect
from clew.records.rules import APPLICATION

_MINE = "officer_id = (SELECT access.officer())"
_OWN = (
    protect("records_setaside")
    + allow("records_setaside", APPLICATION, "SELECT", _MINE)
    + allow("records_setaside", APPLICATION, "INSERT", _MINE)
    + allow("records_setaside", APPLICATION, "UPDATE", _MINE, columns="until")
    + allow("records_setaside", APPLICATION, "DELETE", _MINE)
)

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
UPDATE records_media m SET camera = access.camera_of(t.value)
FROM records_storedtrace t WHERE t.media_id = m.id AND t.signal = 'origin';
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0131_sums_and_queues")]

    operations = [
        migrations.CreateModel(
            name="SetAside",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("question", models.CharField(max_length=40)),
                ("until", models.DateTimeField()),
                (
                    "officer",
                    models.ForeignKey(
                        db_default=models.Func(function="access.officer"),
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="access.officer",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="setaside",
            constraint=models.UniqueConstraint(
                fields=("officer", "question"), name="set_aside_once"
            ),
        ),
        migrations.AddField(
            model_name="media",
            name="camera",
            field=models.CharField(db_default="", max_length=300),
        ),
        migrations.RunSQL(_OWN, migrations.RunSQL.noop),
        migrations.RunSQL(_CAMERA, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="media",
            index=models.Index(
                condition=models.Q(("camera", ""), _negated=True),
                fields=["camera", "id"],
                name="media_of_camera",
            ),
        ),
    ]
