"""Who there is, what they may do, under which authority, and what they sign in with."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from clew.access.tables import Tables


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        Tables(
            [
                migrations.CreateModel(
                    name="Country",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("code", models.CharField(max_length=12, unique=True)),
                        ("name", models.CharField(max_length=200)),
                        ("organisation", models.BooleanField(default=False)),
                    ],
                ),
                migrations.CreateModel(
                    name="Agency",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "country",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="agencies",
                                to="access.country",
                            ),
                        ),
                        ("name", models.CharField(max_length=200)),
                        ("contact", models.CharField(default="", max_length=500)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("country", "name"), name="an_agency_is_named_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Unit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="units",
                                to="access.agency",
                            ),
                        ),
                        ("name", models.CharField(max_length=200)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("agency", "name"), name="a_unit_is_named_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Officer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("name", models.CharField(max_length=200)),
                        ("sign_in_name", models.CharField(max_length=150, unique=True)),
                        (
                            "agency",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="officers",
                                to="access.agency",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="officers",
                                to="access.unit",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("active", "Active"),
                                    ("locked", "Locked"),
                                    ("left", "Left"),
                                ],
                                db_default="active",
                                max_length=10,
                            ),
                        ),
                        (
                            "added_at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        ("left_at", models.DateTimeField(null=True)),
                        (
                            "successor",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="predecessors",
                                to="access.officer",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["active", "locked", "left"])),
                                name="an_officer_is_in_a_known_state",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("left_at__isnull", False), ("state", "left")),
                                    models.Q(
                                        models.Q(("state", "left"), _negated=True),
                                        ("left_at__isnull", True),
                                        ("successor__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="who_has_left_left_at_some_time",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "sign_in_name",
                                        models.Func(models.F("sign_in_name"), function="lower"),
                                    )
                                ),
                                name="sign_in_names_are_lower_case",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OfficerRole",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="roles",
                                to="access.officer",
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("contributor", "Contributor"),
                                    ("specialist", "Specialist"),
                                    ("supervisor", "Supervisor"),
                                    ("auditor", "Auditor"),
                                    ("administrator", "Administrator"),
                                    ("trainer", "Trainer"),
                                    ("data-protection officer", "Data Protection Officer"),
                                ],
                                max_length=30,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("officer", "role"), name="a_role_is_had_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "role__in",
                                        [
                                            "contributor",
                                            "specialist",
                                            "supervisor",
                                            "auditor",
                                            "administrator",
                                            "trainer",
                                            "data-protection officer",
                                        ],
                                    )
                                ),
                                name="a_role_is_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Certification",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="certifications",
                                to="access.officer",
                            ),
                        ),
                        (
                            "valid_from",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        ("valid_until", models.DateTimeField()),
                        ("revoked_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("valid_until__gt", models.F("valid_from"))),
                                name="a_certification_lasts",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AccessReview",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="access_reviews",
                                to="access.officer",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "reviewer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        (
                            "roles",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=30), size=None
                            ),
                        ),
                        ("stays", models.BooleanField()),
                        ("why", models.TextField()),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("why", ""), _negated=True),
                                name="an_access_review_says_why",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Authority",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="authorities",
                                to="access.agency",
                            ),
                        ),
                        ("operation", models.CharField(max_length=200)),
                        ("legal_basis", models.CharField(max_length=500)),
                        ("reference", models.CharField(max_length=200)),
                        ("purpose", models.CharField(max_length=1000)),
                        (
                            "valid_from",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        ("valid_until", models.DateTimeField()),
                        ("whole_agency", models.BooleanField(default=False)),
                        (
                            "added_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "added_at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        ("revoked_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("valid_until__gt", models.F("valid_from"))),
                                name="an_authority_lasts",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("operation", ""), _negated=True),
                                    models.Q(("legal_basis", ""), _negated=True),
                                    models.Q(("reference", ""), _negated=True),
                                    models.Q(("purpose", ""), _negated=True),
                                ),
                                name="an_authority_says_why",
                            ),
                            models.UniqueConstraint(
                                fields=("agency", "reference"), name="a_reference_is_used_once"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AuthorityOfficer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "authority",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="officers",
                                to="access.authority",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="authorities",
                                to="access.officer",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("authority", "officer"), name="an_officer_is_named_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Credential",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        ("password", models.CharField(max_length=200)),
                        ("totp_secret", models.CharField(max_length=64)),
                        ("totp_step", models.BigIntegerField(default=0)),
                        (
                            "set_at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="RecoveryCode",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        ("digest", models.BinaryField(unique=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="SignInAttempts",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("name_digest", models.BinaryField(unique=True)),
                        ("failures", models.IntegerField(default=0)),
                        (
                            "last_at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Invitation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        ("digest", models.BinaryField(unique=True)),
                        ("expires_at", models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name="Session",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("digest", models.BinaryField(unique=True)),
                        (
                            "officer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("command line", "Command Line"),
                                    ("web", "Web"),
                                    ("token", "Token"),
                                    ("contribution", "Contribution"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("proof", models.CharField(db_default="", default="", max_length=40)),
                        (
                            "scopes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("read", "Read"),
                                        ("contribute", "Contribute"),
                                        ("administer", "Administer"),
                                    ],
                                    max_length=20,
                                ),
                                size=None,
                            ),
                        ),
                        ("label", models.CharField(default="", max_length=100)),
                        (
                            "authority",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.authority",
                            ),
                        ),
                        (
                            "begun_at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        ("expires_at", models.DateTimeField()),
                        ("idle", models.DurationField(null=True)),
                        (
                            "used_at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        ("ended_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("scopes__contained_by", ["read", "contribute", "administer"]),
                                    ("scopes__len__gt", 0),
                                ),
                                name="a_session_is_scoped",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "token"), _negated=True),
                                    models.Q(("label", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="a_token_says_what_for",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Challenge",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("digest", models.BinaryField(unique=True)),
                        (
                            "purpose",
                            models.CharField(
                                choices=[
                                    ("register a passkey", "Register"),
                                    ("sign in by passkey", "Sign In"),
                                    ("sign in at a provider", "Provider"),
                                    ("add a code to a provider's word", "Code"),
                                    ("change one's credentials", "Proven"),
                                ],
                                max_length=40,
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        ("asked", models.JSONField(default=dict)),
                        ("expires_at", models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name="Passkey",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        ("name", models.CharField(max_length=100)),
                        ("credential_id", models.BinaryField(unique=True)),
                        ("credential", models.BinaryField()),
                        ("user_handle", models.BinaryField()),
                        ("sign_count", models.BigIntegerField()),
                        ("backup_eligible", models.BooleanField()),
                        ("backed_up", models.BooleanField()),
                        (
                            "added_at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        ("used_at", models.DateTimeField(null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="Identity",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        ("issuer", models.CharField(max_length=500)),
                        ("subject", models.CharField(max_length=255)),
                        (
                            "bound_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "bound_at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("issuer", "subject"), name="an_identity_is_one_officers"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("issuer", ""), _negated=True),
                                    models.Q(("subject", ""), _negated=True),
                                ),
                                name="an_identity_is_named",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ProviderSession",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "session",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="access.session",
                            ),
                        ),
                        ("issuer", models.CharField(max_length=500)),
                        ("subject", models.CharField(max_length=255)),
                        ("number", models.CharField(default="", max_length=255)),
                    ],
                ),
                migrations.CreateModel(
                    name="ClientCertificate",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        ("fingerprint", models.BinaryField(unique=True)),
                        ("subject", models.CharField(max_length=500)),
                        ("valid_until", models.DateTimeField()),
                        ("label", models.CharField(default="", max_length=100)),
                        (
                            "scopes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("read", "Read"),
                                        ("contribute", "Contribute"),
                                        ("administer", "Administer"),
                                    ],
                                    max_length=20,
                                ),
                                null=True,
                                size=None,
                            ),
                        ),
                        (
                            "authority",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.authority",
                            ),
                        ),
                        (
                            "bound_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "bound_at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("scopes__isnull", True),
                                    models.Q(
                                        (
                                            "scopes__contained_by",
                                            ["read", "contribute", "administer"],
                                        ),
                                        ("scopes__len__gt", 0),
                                        models.Q(("label", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="a_machine_is_scoped_and_says_what_for",
                            )
                        ],
                    },
                ),
            ]
        )
    ]
