"""Answers are seen by the officer they were given to. And digests are looked up by an index."""

from django.db import migrations

from clew.access.policies import allow, protect

_OWN = "officer_id = (SELECT access.officer())"
_APPLICATION = "clew_application"

_ANSWERS = (
    protect("api_answered")
    + "".join(
        allow("api_answered", _APPLICATION, command, _OWN)
        for command in ("SELECT", "INSERT", "DELETE")
    )
    + allow("api_answered", _APPLICATION, "UPDATE", _OWN, columns="status, content_type, body")
    + "GRANT USAGE ON SEQUENCE api_answered_id_seq TO clew_application;\n"
)

# The value of an exact trace is SHA-256, SHA-1, MD5 (clew.signals.exact.extract); SHA-256 is a
# column of the media itself.
_DIGESTS = """
CREATE INDEX trace_sha1 ON records_storedtrace (substring(value, 33, 20)) WHERE signal = 'exact';
CREATE INDEX trace_md5 ON records_storedtrace (substring(value, 53, 16)) WHERE signal = 'exact';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0001_answers"),
        ("records", "0015_who_keeps_and_deletes"),
    ]

    operations = [
        migrations.RunSQL(_ANSWERS, migrations.RunSQL.noop),
        migrations.RunSQL(
            _DIGESTS,
            "DROP INDEX trace_sha1, trace_md5",
        ),
    ]
