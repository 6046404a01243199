"""The sample as a file, and the receipt that draws it again."""

import json

import pytest
from survey.frames import cells, drawn, plan, table

from parindex.errors import UnusableInputError
from parindex.survey.sampling.receipt import MAX_BYTES, read_receipt, replay
from parindex.survey.sampling.sample_file import sample_columns

PLAN = plan(
    "cluster: commune, strata: [kind], method: pps, size: people, take: 2",
    "method: srs, take: 2, reserve: 1",
)
ROWS = [
    f'{commune}{member},{commune},{kind},{people},"ghi chú, dài"'
    for commune, kind, people in (("A", "xã", 90), ("B", "xã", 10), ("C", "xã", 20), ("D", "phường", 5), ("E", "phường", 5))
    for member in range(4)
]  # fmt: skip
FRAME = table("id,commune,kind,people,note", ROWS)
DRAWN = drawn(FRAME, PLAN)
RECEIPT = DRAWN.receipt.to_json()


def sample() -> list[dict[str, str]]:
    rows = cells(
        drawn(table("id,commune,kind,people", [row.rpartition(',"')[0] for row in ROWS]), PLAN)
    )
    assert [row["id"] for row in rows] == [
        line.split(",")[0] for line in DRAWN.csv.decode().splitlines()[1:]
    ]
    return rows


def test_the_columns_of_the_frame_come_along():
    header, first = DRAWN.csv.decode().splitlines()[:2]
    assert header == "id,commune,kind,people,note," + ",".join(sample_columns(2))
    assert '"ghi chú, dài"' in first


def test_a_weight_is_one_over_the_product_of_the_probabilities():
    for row in sample():
        if row["draw"] == "drawn":
            product = float(row["probability_1"]) * float(row["probability_2"])
            assert float(row["probability"]) == pytest.approx(product, abs=1e-14)
            assert float(row["weight"]) * product == pytest.approx(1, abs=1e-8)


def test_a_reserve_has_no_probability_of_its_own():
    reserve = [row for row in sample() if row["draw"] == "reserve"]
    assert len(reserve) == 4
    for row in reserve:
        assert (row["probability_2"], row["probability"], row["weight"]) == ("", "", "")
        assert row["probability_1"] != ""


def test_population_sizes_are_told_where_units_are_alike():
    for row in sample():
        assert (row["fpc_1"], row["fpc_2"]) == ("", "4")


def test_a_certain_cluster_is_a_stratum_and_its_members_are_the_primary_units():
    by_commune = {row["commune"]: row for row in sample() if row["draw_order"] == "1"}
    certain = by_commune["A"]
    assert (certain["design_stratum"], certain["design_psu"]) == ("2/xã/A", f"xã/A/{certain['id']}")
    assert (certain["stratum_1"], certain["unit_1"]) == ("1/xã", "xã/A")
    other = by_commune["B" if "B" in by_commune else "C"]
    assert (other["design_stratum"], other["design_psu"]) == ("1/xã", other["unit_1"])
    # Both of two were taken: each is certain, though no list needs to say so.
    assert by_commune["D"]["design_stratum"] == "2/phường/D"
    assert DRAWN.receipt.certain == (("1", "xã", "A"),)


def test_without_strata_the_stratum_still_has_a_name():
    rows = cells(drawn(table("id", "abc"), plan("method: srs, take: 2")))
    assert {(row["design_stratum"], row["stratum_1"]) for row in rows} == {("1", "1")}
    assert [row["design_psu"] for row in rows] == [row["id"] for row in rows]


def test_a_receipt_comes_back_and_draws_the_same():
    receipt = read_receipt(RECEIPT, file="r.json")
    assert receipt == DRAWN.receipt
    assert receipt.to_json() == RECEIPT
    again, differs = replay(FRAME, receipt, file="frame.csv", receipt_file="r.json")
    assert differs == []
    assert again.csv == DRAWN.csv


def test_another_frame_is_told_and_so_is_what_follows_from_it():
    smaller = table("id,commune,kind,people,note", [*ROWS, "B9,B,xã,10,mới"])
    _, differs = replay(smaller, DRAWN.receipt, file="frame.csv", receipt_file="r.json")
    assert [one.values["part"] for one in differs] == ["frame", "sample", "counts"]
    assert {one.file for one in differs} == {"r.json"}


@pytest.mark.parametrize(
    ("key", "value", "part"),
    [
        ("seed", "2027", "sample"),
        ("sample", "sha256:0", "sample"),
        ("plan_digest", "sha256:0", "plan"),
        ("certain", [["1", "xã", "B"]], "certain"),
        ("certain", ["xã"], "certain"),
        ("counts", {"frame": "20", "drawn": "9", "reserve": "4"}, "counts"),
    ],
)
def test_a_receipt_that_was_touched_is_told(key: str, value: object, part: str):
    touched = json.dumps({**json.loads(RECEIPT), key: value}).encode()
    receipt = read_receipt(touched, file="r.json")
    _, differs = replay(FRAME, receipt, file="frame.csv", receipt_file="r.json")
    assert part in [one.values["part"] for one in differs]


def without(key: str) -> bytes:
    return json.dumps({k: v for k, v in json.loads(RECEIPT).items() if k != key}).encode()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "receipt.unreadable"),
        (b"\xff", "receipt.unreadable"),
        (b'{"seed": 1}', "receipt.unreadable"),
        (b"[" * 100_000, "receipt.unreadable"),
        (b" " * (MAX_BYTES + 1), "receipt.unreadable"),
        (b"[]", "yaml.not_a_mapping"),
        (RECEIPT.replace(b"parindex.draw/1", b"parindex.draw/2"), "receipt.other"),
        (without("plan"), "yaml.missing_key"),
        (without("seed"), "yaml.missing_key"),
        (RECEIPT.replace(b'"counts"', b'"count"'), "yaml.missing_key"),
    ],
)
def test_what_is_no_receipt_is_refused(content: bytes, code: str):
    with pytest.raises(UnusableInputError) as caught:
        read_receipt(content, file="r.json")
    assert code in [one.code for one in caught.value.problems]


def test_a_seed_of_nothing_is_refused():
    with pytest.raises(UnusableInputError, match="seed"):
        drawn(FRAME, PLAN, "  ")
