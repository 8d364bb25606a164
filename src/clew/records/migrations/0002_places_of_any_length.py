from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0001_ground_floor")]

    operations = [
        migrations.RemoveConstraint(model_name="sighting", name="a_place_counts_once"),
        migrations.AddField(
            model_name="sighting",
            name="path_digest",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func("path", function="sha256"),
                output_field=models.BinaryField(),
            ),
        ),
        migrations.AddConstraint(
            model_name="sighting",
            constraint=models.UniqueConstraint(
                fields=("folder", "path_digest"), name="a_place_counts_once"
            ),
        ),
    ]
