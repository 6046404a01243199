"""Two rounds side by side, against what can be said from their own tables."""

import random
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
import seasons
from rounds import ROUND, files, item, row, score

from parindex.criteria.catalogue import Catalogue
from parindex.criteria.diff import Kind
from parindex.errors import UnusableInputError
from parindex.improvement.comparison import compare
from parindex.improvement.continuity import AreaContinuity, Basis, ItemContinuity, Mergers
from parindex.improvement.differences import Comparison, Figures, GroupComparison
from parindex.scoring.change import Direction
from parindex.scoring.files import FolderFiles
from parindex.scoring.folder import read_folder
from parindex.scoring.run import IndexRun, score_index
from parindex.scoring.trace import Marker
from parindex.units.lineage import Link, Part, trace

F = Fraction
GIVEN = "{shape: given}"
CLASSES = """\
classes:
  - {id: good, name: {vi: "Tốt"}, from: 80}
  - {id: fair, name: {vi: "Khá"}, from: 50}
  - {id: weak, name: {vi: "Yếu"}, from: 0}
"""


def run(
    points: Mapping[str, str],
    *,
    areas: Mapping[str, Iterable[str]] | None = None,
    entries: Iterable[str] = (),
    ranked: str = "yes",
    tables: Mapping[str, str] | None = None,
    tail: str = CLASSES,
    **policies: str,
) -> IndexRun:
    """A round of units with one item of 10 points, or with the areas and entries given."""
    return score(
        files(
            areas or {"1": [item("1.1.1", "10", GIVEN)]},
            entries=entries or [row(u, "1.1.1", points=p) for u, p in points.items()],
            units=[f"{u},Đơn vị {u},so,{ranked}" for u in points],
            tail=tail,
            tables=tables,
            **policies,
        )
    )


def only(found: Comparison) -> GroupComparison:
    (group,) = found.groups
    return group


def test_a_unit_in_both_rounds_is_compared_with_itself():
    before = run({"a": "8", "b": "7.5", "c": "4", "d": "9"})
    after = run({"a": "8", "b": "9.25", "c": "3.9", "e": "5"})
    found = compare(before, after)
    group = only(found)
    assert (found.before, found.after, found.official) == ("thu", "thu", True)
    told = {one.unit: one for one in group.units}
    assert [one.unit for one in group.units] == ["b", "a", "e", "c"]
    b = told["b"]
    assert b.basis is Basis.SAME
    assert b.before == Figures(index=F(75), rank=3, classification="fair")
    assert b.after == Figures(index=F("92.5"), rank=1, classification="good")
    assert (b.change, b.rank_change, b.class_change) == (F("17.5"), 2, 1)
    assert b.direction is Direction.UP
    assert told["a"].direction is Direction.UNCHANGED
    assert (told["a"].change, told["a"].rank_change, told["a"].class_change) == (F(0), 0, 0)
    assert (told["c"].change, told["c"].direction) == (F(-1), Direction.DOWN)
    e = told["e"]
    assert (e.basis, e.before, e.change, e.rank_change, e.class_change) == (
        *(Basis.NEW, Figures(), None, None, None),
    )
    assert e.direction is Direction.NOT_COMPARABLE
    assert e.areas == ()
    assert group.directions() == {
        Direction.UP: 1,
        Direction.DOWN: 1,
        Direction.UNCHANGED: 1,
        Direction.NOT_COMPARABLE: 1,
    }
    (gone,) = group.gone
    assert (gone.unit, gone.name, gone.moved_to, gone.successors) == ("d", "Đơn vị d", "", ())
    assert gone.before.index == 90


def test_the_mean_of_a_group_and_that_of_its_lasting_units_are_two_figures():
    group = only(compare(run({"a": "8", "b": "2"}), run({"a": "9", "c": "8"})))
    assert (group.figures_before.mean, group.figures_after.mean) == (F(50), F(85))
    assert (group.figures_before.least, group.figures_after.greatest) == (F(20), F(90))
    assert (group.mean_change, group.matched_mean, group.n_matched) == (F(35), F(10), 1)
    assert (group.figures_before.n_units, group.figures_before.n_ranked) == (2, 2)
    nobody = only(compare(run({"a": "8"}, ranked="no"), run({"b": "9"}, ranked="no")))
    assert (nobody.mean_change, nobody.matched_mean, nobody.n_matched) == (None, None, 0)
    assert nobody.figures_before.least is nobody.figures_after.greatest is None


def test_the_greatest_rises_and_falls_come_first_and_ties_together():
    before = run(dict.fromkeys("abcdef", "5"))
    after = run({"a": "6", "b": "7", "c": "7", "d": "5", "e": "4", "f": "1"})
    group = only(compare(before, after))
    assert [one.unit for one in group.rises(1)] == ["b", "c"]
    assert [one.unit for one in group.rises(2)] == ["b", "c"]
    assert [one.unit for one in group.rises(9)] == ["b", "c", "a"]
    assert [one.unit for one in group.falls(1)] == ["f"]
    assert [one.unit for one in group.falls(5)] == ["f", "e"]
    assert group.rises(0) == ()


def test_items_are_matched_by_id_and_what_has_no_counterpart_is_said():
    before = run(
        {"a": ""},
        areas={
            "1": [item("1.1.1", "2", GIVEN), item("1.1.2", "3", GIVEN), item("1.1.3", "1", GIVEN)]
        },
        entries=[
            row("a", "1.1.1", points="1"),
            row("a", "1.1.2", points="3"),
            row("a", "1.1.3", points="1"),
        ],
    )
    moved = item("1.1.1", "2", GIVEN).replace("Mục", "Điều").replace('"1.1.1"', '"1.1.2"', 1)
    larger = item("1.1.2", "4", GIVEN).replace('"1.1.2"', '"1.1.3"', 1)
    after = run(
        {"a": ""},
        areas={"1": [item("1.1.1", "5", GIVEN).replace("i-1-1-1", "i-new"), moved, larger]},
        entries=[
            row("a", "1.1.1", points="5"),
            row("a", "1.1.2", points="1.5"),
            row("a", "1.1.3", points="3"),
        ],
    )
    group = only(compare(before, after))
    told = {one.continues.id: one for one in group.items("a")}
    assert list(told) == ["i-new", "i-1-1-1", "i-1-1-2", "i-1-1-3"]
    same = told["i-1-1-1"]
    # The code and the words moved; how points arise did not.
    assert same.continues.changed == ("code", "name.vi")
    assert same.continues.alike
    assert same.before == (Decimal(1), Decimal(2), Marker.SCORED)
    assert same.after == (Decimal("1.5"), Decimal(2), Marker.SCORED)
    assert (same.change, same.share_change) == (Decimal("0.5"), F(1, 4))
    other = told["i-1-1-2"]
    assert "max_points" in other.continues.changed
    assert not other.continues.alike
    assert (other.change, other.share_change) == (None, F(-1, 4))
    new, gone = told["i-new"], told["i-1-1-3"]
    assert (new.continues.before, new.before, new.change, new.share_change) == (*[None] * 4,)
    assert (gone.continues.after, gone.after, gone.change, gone.share_change) == (*[None] * 4,)
    assert not new.continues.alike
    assert not gone.continues.alike
    assert {(one.part, one.kind) for one in group.rules} >= {
        ("item i-new", Kind.ADDED),
        ("item i-1-1-3", Kind.REMOVED),
    }
    with pytest.raises(LookupError):
        group.items("nobody")


def test_the_rule_of_an_item_decides_whether_its_points_mean_the_same():
    continues = ItemContinuity(id="x", before="1", after="1", changed=("rule.steps[1].from",))
    assert not continues.alike
    assert ItemContinuity(id="x", before="1", after="2", changed=("law.at", "name.en")).alike


@pytest.mark.parametrize("unknown", [{"not_applicable": "yes", "reason": "x"}, None])
def test_what_did_not_apply_or_is_missing_is_not_compared(unknown: dict[str, str] | None):
    areas = {"1": [item("1.1.1", "2", GIVEN), item("1.1.2", "3", GIVEN)]}
    before = run(
        {"a": ""},
        areas=areas,
        entries=[row("a", "1.1.1", points="1"), row("a", "1.1.2", points="3")],
    )
    after = score(
        files(
            areas,
            entries=[
                row("a", "1.1.2", points="3"),
                *([row("a", "1.1.1", **unknown)] if unknown else []),
            ],
            units=["a,Đơn vị a,so,yes"],
            incomplete="zero",
        )
    )
    first, second = only(compare(before, after)).items("a")
    assert (first.change, first.share_change) == (None, None)
    assert (second.change, second.share_change) == (Decimal(0), F(0))


def test_an_area_continues_that_of_its_code_and_name_or_what_is_said():
    before = run(
        {"a": ""},
        areas={"1": [item("1.1.1", "2", GIVEN)], "2": [item("2.1.1", "2", GIVEN)]},
        entries=[row("a", "1.1.1", points="1"), row("a", "2.1.1", points="2")],
    )
    renamed = files(
        {"1": [item("1.1.1", "2", GIVEN)], "2": [item("2.1.1", "2", GIVEN)]},
        entries=[row("a", "1.1.1", points="1.5"), row("a", "2.1.1", points="1")],
        units=["a,Đơn vị a,so,yes"],
    )
    text = renamed.contents["rulebook/so.yaml"].decode()
    text = text.replace("Lĩnh vực 2", "Chế độ công vụ")
    after = score(type(renamed)("round", {**renamed.contents, "rulebook/so.yaml": text.encode()}))
    group = only(compare(before, after))
    assert group.area_continuity == (
        AreaContinuity(before="1", after="1"),
        AreaContinuity(before=None, after="2"),
        AreaContinuity(before="2", after=None),
    )
    one, new, gone = group.units[0].areas
    assert (one.before.index, one.after.index, one.change) == (F(50), F(75), F(25))
    assert (one.before.rank, one.after.rank, one.rank_change) == (1, 1, 0)
    assert (new.before, new.after.index, new.change, new.rank_change) == (
        *(Figures(), F(50), None, None),
    )
    assert (gone.before.index, gone.after, gone.change) == (F(100), Figures(), None)
    said = only(compare(before, after, areas={"so": {"1": "1", "2": "2"}}))
    assert [each.change for each in said.units[0].areas] == [25, -50]


def test_classes_are_counted_only_where_both_sets_have_the_same():
    before = run({"a": "9"})
    other = CLASSES.replace("id: fair", "id: middling")
    assert only(compare(before, run({"a": "6"}, tail=other))).units[0].class_change is None
    assert only(compare(before, run({"a": "1"}))).units[0].class_change == -2


# ---- mergers

LINEAGE = trace(
    [
        Link(predecessor="a", successor="ab", part=Part.WHOLE, source="s"),
        Link(predecessor="b", successor="ab", part=Part.WHOLE, source="s"),
        Link(predecessor="c", successor="c1", part=Part.PART, source="s"),
        Link(predecessor="c", successor="c2", part=Part.PART, source="s"),
        Link(predecessor="x", successor="y", part=Part.WHOLE, source="s"),
        # Two steps back, through a unit that no round measured; and told twice.
        Link(predecessor="a", successor="m", part=Part.WHOLE, source="s"),
        Link(predecessor="m", successor="n", part=Part.WHOLE, source="s"),
        Link(predecessor="m", successor="o", part=Part.WHOLE, source="s"),
        Link(predecessor="n", successor="p", part=Part.WHOLE, source="s"),
        Link(predecessor="o", successor="p", part=Part.UNKNOWN, source="s"),
        Link(predecessor="a", successor="p", part=Part.WHOLE, source="t"),
        # Parted and joined again.
        Link(predecessor="m", successor="q", part=Part.WHOLE, source="s"),
        Link(predecessor="n", successor="r", part=Part.WHOLE, source="s"),
        Link(predecessor="q", successor="r", part=Part.WHOLE, source="s"),
    ]
)


def merged(mergers: Mergers, weights: Mapping[str, Decimal | int] | None = None) -> Comparison:
    before = run({"a": "8", "b": "5", "c": "6"})
    after = run({"ab": "7", "c1": "6", "y": "5", "z": "4", "n": "9", "p": "3", "r": "2"})
    return compare(before, after, mergers=mergers, lineage=LINEAGE, weights=weights)


def basis(found: Comparison) -> dict[str, Basis]:
    return {one.unit: one.basis for one in only(found).units}


def test_a_merged_unit_is_not_compared_unless_a_policy_is_named():
    found = merged(Mergers.NONE)
    assert found.official
    assert basis(found) == {
        "ab": Basis.MERGED,
        "c1": Basis.MERGED,
        "y": Basis.MERGED,
        "z": Basis.NEW,
        "n": Basis.MERGED,
        "p": Basis.MERGED,
        "r": Basis.MERGED,
    }
    told = {one.unit: one for one in only(found).units}
    assert told["ab"].ancestors == ("a", "b")
    assert told["p"].ancestors == ("a",)
    assert all(one.change is None and one.areas == () for one in told.values())
    assert {one.unit: one.successors for one in only(found).gone} == {
        "a": ("ab", "m", "p"),
        "b": ("ab",),
        "c": ("c1", "c2"),
    }


def test_the_mean_of_ancestors_is_a_choice_and_no_official_figure():
    found = merged(Mergers.MEAN_OF_ANCESTORS)
    assert not found.official
    assert basis(found) == {
        "ab": Basis.ANCESTORS,
        "c1": Basis.PARTLY,
        "y": Basis.UNMEASURED,
        "z": Basis.NEW,
        "n": Basis.ANCESTORS,
        "p": Basis.PARTLY,
        "r": Basis.ANCESTORS,
    }
    told = {one.unit: one for one in only(found).units}
    assert told["ab"].before == Figures(index=F(65))
    assert (told["ab"].change, told["ab"].rank_change, told["ab"].class_change) == (
        F(5),
        None,
        None,
    )
    assert told["n"].change == 10
    # What stands on ancestors is in no list of rises and in no matched mean.
    assert only(found).rises(5) == ()
    assert only(found).n_matched == 0
    with pytest.raises(LookupError):
        only(found).items("ab")


def test_ancestors_are_weighted_where_all_their_weights_are_known():
    found = merged(Mergers.WEIGHTED_MEAN, {"a": 3, "b": Decimal(1)})
    told = {one.unit: one for one in only(found).units}
    assert told["ab"].before.index == F(725, 10)
    assert told["n"].before.index == 80
    partly = merged(Mergers.WEIGHTED_MEAN, {"a": 3, "b": 0})
    assert basis(partly)["ab"] is Basis.UNWEIGHTED
    assert basis(partly)["n"] is Basis.ANCESTORS


def test_a_policy_without_its_data_is_refused():
    before, after = run({"a": "8"}), run({"b": "8"})
    with pytest.raises(UnusableInputError) as caught:
        compare(before, after, mergers=Mergers.WEIGHTED_MEAN)
    assert [one.code for one in caught.value.problems] == [
        "comparison.no_lineage",
        "comparison.no_weights",
    ]


def test_a_unit_that_the_later_round_declares_not_comparable_is_not_compared():
    after = run(
        {"a": "9", "b": "9"},
        tables={"previous.csv": "unit,index,rank,group,comparable\na,80,1,,no\nb,80,1,,yes\n"},
    )
    found = compare(run({"a": "8", "b": "8"}), after)
    assert basis(found) == {"a": Basis.DECLARED, "b": Basis.SAME}


# ---- groups

TWO = ROUND.replace(
    "  so: {{rulebook: rulebook/so.yaml}}",
    "  so: {{rulebook: rulebook/so.yaml}}\n  xa: {{rulebook: rulebook/xa.yaml}}",
)


def two_groups(of: Mapping[str, str], *, index: str = "par-index") -> IndexRun:
    """A round of two groups; units by their group."""
    made = files(
        {"1": [item("1.1.1", "10", GIVEN)]},
        entries=[row(u, "1.1.1", points="5") for u in of],
        units=[f"{u},Đơn vị {u},{group},yes" for u, group in of.items()],
    )
    book = made.contents["rulebook/so.yaml"].decode()
    told = TWO.format(incomplete="refuse")
    contents = {
        **made.contents,
        "round.yaml": told.replace("index: par-index", f"index: {index}").encode(),
        "rulebook/so.yaml": book.replace("index: par-index", f"index: {index}").encode(),
        "rulebook/xa.yaml": book.replace("group: so", "group: xa")
        .replace("index: par-index", f"index: {index}")
        .encode(),
    }
    return score(type(made)("round", contents))


def test_groups_are_matched_by_name_or_as_said_and_the_others_are_named():
    one = run({"a": "5"})
    both = two_groups({"a": "so", "b": "xa"})
    found = compare(one, both)
    assert [(each.before, each.after) for each in found.groups] == [("so", "so")]
    assert (found.only_before, found.only_after) == ((), ("xa",))
    assert compare(both, one).only_before == ("xa",)
    said = compare(both, both, groups={"so": "xa"})
    assert [(each.before, each.after) for each in said.groups] == [("xa", "so")]
    assert (said.only_before, said.only_after) == (("so",), ("xa",))
    # Each unit is in the other group of the other side: nothing is compared but the groups.
    assert basis(said) == {"a": Basis.OTHER_GROUP}
    assert only(said).mean_change == 0


def test_a_unit_that_changed_its_group_is_not_compared_and_named_on_both_sides():
    found = compare(two_groups({"a": "so", "b": "xa"}), two_groups({"a": "xa", "b": "xa"}))
    so, xa = found.groups
    assert [(one.unit, one.moved_to) for one in so.gone] == [("a", "xa")]
    assert {one.unit: one.basis for one in xa.units} == {"a": Basis.OTHER_GROUP, "b": Basis.SAME}


def test_ancestors_of_another_group_are_not_compared():
    lineage = trace([Link(predecessor="a", successor="c", part=Part.WHOLE, source="s")])
    found = compare(
        two_groups({"a": "so", "b": "xa"}),
        two_groups({"c": "xa", "b": "xa"}),
        mergers=Mergers.MEAN_OF_ANCESTORS,
        lineage=lineage,
    )
    xa = found.groups[1]
    assert {one.unit: one.basis for one in xa.units}["c"] is Basis.OTHER_GROUP


def test_two_indices_and_strange_groups_are_refused():
    one = run({"a": "5"})
    other = two_groups({"a": "so"}, index="sipas")
    with pytest.raises(UnusableInputError) as caught:
        compare(one, other, groups={"so": "huyen", "xa": "so"})
    assert caught.value.say("en") == [
        "the two rounds are of different indices; expected one and the same index; "
        "got “par-index” and “sipas”; fix: choose two rounds of one index",
        "round “thu” has no group “huyen”; expected one of so; got “huyen”; "
        "fix: mend the name of the group to compare",
    ]


def test_strange_areas_are_refused():
    one = run({"a": "5"})
    with pytest.raises(UnusableInputError) as caught:
        compare(one, one, areas={"so": {"77": "1", "1": "99"}, "zz": {"1": "1"}})
    assert [problem.code for problem in caught.value.problems] == [
        "comparison.unknown_group", "comparison.unknown_area", "comparison.unknown_area",
    ]  # fmt: skip
    assert caught.value.say("en")[1].startswith("group “so” of round “thu” has no area “77”")


# ---- whole seasons


@pytest.mark.parametrize("seed", range(6))
def test_a_round_against_itself_has_no_change_and_its_table_has_all_of_it(
    seed: int, tmp_path: Path
):
    rng = random.Random(seed)
    flavour = (None, *seasons.FLAVOURS)[seed]
    seasons.write_season(tmp_path, rng, units=12, items=10, groups=2, flavour=flavour)
    opened = read_folder(FolderFiles(tmp_path, Catalogue.of([])))
    made = score_index(opened.round, opened.entries(), problems=opened.problems)
    found = compare(made, made)
    assert [one.after for one in found.groups] == [one.name for one in made.groups]
    for group, scored in zip(found.groups, made.groups, strict=True):
        assert (group.rules, group.gone) == ((), ())
        assert all(one.alike and not one.changed for one in group.item_continuity)
        assert group.rises(3) == group.falls(3) == ()
        assert [one.unit for one in group.units] == [
            scored.units[at].id for at in scored.in_order()
        ]
        for one in group.units:
            assert one.basis in {Basis.SAME, Basis.DECLARED}
            assert one.change in {0, None}
            assert all(area.change in {0, None} for area in one.areas)
            if one.basis is Basis.SAME:
                assert {each.change for each in group.items(one.unit)} <= {0, None}
