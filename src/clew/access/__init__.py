"""Who may do what: agencies, officers, sessions, authority, and the roles of the database.

The database decides who is asking (docs/decisions/0007). Importing this package makes Django ready,
so that its models can be imported anywhere above.
"""

import os

import django
from django.apps import apps

if not apps.ready and not apps.loading:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clew.django_settings")
    django.setup()
