"""Who says what is in scope: whoever works on cases, for their agency, under their authority.

A decision is about the media that were named with it, in the same transaction; none is added to it
later.
"""

from django.db import migrations

from clew.access.policies import allow, function, protect
from clew.records.rules import APPLICATION, OURS, WRITING, seen, signed

_TURNS_BACK = function(
    # An undoing is of a decision of the same agency under the same authority, the other way round.
    "turns_back(undone bigint, left_out boolean)",
    "boolean",
    "SELECT undone IS NULL OR EXISTS (SELECT FROM public.records_scopedecision d "
    "WHERE d.id = undone AND d.out <> left_out AND d.agency_id = access.contributing_agency() "
    "AND d.authority_id = access.authority())",
    APPLICATION,
)

_DECISIONS = (
    signed("records_scopedecision")
    + protect("records_scopedecision")
    + allow("records_scopedecision", APPLICATION, "SELECT", OURS)
    + allow(
        "records_scopedecision",
        APPLICATION,
        "INSERT",
        f"{WRITING} AND authority_id = (SELECT access.authority()) "
        "AND access.turns_back(undoes_id, out)",
    )
)

_MEDIA = (
    protect("records_scopedmedia")
    + allow(
        "records_scopedmedia",
        APPLICATION,
        "SELECT",
        "EXISTS (SELECT FROM records_scopedecision d WHERE d.id = decision_id)",
    )
    + allow(
        "records_scopedmedia",
        APPLICATION,
        "INSERT",
        "EXISTS (SELECT FROM records_scopedecision d WHERE d.id = decision_id "
        "AND d.officer_id = (SELECT access.officer()) AND d.at >= transaction_timestamp()) "
        f"AND {seen('records_scopedmedia', 'media_id')}",
    )
)


class Migration(migrations.Migration):
    dependencies = [("records", "0011_leading")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (_TURNS_BACK, _DECISIONS, _MEDIA)
    ]
