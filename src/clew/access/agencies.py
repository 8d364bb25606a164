"""Agencies by name, of which several may have the same in different countries; and keeping them.

Administrators keep those of their own country. The database refuses everybody else.
"""

from __future__ import annotations

from django.db import connection

from clew.access.errors import NotAllowedError, NotKeptError
from clew.access.models import Agency, Unit
from clew.access.refusing import refused_in_words

_REFUSED = "Only an administrator may do this, for agencies of the own country."


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


def administered_country() -> int | None:
    """Number of the country whose agencies and officers the acting officer administers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.administered_country()")
        (found,) = cursor.fetchone()
    return None if found is None else int(found)


def add_agency(name: str, contact: str) -> Agency:
    """Add an agency of the acting administrator's country.

    Args:
        name: its own within the country.
        contact: whom others call when they have a hit on what it holds.

    Raises:
        NotAllowedError: the acting officer is no administrator.
        NotKeptError: it has no name, or one that is taken.
    """
    country = administered_country()
    if country is None:
        raise NotAllowedError(_REFUSED)
    with refused_in_words(_REFUSED, taken=_taken(name)):
        return Agency.objects.create(country_id=country, name=_named(name), contact=contact.strip())


def change_agency(agency: Agency, name: str, contact: str) -> None:
    """Say anew what an agency is called and whom others call; raises as :func:`add_agency`."""
    with refused_in_words(_REFUSED, taken=_taken(name)):
        changed = Agency.objects.filter(pk=agency.pk).update(
            name=_named(name), contact=contact.strip()
        )
    if not changed:
        raise NotAllowedError(_REFUSED)


def add_unit(agency: Agency, name: str) -> Unit:
    """Add a unit to an agency; raises as :func:`add_agency`."""
    with refused_in_words(_REFUSED, taken=_taken(name)):
        return Unit.objects.create(agency=agency, name=_named(name))


def _named(name: str) -> str:
    if not name.strip():
        raise NotKeptError("Say what it is called.")
    return name.strip()


def _taken(name: str) -> str:
    return f"There is one called {name.strip()} already; choose another name."
