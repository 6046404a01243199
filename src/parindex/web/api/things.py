"""What an address names, for who may know of it; everything else is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from parindex.web.assessment.queries import rounds, sheets
from parindex.web.assessment.queries.sheets import ItemPage, OpenSheet
from parindex.web.people import queries as people
from parindex.web.people.actor import Actor
from parindex.web.people.permissions import UnknownError

if TYPE_CHECKING:
    from parindex.web.assessment.models import Round
    from parindex.web.people.models import Account, Issuer, Unit


def the_round(actor: Actor, id_: UUID) -> Round:
    """A round."""
    found = rounds.round_for(actor, id_)
    if found is None:
        raise UnknownError
    return found


def the_sheet(actor: Actor, id_: UUID) -> OpenSheet:
    """A sheet."""
    found = sheets.sheet_for(actor, id_)
    if found is None:
        raise UnknownError
    return found


def the_item(actor: Actor, sheet: UUID, item: str) -> tuple[OpenSheet, ItemPage]:
    """An item of a sheet, with all that was said of it."""
    opened = the_sheet(actor, sheet)
    page = sheets.item_page(actor, opened, item)
    if page is None:
        raise UnknownError
    return opened, page


def the_issuer(actor: Actor, slug: str) -> Issuer:
    """An issuer that the person is anything in."""
    found = next((one for one in people.issuers_of(actor) if one.slug == slug), None)
    if found is None:
        raise UnknownError
    return found


def the_unit(actor: Actor, issuer: str, id_: UUID) -> Unit:
    """A unit of an issuer of the person's."""
    found = next((one for one in people.units_of_issuer(actor, issuer) if one.id == id_), None)
    if found is None:
        raise UnknownError
    return found


def the_account(actor: Actor, issuer: str, id_: UUID) -> Account:
    """An account of an issuer that the person administers."""
    found = next((one for one in people.accounts_of_issuer(actor, issuer) if one.id == id_), None)
    if found is None:
        raise UnknownError
    return found
