"""The matrix as it is read: the personas of an audience, and what is expected of a request."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from web.authorisation.knocking import Route
from web.authorisation.world import PHASES

FILE = Path(__file__).with_name("matrix.yaml")
OUT = ("anonymous", "closed")


@cache
def matrix() -> Mapping[str, Any]:
    """The file, read once."""
    found: Mapping[str, Any] = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))
    return found


def personas() -> list[str]:
    return list(matrix()["personas"])


def members(said: Any, phase: str) -> frozenset[str]:
    """The personas of an audience in a phase: a name, a list of names, or one by phase."""
    if isinstance(said, Mapping):
        for one in (phase, "later"):
            if one in said:
                return members(said[one], phase)
        return frozenset()
    if isinstance(said, str):
        if said in matrix()["personas"]:
            return frozenset({said})
        return _named(said, phase)
    return frozenset().union(*(members(one, phase) for one in said))


@cache
def _named(name: str, phase: str) -> frozenset[str]:
    file = matrix()
    return members(file["audiences"].get(name) or file["by_phase"].get(name, []), phase)


def expected(route: Route, method: str, persona: str, phase: str) -> frozenset[str]:
    """The classes of answers that are right; one, but for HEAD, which a page may not answer."""
    row = matrix()["routes"][route.name]
    if row.get("one_factor"):
        # Those doors look at the method before they look at the person.
        if method not in row and not (method == "HEAD" and "GET" in row):
            return frozenset({"not_allowed"})
        if persona in OUT:
            return frozenset({"login"})
    elif route.is_api:
        if persona in OUT:
            return frozenset({"login"})
    elif not row.get("open"):
        if persona in OUT:
            return frozenset({"login"})
        if persona == "admin_plain":
            return frozenset({"second_factor"})
    if method not in row:
        if method == "HEAD" and "GET" in row:
            return expected(route, "GET", persona, phase) | {"not_allowed"}
        return frozenset({"not_allowed"})
    if row.get("open"):
        return frozenset({"ok"})
    if persona not in members(matrix()["things"][row.get("of", "nothing")], phase):
        return frozenset({"unknown"})
    if persona in members(row[method], phase):
        return frozenset({"ok"})
    return frozenset({row.get("others", "refused")})


def readers(mark: str, phase: str) -> frozenset[str]:
    """Who may meet a mark in a phase: as said for it, or for the latest phase before it."""
    row = matrix()["fields"][mark]
    for one in reversed(PHASES[: PHASES.index(phase) + 1]):
        if one in row:
            return members(row[one], phase)
    return frozenset()


def varies(row: Mapping[str, Any], method: str) -> bool:
    """Whether what a row says of a method is not the same in all phases."""
    thing = matrix()["things"][row.get("of", "nothing")]
    return len({(members(row[method], one), members(thing, one)) for one in PHASES}) > 1
