"""Answers are seen by the officer they were given to, and forgotten after a day."""

from django.db import migrations

from clew.access.policies import allow, function, protect

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

# Also those of officers who send no further key.
_FORGET = (
    function(
        "forget_answers()",
        "void",
        """
        DELETE FROM public.api_answered
        WHERE at < statement_timestamp() - interval '24 hours'
        """,
        _APPLICATION,
        changes=True,
    )
    + "CREATE INDEX answered_at ON api_answered (at);"
)


class Migration(migrations.Migration):
    dependencies = [("api", "0001_tables")]

    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (_ANSWERS, _FORGET)]
