#!/usr/bin/env python3
"""Fill the rounds of ``src/parindex/demonstration`` from a folder of published tables.

    python scripts/build_demonstration.py DATA DEMONSTRATION

DATA holds ``published/``, ``indices/`` and ``units/``. DEMONSTRATION holds a folder a round with
the ``round.yaml`` and the rulebook that were written by hand; the tables are written beside them.
The same DATA always give the same bytes. The figures of the template round are drawn from the
SHA-256 of unit and item; they are illustration and are marked so.
"""

from __future__ import annotations

import csv
import hashlib
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Final

from parindex.criteria.catalogue import Catalogue
from parindex.criteria.model import CriteriaSet, Item
from parindex.criteria.parser import read_rulebook
from parindex.criteria.rules import Bands, BandsOn, Deduction, Options, Ratio, Source
from parindex.csvtable import csv_line
from parindex.points import half_up, show_fraction, to_steps

TableRow = dict[str, str]
Table = list[TableRow]
Cells = dict[str, str]

UNITS: Final = ("unit", "name", "group", "ranked")
PREVIOUS: Final = ("unit", "index", "rank")
TEMPLATE: Final = "template/par-index/province/2025"


# ------------------------------------------------------------------------ reading and writing


def read_table(data: Path, name: str) -> Table:
    """The rows of one published table."""
    with (data / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Iterable[str]]) -> None:
    """Write a table with commas, minimal quoting and line feeds on every machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(csv_line(header))
        stream.writelines(map(csv_line, rows))


def read_criteria(path: Path) -> CriteriaSet:
    """The criteria set of a rulebook's file."""
    return read_rulebook(path.read_bytes(), file=path.name)


def columns_of(criteria: CriteriaSet) -> dict[str, str]:
    """The column of a published table for each item: its identifier, written with ``_``."""
    return {item.code: item.id.replace("-", "_") for item in criteria.items()}


def folded(name: str) -> str:
    """A name in lower-case ASCII: ``Đắk Lắk`` and ``Dak Lak`` are one.

    >>> folded("Bà Rịa - Vũng Tàu")
    'ba ria - vung tau'
    """
    plain = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def slug(name: str) -> str:
    """A unit's identifier from its name.

    >>> slug("Bộ Văn hóa, Thể thao và Du lịch")
    'bo-van-hoa-the-thao-va-du-lich'
    """
    return "-".join(re.findall(r"[a-z0-9]+", folded(name)))


def competition_ranks(figures: Sequence[Decimal]) -> list[int]:
    """Ranks 1, 2, 2, 4 from the greatest down."""
    return [1 + sum(other > figure for other in figures) for figure in figures]


# ---------------------------------------------------------------------- PAPI 2015 and PCI 2014

PAPI: Final = "indices/papi_2011_2015.csv"
PCI: Final = "indices/pci_2005_2014.csv"
# The tables of 2005 to 2015 write three provinces in ways of their own.
SPELLED: Final = {"BRVT": "77", "TP HCM": "79", "Thua Thien Hue": "46"}
NAMED_THEN: Final = {"46": "Thừa Thiên Huế"}


def province_codes(data: Path, table: Table) -> dict[str, tuple[str, str]]:
    """Code and name of each of the 63 provinces, by the way a table writes it."""
    provinces = read_table(data, "units/provinces_63.csv")
    names = {one["code"]: NAMED_THEN.get(one["code"], one["name"]) for one in provinces}
    codes = {folded(one["name"]): one["code"] for one in provinces}
    found: dict[str, tuple[str, str]] = {}
    for spelling in {row["prov"] for row in table} - {""}:
        code = SPELLED.get(spelling) or codes[folded(spelling)]
        found[spelling] = (code, names[code])
    return found


def build_papi(data: Path, folder: Path) -> None:
    """PAPI 2015: six dimensions from 22 sub-dimensions, with 2014 as the year before."""
    table = [row for row in read_table(data, PAPI) if row["year"] in {"2014", "2015"}]
    codes = province_codes(data, table)
    now = sorted(
        (row for row in table if row["year"] == "2015"), key=lambda row: codes[row["prov"]]
    )
    columns = columns_of(read_criteria(folder / "rulebook/provinces.yaml"))
    write_csv(
        folder / "units.csv", UNITS, ((*codes[row["prov"]], "provinces", "yes") for row in now)
    )
    write_csv(
        folder / "entries.csv",
        ("unit", "item", "stage", "points"),
        (
            (codes[row["prov"]][0], item, "published", row[column])
            for row in now
            for item, column in columns.items()
        ),
    )
    # A total printed as 0 is a province without a survey that year.
    before = [row for row in table if row["year"] == "2014" and row["papi_unweighted"] != "0"]
    totals = [Decimal(row["papi_unweighted"]) for row in before]
    write_csv(
        folder / "previous.csv",
        PREVIOUS,
        sorted(
            (codes[row["prov"]][0], show_fraction(100 * Fraction(total) / 60, 2), str(rank))
            for row, total, rank in zip(before, totals, competition_ranks(totals), strict=True)
        ),
    )


def build_pci(data: Path, folder: Path) -> None:
    """PCI 2014: ten weighted sub-indices; of 2013 the rows that have a name as the year before."""
    table = [row for row in read_table(data, PCI) if row["year"] in {"2013", "2014"}]
    codes = province_codes(data, table)
    now = sorted(
        (row for row in table if row["year"] == "2014"), key=lambda row: codes[row["prov"]]
    )
    columns = columns_of(read_criteria(folder / "rulebook/provinces.yaml"))
    write_csv(
        folder / "units.csv", UNITS, ((*codes[row["prov"]], "provinces", "yes") for row in now)
    )
    write_csv(
        folder / "entries.csv",
        ("unit", "item", "stage", "value"),
        (
            (codes[row["prov"]][0], item, "published", f"{10 * Decimal(row[column]):f}")
            for row in now
            for item, column in columns.items()
        ),
    )
    before = [row for row in table if row["year"] == "2013"]
    printed = [show_fraction(Decimal(row["pci_weighted"]), 2) for row in before]
    ranks = competition_ranks([Decimal(figure) for figure in printed])
    write_csv(
        folder / "previous.csv",
        PREVIOUS,
        sorted(
            (codes[row["prov"]][0], figure, str(rank))
            for row, figure, rank in zip(before, printed, ranks, strict=True)
            if row["prov"]
        ),
    )


# ------------------------------------------------------------------------------ ministries 2023


def survey_share(printed: str, maximum: Decimal) -> str:
    """The share that gives a printed survey score back when rounded to two decimals."""
    share = show_fraction(Fraction(printed) / Fraction(maximum), 6)
    if to_steps(Fraction(share) * Fraction(maximum), 2) != to_steps(Decimal(printed), 2):
        raise ValueError(printed)
    return share


def build_ministries(data: Path, folder: Path) -> None:
    """Ministries 2023: 17 bodies, appraised and survey points; 2022 where it was published."""
    table = [
        row
        for row in read_table(data, "published/par_index_ministries.csv")
        if row["preferred"] == "1"
    ]
    now = [row for row in table if row["year"] == "2023"]
    appraised, survey = read_criteria(folder / "rulebook/ministries.yaml").items()
    write_csv(
        folder / "units.csv",
        UNITS,
        ((slug(row["ministry"]), row["ministry"], "ministries", "yes") for row in now),
    )
    write_csv(
        folder / "entries.csv",
        ("unit", "item", "stage", "points"),
        (
            (slug(row["ministry"]), appraised.code, "appraised", row["appraised_score"])
            for row in now
        ),
    )
    write_csv(
        folder / "findings.csv",
        ("unit", "item", "share"),
        (
            (
                slug(row["ministry"]),
                survey.code,
                survey_share(row["survey_score"], survey.max_points),
            )
            for row in now
        ),
    )
    write_csv(
        folder / "previous.csv",
        PREVIOUS,
        (
            (slug(row["ministry"]), row["par_index"], row["rank"])
            for row in table
            if row["year"] == "2022"
        ),
    )


# ------------------------------------------------------------------ departments of Tây Ninh 2023

# Each maximum that was printed, and the parts of the scale that it leaves out.
LEFT_OUT: Final = {"100.0": (), "96.5": ("1.3",), "71.5": ("1.2", "1.3")}


def split_total(total: str, maxima: Mapping[str, Decimal]) -> dict[str, str]:
    """A printed total spread over parts in proportion to their maxima, in hundredths.

    What the rounding down leaves goes to the first part.

    >>> split_total("99.99", {"a": Decimal(60), "b": Decimal(40)})
    {'a': '60.00', 'b': '39.99'}
    """
    done = Fraction(total) / Fraction(sum(maxima.values()))
    steps = {code: int(100 * done * Fraction(maximum)) for code, maximum in maxima.items()}
    steps[next(iter(steps))] += to_steps(Decimal(total), 2) - sum(steps.values())
    return {code: show_fraction(Fraction(one, 100), 2) for code, one in steps.items()}


def build_tay_ninh(data: Path, folder: Path) -> None:
    """Departments of Tây Ninh 2023: 19 bodies on three scales, with classes."""
    table = [
        row
        for row in read_table(data, "published/unit_index.csv")
        if row["province_code"] == "72" and row["level"] == "department"
    ]
    now = [row for row in table if row["year"] == "2023"]
    criteria = read_criteria(folder / "rulebook/departments.yaml")
    maxima = {item.code: item.max_points for item in criteria.items()}
    write_csv(
        folder / "units.csv",
        UNITS,
        ((slug(row["unit"]), row["unit"], "departments", "yes") for row in now),
    )
    write_csv(
        folder / "entries.csv",
        ("unit", "item", "stage", "points", "not_applicable", "reason"),
        (line for row in now for line in _tay_ninh_entries(row, maxima)),
    )
    write_csv(
        folder / "previous.csv",
        PREVIOUS,
        (
            (slug(row["unit"]), row["index_pct"], row["rank"])
            for row in table
            if row["year"] == "2022"
        ),
    )


def _tay_ninh_entries(row: TableRow, maxima: Mapping[str, Decimal]) -> Iterator[tuple[str, ...]]:
    left_out = LEFT_OUT[row["max_score"]]
    points = split_total(
        row["total_score"], {code: one for code, one in maxima.items() if code not in left_out}
    )
    reason = f"Thang điểm công bố của cơ quan là {row['max_score'].replace('.', ',')}"
    for code in maxima:
        if code in left_out:
            yield slug(row["unit"]), code, "appraised", "", "yes", reason
        else:
            yield slug(row["unit"]), code, "appraised", points[code], "", ""


# ----------------------------------------------------------- Đắk Lắk 2022: fragments, not a round


def build_dak_lak(data: Path, folder: Path) -> None:
    """Đắk Lắk 2022: the eight figures that were published, with ranks where they were."""
    levels = {"department": "sở, ban, ngành", "district": "huyện, thị xã, thành phố"}
    write_csv(
        folder / "fragments.csv",
        ("year", "province", "level", "unit", "rank", "n_units", "index", "note", "source"),
        (
            (
                row["year"],
                row["province"],
                levels[row["level"]],
                row["unit"],
                row["rank"],
                row["n_units"],
                row["index_pct"],
                "thấp nhất" if row["note"] == "last" else row["note"],
                row["source_id"],
            )
            for row in read_table(data, "published/unit_index.csv")
            if row["source_id"] == "DLK22"
        ),
    )


# --------------------------------------- a whole year by the template of provinces: illustration

SEED: Final = "parindex, số liệu minh họa 2025"
MARK: Final = "minh họa"
NOTHING_DUE: Final = f"Trong năm không phát sinh nhiệm vụ thuộc nội dung này ({MARK})"
EXPLAINED: Final = f"Hội đồng chấp nhận giải trình ({MARK})"
ENTRIES: Final = (
    "unit", "item", "stage", "numerator", "denominator", "value", "count", "option", "veto",
    "not_applicable", "reason",
)  # fmt: skip
FACTS: Final = ("unit", "item", "numerator", "denominator", "basis")


def draw(*parts: str) -> Fraction:
    """A number from 0 up to but not 1 that depends on nothing but its parts."""
    digest = hashlib.sha256("|".join((SEED, *parts)).encode()).digest()
    return Fraction(int.from_bytes(digest[:8], "big"), 1 << 64)


def quality(unit: str, item: str) -> Fraction:
    """How well a unit does at an item: its general level and its luck."""
    return (9 * draw(unit, "level") + 11 * draw(unit, item, "quality")) / 20


def illustrated(item: Item, unit: str, good: Fraction) -> Cells:
    """A quantity for an item, in the fields that its rule reads."""
    rule = item.rule
    if isinstance(rule, Options):
        options = [name for name, _ in sorted(rule.points, key=lambda one: -one[1])]
        worse = (good < Fraction(3, 10)) + (good < Fraction(1, 10))
        return {"option": options[min(worse, len(options) - 1)]}
    if isinstance(rule, Deduction):
        bounds = (Fraction(4, 10), Fraction(2, 10), Fraction(1, 10))
        return {"count": str(sum(good < bound for bound in bounds))}
    if isinstance(rule, Bands) and rule.on is BandsOn.COUNT:
        if good < Fraction(1, 5):
            return {"count": "0"}
        step = rule.steps[0] if good > Fraction(2, 5) else rule.steps[-1]
        return {"count": str(int(step.start))}
    if not isinstance(rule, Ratio | Bands):
        raise TypeError(item.code)
    return _pair(item, unit, _ratio(rule, good))


def _ratio(rule: Ratio | Bands, good: Fraction) -> Fraction:
    """A ratio in percent around what the rule asks for."""
    if isinstance(rule, Bands):
        full, least = Fraction(rule.steps[0].start), Fraction(rule.steps[-1].start)
    else:
        full = Fraction(rule.full_at)
        least = Fraction(rule.zero_below) if rule.zero_below else full * Fraction(3, 5)
    low, high = least - (full - least) / 10, full + (full - least) / 3
    ratio = low + (high - low) * min(good * Fraction(6, 5), Fraction(1))
    return ratio if rule.over_100 else min(ratio, Fraction(100))


def _pair(item: Item, unit: str, ratio: Fraction) -> Cells:
    if item.source is Source.EXTERNAL and item.if_none_due is None:
        return {"value": show_fraction(ratio, 2)}
    if item.if_none_due is not None and draw(unit, item.code, "due") < Fraction(1, 50):
        return {"numerator": "0", "denominator": "0"}
    least, most = (20_000, 400_000) if item.source is Source.DOSSIERS else (12, 240)
    below = least + int((most - least) * draw(unit, item.code, "size"))
    above = half_up(ratio.numerator * below, 100 * ratio.denominator)
    return {"numerator": str(above), "denominator": str(below)}


def sheet(item: Item, unit: str) -> Iterator[tuple[str, Cells]]:
    """The stages of one item of one unit: claimed, appraised, sometimes decided by the council."""
    good = quality(unit, item.code)
    own = item.source is Source.APPRAISAL
    if own and draw(unit, item.code, "not applicable") < Fraction(1, 150):
        nothing = {"not_applicable": "yes", "reason": NOTHING_DUE}
        yield "self", nothing
        yield "appraised", nothing
        return
    found = illustrated(item, unit, good)
    if item.zero_if is not None and draw(unit, item.code, "veto") < Fraction(1, 25):
        found["veto"] = "yes"
    if not own:
        yield "appraised", found
        return
    boast = draw(unit, item.code, "boast")
    hoped = good + boast if boast > Fraction(7, 10) else good
    claimed = illustrated(item, unit, min(hoped, Fraction(1)))
    yield "self", claimed
    yield "appraised", found
    if claimed != found and draw(unit, item.code, "council") < Fraction(1, 8):
        yield "council", {**claimed, "reason": EXPLAINED}


def build_template(data: Path, folder: Path) -> None:
    """34 provinces by the shipped template of 2025, every item filled, all of it illustration."""
    path = Catalogue.of([]).find(TEMPLATE)
    if path is None:
        raise FileNotFoundError(TEMPLATE)
    by_source: dict[Source, list[Item]] = {source: [] for source in Source}
    entered: list[Item] = []
    for item in read_criteria(path).items():
        by_source[item.source].append(item)
        if item.source in {Source.APPRAISAL, Source.EXTERNAL}:
            entered.append(item)
    provinces = read_table(data, "units/provinces_34.csv")
    units = [one["code"] for one in provinces]
    write_csv(
        folder / "units.csv",
        UNITS,
        ((one["code"], f"{one['name']} ({MARK})", "provinces", "yes") for one in provinces),
    )
    write_csv(
        folder / "entries.csv",
        ENTRIES,
        (
            _line(ENTRIES, cells, unit=unit, item=item.code, stage=stage)
            for unit in units
            for item in entered
            for stage, cells in sheet(item, unit)
        ),
    )
    write_csv(
        folder / "findings.csv",
        ("unit", "item", "share", "se", "n"),
        (
            (unit, item.code, *_finding(unit, item.code))
            for unit in units
            for item in (*by_source[Source.SURVEY], *by_source[Source.INDEX])
        ),
    )
    write_csv(
        folder / "facts.csv",
        FACTS,
        (
            _line(
                FACTS,
                illustrated(item, unit, quality(unit, item.code)),
                unit=unit,
                item=item.code,
                basis=f"Số liệu {MARK}",
            )
            for unit in units
            for item in by_source[Source.DOSSIERS]
        ),
    )
    _write_template_previous(provinces, folder)


def _line(columns: Sequence[str], cells: Mapping[str, str], **more: str) -> list[str]:
    return [{**cells, **more}.get(column, "") for column in columns]


def _finding(unit: str, item: str) -> tuple[str, str, str]:
    share = Fraction(70, 100) + Fraction(25, 100) * quality(unit, item)
    n = 180 + int(240 * draw(unit, item, "n"))
    variance = share * (1 - share) / n
    se = (Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt()
    return show_fraction(share, 4), show_fraction(se, 4), str(n)


def _write_template_previous(provinces: Table, folder: Path) -> None:
    """Last year's figures: illustration too; a province that was merged is not comparable."""
    figures = [
        80 + 7 * draw(one["code"], "level") + 5 * draw(one["code"], "previous") for one in provinces
    ]
    printed = [show_fraction(figure, 2) for figure in figures]
    ranks = competition_ranks([Decimal(figure) for figure in printed])
    write_csv(
        folder / "previous.csv",
        (*PREVIOUS, "comparable"),
        (
            (one["code"], figure, str(rank), "no" if ";" in one["merged_from"] else "yes")
            for one, figure, rank in zip(provinces, printed, ranks, strict=True)
        ),
    )


BUILDERS: Final[dict[str, Callable[[Path, Path], None]]] = {
    "papi-2015": build_papi,
    "pci-2014": build_pci,
    "ministries-2023": build_ministries,
    "tay-ninh-2023": build_tay_ninh,
    "dak-lak-2022": build_dak_lak,
    "province-template-2025": build_template,
}


def main(arguments: Sequence[str]) -> int:
    """Run from a terminal; 2 when the arguments are not two folders."""
    folders = [Path(argument) for argument in arguments]
    if len(folders) != 2 or not all(folder.is_dir() for folder in folders):
        sys.stderr.write("usage: build_demonstration.py DATA DEMONSTRATION\n")
        return 2
    data, demonstration = folders
    for name, builder in BUILDERS.items():
        builder(data, demonstration / name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
