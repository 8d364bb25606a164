"""Sums that tell of nobody alone.

They are told of three officers or more, and of whole weeks that are over: differences of sums that
end at any moment would be one officer's.
"""

from django.db import migrations

from clew.access.policies import function
from clew.records.rules import APPLICATION

_FEWEST = 3
"""Officers of whom a sum is told."""

_EXPOSURE = function(
    # What a supervisor's agency revealed, by week; of units only where none is too small.
    "exposure_by_week(first date)",
    "TABLE (week date, unit text, officers bigint, reveals bigint)",
    f"""
    WITH parts AS (
        SELECT date_trunc('week', e.day)::date AS week, o.unit_id,
               count(DISTINCT e.officer_id) AS officers, sum(e.reveals)::bigint AS reveals
        FROM public.records_exposure e JOIN public.access_officer o ON o.id = e.officer_id
        WHERE o.agency_id = access.supervised_agency()
          AND e.day >= date_trunc('week', exposure_by_week.first)
          AND e.day < date_trunc('week', statement_timestamp() AT TIME ZONE 'UTC')
        GROUP BY 1, 2),
    whole AS (
        SELECT p.week, sum(p.officers)::bigint AS officers, sum(p.reveals)::bigint AS reveals,
               min(p.officers) AS least, count(*) AS parts
        FROM parts p GROUP BY p.week)
    SELECT w.week, NULL::text, w.officers, w.reveals FROM whole w
    WHERE w.officers >= {_FEWEST}
    UNION ALL
    SELECT p.week, coalesce(u.name, '')::text, p.officers, p.reveals
    FROM parts p JOIN whole w ON w.week = p.week
    LEFT JOIN public.access_unit u ON u.id = p.unit_id
    WHERE w.least >= {_FEWEST} AND w.parts > 1
    ORDER BY 1 DESC, 2 NULLS FIRST
    """,
    APPLICATION,
)

_AGREEMENT = function(
    # How far officers of a supervisor's agency say the same when they are asked again.
    "agreement_with_oneself(since timestamptz)",
    "TABLE (scheme text, officers bigint, answered bigint, same bigint, declined bigint)",
    f"""
    SELECT g.scheme::text, count(DISTINCT a.officer_id), count(a.grade),
           count(*) FILTER (WHERE a.grade = g.grade),
           count(*) FILTER (WHERE a.grade IS NULL)
    FROM public.records_askedagain a JOIN public.records_grade g ON g.id = a.first_id
    WHERE a.agency_id = access.supervised_agency()
      AND a.at >= date_trunc('week', since, 'UTC')
      AND a.at < date_trunc('week', statement_timestamp(), 'UTC')
    GROUP BY g.scheme HAVING count(DISTINCT a.officer_id) >= {_FEWEST} ORDER BY 1
    """,
    APPLICATION,
)


class Migration(migrations.Migration):
    dependencies = [("records", "0014_desk")]

    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (_EXPOSURE, _AGREEMENT)]
