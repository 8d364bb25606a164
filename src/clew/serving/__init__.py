"""Serving one workspace over HTTP to programs and browsers.

Where further faces hang themselves in, one list each:

- addresses: ``clew.urls.urlpatterns``;
- Django applications, and what every request passes through: ``INSTALLED_APPS`` and ``MIDDLEWARE``
  in ``clew.django_settings``;
- programs of their own beside Django (ASGI), and folders of files that are no secret: ``BESIDE``
  and ``FILES`` in ``clew.serving.application``.
"""
