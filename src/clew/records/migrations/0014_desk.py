"""Who sees what a desk keeps: its officer alone.

What an officer revealed is counted by a function, so that no program can take anything back.
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
    + protect("records_setaside")
    + allow("records_setaside", APPLICATION, "SELECT", _MINE)
    + allow("records_setaside", APPLICATION, "INSERT", _MINE)
    + allow("records_setaside", APPLICATION, "UPDATE", _MINE, columns="until")
    + allow("records_setaside", APPLICATION, "DELETE", _MINE)
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
)


class Migration(migrations.Migration):
    dependencies = [("records", "0013_board")]

    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (_OWN, _COUNTED)]
