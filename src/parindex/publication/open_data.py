"""The open data of a published round as tables of text, with the dictionary that explains them.

Everything comes from a public bundle; of a full one only its public form is read. What the tables
hold stands in ``open_data.yaml`` beside this module and in docs/reference/open-data.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final

from parindex.canonical import canonical_json, sha256
from parindex.criteria import plain
from parindex.criteria.model import CriteriaSet, Item, Text
from parindex.criteria.rules import shape_of
from parindex.errors import Problem, UnusableInputError
from parindex.points import show_fraction
from parindex.publication import normal, tables
from parindex.publication.bundle import INPUT, Bundle
from parindex.publication.seal import seal
from parindex.publication.verify import verify
from parindex.scoring.files import MemoryFiles
from parindex.scoring.folder import read_folder
from parindex.scoring.run import IndexRun

Row = tuple[str, ...]

_SCALED: Final = ("self_points",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column: its type (string, integer, decimal, boolean, date), its measure, its words."""

    name: str
    type: str
    about: Text
    measure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of the open data: cells are text, empty for nothing, yes or no for truth.

    ``key`` names the fields that tell rows apart; ``refers`` a field to the table whose key it is.
    """

    name: str
    title: Text
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    refers: Mapping[str, str]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """Under what the data are given, and where its words stand."""

    id: str
    title: Text
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the publisher says of the data: licence, own name, address, and the day of issue.

    ``url`` is where the folder will lie, ending in ``/``; empty leaves addresses relative.
    """

    licence: Licence
    publisher: str = ""
    url: str = ""
    issued: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A public bundle that verifies: its bytes, its digest, and the run recomputed from it."""

    content: bytes
    digest: str
    bundle: Bundle
    run: IndexRun


def published(content: bytes, *, file: str) -> Published:
    """The public form of a bundle, verified; a full one is verified and sealed anew as public.

    The signature of a full bundle is not of its public form, and stays behind. Raises
    NotGoodBundleError where the bundle, or what it says, does not hold.
    """
    bundle, run = verify(content, file=file)
    if not bundle.public:
        inside = {name.removeprefix(INPUT): one for name, one in bundle.part(INPUT).items()}
        opened = read_folder(MemoryFiles(f"{file}/input", inside))
        links = type(bundle.links)(
            journal_head=bundle.links.journal_head, bundle_before=bundle.links.bundle_before
        )
        content = seal(opened, run, public=True, links=links).to_bytes()
        bundle, run = verify(content, file=file)
    return Published(content=content, digest=sha256(content), bundle=bundle, run=run)


def licence(name: str) -> Licence:
    """The licence of an identifier such as ``CC-BY-4.0``.

    Raises UnusableInputError for one that is not in the dictionary.
    """
    known = _dictionary()["licences"]
    if name not in known:
        values = {"got": name, "licences": ", ".join(known)}
        raise UnusableInputError([Problem(code="open_data.licence", values=values)])
    return Licence(id=name, title=_words(known[name]), url=known[name]["url"])


def title(run: IndexRun) -> Text:
    """What the round measures and when: the index by its name, where it is a known one."""
    spec = run.round.spec
    names = _dictionary()["indices"].get(spec.index, {"vi": spec.index})
    index = _words(names)
    return Text(
        vi=f"{index.vi} năm {spec.year}, kỳ {spec.round}",
        en=f"{index.say('en')} {spec.year}, round {spec.round}",
    )


def citation(of: Published, terms: Terms) -> Text:
    """How the data are to be cited, with the digest by which anybody can tell them."""
    spec, named = of.run.round.spec, title(of.run)
    publisher = terms.publisher or ", ".join(
        dict.fromkeys(one.issuer for one in of.run.round.criteria.values())
    )
    year = terms.issued.year if terms.issued else spec.year
    at = f" {terms.url}" if terms.url else ""
    return Text(
        vi=f"{publisher} ({year}). {named.vi} [bộ dữ liệu mở]. Gói niêm phong {of.digest}.{at}",
        en=f"{publisher} ({year}). {named.en} [open data]. Sealed bundle {of.digest}.{at}",
    )


def data_tables(of: Published) -> tuple[Table, ...]:
    """Every table in the order of the dictionary; each is there, if only with its fields."""
    return tuple(
        _table(name, entry, _ROWS[name](of)) for name, entry in _dictionary()["tables"].items()
    )


@cache
def _dictionary() -> dict[str, Any]:
    # Read only when something is exported.
    from ruamel.yaml import YAML  # noqa: PLC0415 - slow import

    text = files("parindex.publication").joinpath("open_data.yaml").read_text(encoding="utf-8")
    read: dict[str, Any] = YAML(typ="safe").load(text)
    return read


def _words(entry: Mapping[str, str]) -> Text:
    return Text(vi=entry["vi"], en=entry.get("en", ""))


def _table(name: str, entry: Mapping[str, Any], rows: Iterable[Row]) -> Table:
    return Table(
        name=name,
        title=_words(entry),
        fields=tuple(
            Field(name=field, type=one["type"], about=_words(one), measure=one.get("in", ""))
            for field, one in entry["fields"].items()
        ),
        key=tuple(entry["key"]),
        refers=dict(entry["refers"]) if "refers" in entry else {},
        rows=tuple(rows),
    )


def _groups(of: Published) -> Iterator[Row]:
    spec = of.run.round.spec
    for group in of.run.groups:
        criteria = group.criteria
        policies, caps = criteria.policies, criteria.adjustments
        yield (
            group.name,
            criteria.index,
            criteria.issuer,
            criteria.title.vi,
            criteria.title.en,
            criteria.tier,
            str(criteria.year),
            str(criteria.revision),
            criteria.status,
            spec.reference_date.isoformat(),
            *tables.group_cells(group),
            policies.rank_on,
            policies.ties,
            policies.not_applicable,
            str(policies.points_decimals),
            str(policies.index_decimals),
            "" if caps is None else plain.plain_decimal(caps.bonus_cap),
            "" if caps is None else plain.plain_decimal(caps.deduction_cap),
            plain.digest(criteria),
        )


def _units(of: Published) -> Iterator[Row]:
    for group in of.run.groups:
        for at in group.in_order():
            unit = group.units[at]
            yield group.name, unit.id, unit.name, "yes" if unit.ranked else "no"


def _results(of: Published) -> Iterator[Row]:
    width = len(tables.RESULTS_COLUMNS) - len(_SCALED)
    return (row[:width] for row in tables.results_rows(of.run, claims=False))


def _areas(of: Published) -> Iterator[Row]:
    return tables.areas_rows(of.run)


def _items(of: Published) -> Iterator[Row]:
    for group in of.run.groups:
        decimals = group.criteria.policies.points_decimals
        codes = [item.code for item in group.criteria.items()]
        for at in group.in_order():
            unit = group.units[at].id
            for code, score in zip(codes, group.results[at].scores, strict=True):
                yield group.name, unit, code, *tables.item_cells(score, decimals)


def _classes(of: Published) -> Iterator[Row]:
    for name, criteria in of.run.round.criteria.items():
        for one in criteria.classes:
            yield name, one.id, one.name.vi, one.name.en, plain.plain_decimal(one.start)


def _ceilings(of: Published) -> Iterator[Row]:
    for name, criteria in of.run.round.criteria.items():
        for one in criteria.ceilings:
            below = one.area_index_below
            yield (
                name,
                one.at_most,
                "" if below is None else plain.plain_decimal(below),
                one.zero_item or "",
            )


def _rulebook_areas(of: Published) -> Iterator[Row]:
    for name, criteria in of.run.round.criteria.items():
        decimals = criteria.policies.points_decimals
        for area in criteria.areas:
            whole = sum((item.max_points for item in area.items()), Decimal(0))
            yield name, area.code, area.name.vi, area.name.en, show_fraction(whole, decimals)


def _rulebook_items(of: Published) -> Iterator[Row]:
    for name, criteria in of.run.round.criteria.items():
        for area in criteria.areas:
            for criterion in area.criteria:
                for item in criterion.items:
                    yield (
                        *(name, area.code, criterion.code, criterion.name.vi),
                        *_item_cells(item, criteria),
                    )


def _item_cells(item: Item, criteria: CriteriaSet) -> Row:
    bases = {one.id: one.text.vi for one in criteria.legal_basis}
    return (
        item.code,
        item.id,
        item.name.vi,
        item.name.en,
        show_fraction(item.max_points, criteria.policies.points_decimals),
        item.source,
        shape_of(item.rule),
        canonical_json(plain.plain_rule(item.rule)).decode("utf-8"),
        item.if_none_due or "",
        "" if item.zero_if is None else item.zero_if.vi,
        item.appraiser,
        "" if item.law is None else bases[item.law.basis],
        "" if item.law is None else item.law.at,
    )


def _normal(table: str, *, flags: Mapping[str, str]) -> Callable[[Published], Iterator[Row]]:
    """The rows of a table of the public normal form, without the digests of what is withheld.

    ``flags`` are the columns of yes and no, and what an empty cell of each means.
    """

    def rows(of: Published) -> Iterator[Row]:
        content = json.loads(of.bundle.members[normal.member(table)])
        fields = _dictionary()["tables"][table]["fields"]
        picks = [
            (content["columns"].index(name), flags.get(name, ""), one["type"] == "integer")
            for name, one in fields.items()
        ]
        for row in content["rows"]:
            yield tuple(
                _whole(row[at]) if whole else row[at] or empty for at, empty, whole in picks
            )

    return rows


def _whole(cell: str) -> str:
    """A whole number without the decimals that a round may write behind it."""
    return cell.partition(".")[0]


_ROWS: Final[Mapping[str, Callable[[Published], Iterator[Row]]]] = {
    "groups": _groups,
    "units": _units,
    "results": _results,
    "areas": _areas,
    "items": _items,
    "classes": _classes,
    "ceilings": _ceilings,
    "rulebook_areas": _rulebook_areas,
    "rulebook_items": _rulebook_items,
    "entries": _normal("entries", flags={"veto": "no", "not_applicable": "no"}),
    "findings": _normal("findings", flags={}),
    "facts": _normal("facts", flags={}),
    "adjustments": _normal("adjustments", flags={}),
    "previous": _normal("previous", flags={"comparable": "yes"}),
}
