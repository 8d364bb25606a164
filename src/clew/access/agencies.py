"""Agencies by name, of which several may have the same in different countries."""

from __future__ import annotations

from clew.access.models import Agency


class NoAgencyError(Exception):
    """There is no agency of a name, or more than one; ``str(error)`` says which to say instead."""


def agency_named(name: str) -> Agency:
    """The agency that is meant, with its country.

    Args:
        name: ``LKA 21``, or ``DE/LKA 21`` where several have that name.

    Raises:
        NoAgencyError: there is none, or the name alone could mean another one as well.
    """
    every = Agency.objects.select_related("country").order_by("country__code")
    found = every.filter(name=name)
    country, slash, rest = name.partition("/")
    if slash and not found.exists():
        found = every.filter(country__code=country.upper(), name=rest)
    match list(found[:2]):
        case [one]:
            return one
        case []:
            raise NoAgencyError(f"there is no agency {name}")
        case several:
            codes = " or ".join(f"{one.country.code}/{name}" for one in several)
            raise NoAgencyError(f"several agencies are called {name}: say {codes}")
