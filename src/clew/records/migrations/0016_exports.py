"""What leaves Clew as a file takes two people: who asks, and a supervisor of the same agency.

That it is made is a row as well, and there is none without an agreement that holds, by who had
asked, of what was asked for.
"""

import django.db.models.deletion
from django.db import migrations, models

from clew.access.policies import allow, function, protect
from clew.access.tables import Tables
from clew.records.rules import APPLICATION, OURS, follows, seen, signed

_HOLDS_FOR = "7 days"
"""clew.casework.exports.HOLDS_FOR says the same."""
_MINE = f"{OURS} AND officer_id = (SELECT access.officer())"


def _written():
    """Columns of what an officer wrote."""
    return [
        (
            "id",
            models.BigAutoField(
                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
            ),
        ),
        (
            "officer",
            models.ForeignKey(
                db_default=models.Func(function="access.officer"),
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="access.officer",
            ),
        ),
        (
            "agency",
            models.ForeignKey(
                db_default=models.Func(function="access.agency"),
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="access.agency",
            ),
        ),
        (
            "at",
            models.DateTimeField(
                db_default=models.Func(function="statement_timestamp", template="%(function)s()")
            ),
        ),
    ]


_TABLES = Tables(
    [
        migrations.CreateModel(
            name="Export",
            fields=[
                *_written(),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("case sheet", "Sheet"),
                            ("findings", "Findings"),
                            ("report", "Report"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "entity",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exports",
                        to="records.entity",
                    ),
                ),
                ("pictures", models.BooleanField()),
                ("why", models.TextField()),
                (
                    "authority",
                    models.ForeignKey(
                        db_default=models.Func(function="access.authority"),
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.authority",
                    ),
                ),
                ("holds", models.JSONField()),
                ("digest", models.BinaryField()),
            ],
            options={
                "indexes": [models.Index(fields=["officer", "kind"], name="exports_of")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("why", ""), _negated=True), name="an_export_says_why"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("entity__isnull", False), ("kind", "case sheet")),
                            models.Q(("entity__isnull", True), ("kind", "report")),
                            models.Q(
                                ("entity__isnull", True), ("kind", "findings"), ("pictures", False)
                            ),
                            _connector="OR",
                        ),
                        name="a_case_sheet_is_of_a_series",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExportEnd",
            fields=[
                *_written(),
                (
                    "export",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="end",
                        to="records.export",
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("agreed", "Agreed"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=9,
                    ),
                ),
                ("why", models.TextField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("why", ""), _negated=True),
                        name="an_exports_end_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ["agreed", "refused", "withdrawn"])),
                        name="an_export_has_a_known_end",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExportMaking",
            fields=[
                *_written(),
                (
                    "export",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="makings",
                        to="records.export",
                    ),
                ),
                ("digest", models.BinaryField()),
            ],
            options={"abstract": False},
        ),
    ]
)

_ASKING = (
    signed("records_export", "records_exportend", "records_exportmaking")
    + protect("records_export")
    + allow("records_export", APPLICATION, "SELECT", OURS)
    + allow(
        "records_export",
        APPLICATION,
        "INSERT",
        f"{_MINE} AND (SELECT access.has_scope('contribute')) "
        "AND authority_id = (SELECT access.authority()) "
        f"AND {seen('records_export', 'entity_id')}",
    )
)

_ENDING = (
    function(
        # Another officer's request, as a supervisor of the same agency; or one's own, taken back.
        "may_end_export(export bigint, answer text)",
        "boolean",
        """
        SELECT access.has_scope('contribute') AND EXISTS (
            SELECT FROM public.records_export e
            WHERE e.id = export AND e.agency_id = access.case_agency()
              AND CASE WHEN answer = 'withdrawn'
                  THEN e.officer_id = access.officer()
                  ELSE access.has_role('supervisor') AND e.officer_id <> access.officer() END)
        """,
        APPLICATION,
    )
    + protect("records_exportend")
    + allow("records_exportend", APPLICATION, "SELECT", OURS)
    + allow(
        "records_exportend",
        APPLICATION,
        "INSERT",
        f"{_MINE} AND access.may_end_export(export_id, answer)",
    )
)

_MAKING = (
    function(
        "may_make_export(export bigint, made bytea)",
        "boolean",
        f"""
        SELECT EXISTS (
            SELECT FROM public.records_export e
            JOIN public.records_exportend a ON a.export_id = e.id AND a.answer = 'agreed'
            WHERE e.id = export AND e.agency_id = access.case_agency()
              AND e.officer_id = access.officer() AND e.digest = made
              AND a.officer_id <> e.officer_id
              AND a.at > statement_timestamp() - interval '{_HOLDS_FOR}')
        """,
        APPLICATION,
    )
    + protect("records_exportmaking")
    + allow("records_exportmaking", APPLICATION, "SELECT", OURS)
    + allow(
        "records_exportmaking",
        APPLICATION,
        "INSERT",
        f"{_MINE} AND access.may_make_export(export_id, digest)",
    )
)

_TOLD = follows(
    "export_asked",
    "records_export",
    """
BEGIN
    PERFORM access.notify(t.officer_id, 'decision asked for', 'export:' || NEW.id,
        'export:' || NEW.id, jsonb_strip_nulls(jsonb_build_object(
            'export', NEW.kind, 'series', NEW.entity_id)), interval '0')
    FROM access.with_role(NEW.agency_id, 'supervisor') t WHERE t.officer_id <> NEW.officer_id;
    RETURN NULL;
END
""",
) + follows(
    "export_ended",
    "records_exportend",
    """
BEGIN
    PERFORM access.notify(e.officer_id, 'decision answered', 'export:' || e.id,
        'export:' || e.id, jsonb_build_object('answer', NEW.answer), interval '0')
    FROM public.records_export e WHERE e.id = NEW.export_id AND e.officer_id <> NEW.officer_id;
    RETURN NULL;
END
""",
)


class Migration(migrations.Migration):
    dependencies = [("access", "0007_access_reviews"), ("records", "0015_sums")]

    operations = [
        _TABLES,
        *(
            migrations.RunSQL(sql, migrations.RunSQL.noop)
            for sql in (_ASKING, _ENDING, _MAKING, _TOLD)
        ),
    ]
