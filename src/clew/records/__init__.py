"""The case database.

Importing this package makes Django ready, so that models can be imported anywhere above; which
database they speak to is decided when a workspace is opened.
"""

import os

import django
from django.apps import apps

if not apps.ready and not apps.loading:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clew.django_settings")
    django.setup()
