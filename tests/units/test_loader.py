"""Tables of one's own folder: departments of a province, and everything that can be wrong."""

from datetime import date
from pathlib import Path

import pytest

from parindex.errors import UnusableInputError
from parindex.units.lineage import Part, links_of_events
from parindex.units.loader import (
    load_vocabulary,
    read_bases,
    read_links,
    read_registry,
    read_vocabulary,
)
from parindex.units.model import Tier

EVENTS = "event,on,units,to,id,kind,name,code,parent,basis"
STOCK = "id,kind,name,code,parent,begins_on,begins_by,ends_on,ends_by"
BASES = "basis,vi,decided_on\nnq-1,Nghị quyết số 1,2025-02-20\n"


def folder(path: Path, **tables: str) -> Path:
    for name, text in {"bases": BASES, **tables}.items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path


def refusal(path: Path, *tiers: Tier) -> list[str]:
    with pytest.raises(UnusableInputError) as caught:
        read_registry(path, *tiers)
    assert all(caught.value.say("vi"))
    return [f"{problem.file}:{problem.line} {problem.code}" for problem in caught.value.problems]


def departments(*rows: str) -> dict[str, str]:
    return {"department_events": "\n".join((EVENTS, *rows)) + "\n"}


def test_a_province_keeps_its_departments_in_its_own_folder(tmp_path: Path) -> None:
    rows = departments(
        "create,,,,so-noi-vu@2012,department,Sở Nội vụ,H57.01,thua-thien-hue@2012,",
        "create,,,,so-ld@2012,department,Sở Lao động,H57.02,thua-thien-hue@2012,",
        "merge,2025-03-01,so-noi-vu@2012 so-ld@2012,,so-noi-vu@2025,department,Sở Nội vụ,"
        "H57.01,thua-thien-hue@2012,nq-1",
        "rename,2026-01-01,so-noi-vu@2025,Sở Nội vụ Huế,,,,,,nq-1",
    )
    registry = read_registry(folder(tmp_path, **rows), Tier.DEPARTMENT)
    names = [
        [unit.name for unit in registry.on(day)]
        for day in (date(2025, 2, 28), date(2025, 3, 1), date(2026, 1, 1))
    ]
    assert names == [["Sở Nội vụ", "Sở Lao động"], ["Sở Nội vụ"], ["Sở Nội vụ Huế"]]
    ended_by = registry.life("so-ld@2012").ended_by
    assert ended_by is not None
    assert (ended_by.file, ended_by.line) == ("department_events.csv", 4)
    assert ended_by.basis is not None
    assert ended_by.basis.decided_on == date(2025, 2, 20)


def test_the_parts_of_a_split_stand_in_rows_that_follow_each_other(tmp_path: Path) -> None:
    rows = departments(
        "create,,,,a@2012,department,A,,,",
        "create,,,,b@2012,department,B,,,",
        "split,2025-03-01,a@2012,,a1@2025,department,A1,,,nq-1",
        "split,2025-03-01,a@2012,,a2@2025,department,A2,,,nq-1",
        "split,2025-03-01,b@2012,,b1@2025,department,B1,,,nq-1",
        "split,2025-03-01,b@2012,,b2@2025,department,B2,,,nq-1",
    )
    registry = read_registry(folder(tmp_path, **rows), Tier.DEPARTMENT)
    links = list(links_of_events(registry.events))
    assert [(link.predecessor, link.successor, link.part) for link in links] == [
        ("a@2012", "a1@2025", Part.PART),
        ("a@2012", "a2@2025", Part.PART),
        ("b@2012", "b1@2025", Part.PART),
        ("b@2012", "b2@2025", Part.PART),
    ]


def test_a_table_without_rows_is_a_registry_without_units(tmp_path: Path) -> None:
    registry = read_registry(folder(tmp_path, **departments()), Tier.DEPARTMENT)
    assert registry.lives == {}


def test_stocks_and_events_of_a_tier_are_read_together(tmp_path: Path) -> None:
    stock = (
        f"{STOCK}\n"
        "1@2025-06-30,township,Một,1,,,,2025-07-01,nq-1\n"
        "2@2025-06-30,township,Hai,2,,,,2025-07-01,nq-1\n"
        "3@2025-06-30,commune,Ba,3,,,,,\n"
        "4@2025-07-01,ward,Bốn,1,,2025-07-01,nq-1,,\n"
    )
    events = f"{EVENTS}\nreclassify,2025-07-01,3@2025-06-30,ward,,,,,,nq-1\n"
    registry = read_registry(folder(tmp_path, communes=stock, commune_events=events), Tier.COMMUNE)
    kinds = [
        [unit.kind for unit in registry.on(day)] for day in (date(2025, 6, 30), date(2025, 7, 1))
    ]
    assert kinds == [["township", "township", "commune"], ["ward", "ward"]]


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path, Tier.DEPARTMENT) == ["bases.csv:0 units.no_file"]
    assert refusal(folder(tmp_path), Tier.DEPARTMENT) == ["department_events.csv:0 units.no_file"]
    assert refusal(folder(tmp_path), Tier.COMMUNE) == ["commune_events.csv:0 units.no_file"]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("born,,,,a@2012,department,A,,,", ["not_a_choice"]),
        ("create,1/3/2025,,,a@2012,department,A,,,", ["not_a_day"]),
        ("create,,,,Sở A,department,A,,,", ["not_an_id"]),
        ("create,,,,a,department,A,,,", ["not_an_id"]),
        ("create,,,,a@2012,department,,,,", ["empty"]),
        ("create,,,,a@2012,department,A,,,nq-2", ["not_a_choice"]),
        ("create,,,,,department,,,,", ["not_an_id", "empty"]),
        ("create,,,,a@2012,ward,A,,,", ["kind"]),
        ("create,,,,,,,,,", ["shape"]),
    ],
)
def test_a_bad_event_is_refused_with_its_line(tmp_path: Path, row: str, found: list[str]) -> None:
    rows = departments("create,,,,b@2012,department,B,,,", row)
    assert refusal(folder(tmp_path, **rows), Tier.DEPARTMENT) == [
        f"department_events.csv:3 units.{code}" for code in found
    ]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("2@2025-06-30,ward,Hai,2,,,,2025-7-1,nq-1", "not_a_day"),
        ("2@2025-06-30,ward,Hai,2,,2025-7-1,nq-1,,", "not_a_day"),
        ("2@2025-06-30,ward,Hai,2,,,,2025-07-01,nq-2", "not_a_choice"),
        ("2@2025-06-30,ward,Hai,2,,2025-07-01,nq-2,,", "not_a_choice"),
        ("2@2025-06-30,town,Hai,2,,,,,", "not_a_choice"),
        ("2,ward,Hai,2,,,,,", "not_an_id"),
        ("2@2025-06-30,ward,,2,,,,,", "empty"),
    ],
)
def test_a_bad_stock_row_is_refused_with_its_line(tmp_path: Path, row: str, found: str) -> None:
    stock = f"{STOCK}\n1@2025-06-30,ward,Một,1,,,,,\n{row}\n"
    assert refusal(folder(tmp_path, communes=stock), Tier.COMMUNE) == [
        f"communes.csv:3 units.{found}"
    ]


def test_a_history_that_cannot_have_been_names_the_stock(tmp_path: Path) -> None:
    stock = f"{STOCK}\n1@2025-06-30,township,Một,1,,,,,\n1@2025-06-30,ward,Một,1,,,,,\n"
    assert refusal(folder(tmp_path, communes=stock), Tier.COMMUNE) == [
        "communes.csv:0 units.two_on_one_day"
    ]


def test_a_table_with_another_header_is_refused(tmp_path: Path) -> None:
    assert "department_events.csv:1 csv.missing_column" in refusal(
        folder(tmp_path, department_events="event,on\n"), Tier.DEPARTMENT
    )


def test_an_act_needs_its_name(tmp_path: Path) -> None:
    path = folder(tmp_path, bases="basis,vi,decided_on\nnq-1,,\n,Nghị quyết,\n")
    with pytest.raises(UnusableInputError) as caught:
        read_bases(path)
    assert [problem.code for problem in caught.value.problems] == ["units.empty", "units.empty"]


def test_the_vocabulary_is_read_strictly(tmp_path: Path) -> None:
    tiers = "tier,vi,en,start,end,known_from\n"
    kinds = "kind,tier,vi,en,prefix,start,end\n"
    path = folder(
        tmp_path,
        tiers=f"{tiers}province,Tỉnh,Province,2025-07-01,2025-07-01,\nhamlet,Thôn,Hamlet,,,x\n",
        kinds=f"{kinds}city,town,Thành phố,City,Thành phố,,\n",
    )
    with pytest.raises(UnusableInputError) as caught:
        read_vocabulary(path)
    assert [(problem.line, problem.code) for problem in caught.value.problems] == [
        (2, "units.not_a_day"),
        (3, "units.not_a_choice"),
        (3, "units.not_a_day"),
    ]
    (tmp_path / "tiers.csv").write_text(tiers, encoding="utf-8")
    with pytest.raises(UnusableInputError) as caught:
        read_vocabulary(path)
    assert [(problem.file, problem.code) for problem in caught.value.problems] == [
        ("kinds.csv", "units.not_a_choice")
    ]


def test_every_tier_has_its_term_and_every_kind_a_prefix_or_none() -> None:
    vocabulary = load_vocabulary()
    assert set(vocabulary.tiers) == set(Tier)
    assert {kind.tier for kind in vocabulary.kinds.values()} == set(Tier)
    for kind in vocabulary.kinds.values():
        own_name = kind.tier in {Tier.MINISTRY, Tier.DEPARTMENT, Tier.CENTRAL_AGENCY}
        assert bool(kind.prefix) is not own_name
        assert kind.vi
        assert kind.en


@pytest.mark.parametrize(
    ("row", "column"), [("a,b,half,nq-1", "part"), ("a,b,whole,nq-2", "source")]
)
def test_a_bad_link_is_refused_with_its_line(tmp_path: Path, row: str, column: str) -> None:
    header = "predecessor,successor,part,source"
    path = folder(tmp_path, links=f"{header}\na,b,whole,nq-1\n{row}\n")
    with pytest.raises(UnusableInputError) as caught:
        read_links(path, "links.csv")
    (problem,) = caught.value.problems
    assert (problem.line, problem.values["column"]) == (3, column)
