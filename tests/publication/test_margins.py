"""Margins against brute force: the change is applied, the engine computes anew."""

import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
import seasons
from rounds import files, group, item, row

from parindex.criteria.catalogue import Catalogue
from parindex.criteria.model import NotApplicable, RankOn
from parindex.publication.margins import Distance, ItemChange, Margins, UnitMargins
from parindex.publication.seal import seal
from parindex.publication.verify import verify
from parindex.scoring.adjustments import Adjusted
from parindex.scoring.aggregate import Aggregation, SheetResult
from parindex.scoring.files import FolderFiles
from parindex.scoring.folder import read_folder
from parindex.scoring.reach import Reach
from parindex.scoring.run import GroupRun, _overall_ranks, score_index
from parindex.scoring.trace import Marker, Score

GIVEN = "{shape: given}"
CLASSES = """\
classes:
  - {id: top, name: {vi: "Xuất sắc"}, from: 90}
  - {id: good, name: {vi: "Tốt"}, from: 80}
  - {id: fair, name: {vi: "Khá"}, from: 70}
  - {id: weak, name: {vi: "Yếu"}, from: 0}
"""


# ---- brute force: the engine again


def with_points(group_: GroupRun, at: int, points: Fraction) -> GroupRun:
    """The group after a unit gained points outside of every item, past every cap."""
    result = group_.results[at]
    moved = Adjusted(bonus=result.adjusted.bonus + points, deduction=result.adjusted.deduction)
    return again(group_, at, result.scores, moved)


def with_item(group_: GroupRun, at: int, place: int, points: int) -> GroupRun:
    result = group_.results[at]
    before = result.scores[place]
    now = Score(points, before.maximum, Marker.SCORED)
    scores = (*result.scores[:place], now, *result.scores[place + 1 :])
    return again(group_, at, scores, result.adjusted)


def again(group_: GroupRun, at: int, scores: tuple[Score, ...], adjusted: Adjusted) -> GroupRun:
    result = Aggregation(group_.criteria).aggregate(scores, adjusted=adjusted)
    results = (*group_.results[:at], result, *group_.results[at + 1 :])
    ranks = _overall_ranks(group_.criteria, group_.units, results)
    return replace(group_, results=results, ranks=ranks)


def step(group_: GroupRun) -> Fraction:
    return Fraction(1, 10**group_.criteria.policies.points_decimals)


def just_less(distance: Distance) -> Fraction:
    """Points that are not enough, as near to those that are as one likes."""
    return distance.points - Fraction(1, 10**30) if distance.enough else distance.points


def key(group_: GroupRun, result: SheetResult) -> Fraction:
    if group_.criteria.policies.rank_on is RankOn.PUBLISHED:
        assert result.index is not None
        return Fraction(result.index)
    assert result.exact is not None
    return Fraction(*result.exact)


def check_distances(group_: GroupRun, at: int, found: UnitMargins) -> None:
    if found.rise is None:
        assert found.rank == 1
    else:
        gain = found.rise.gain
        assert gain.points >= 0
        for enough in (gain.points, gain.steps * step(group_)):
            assert with_points(group_, at, enough).ranks[at] == found.rise.rank < found.rank
        assert (gain.steps - 1) * step(group_) < gain.points <= gain.steps * step(group_)
        less = with_points(group_, at, just_less(gain))
        assert less.ranks[at] == found.rank
        beside = {group_.units.index(one) for one in group_.units if one.id in found.rise.beside}
        assert {group_.ranks[one] for one in beside} == {found.rise.rank}
        shared = {key(group_, group_.results[one]) for one in beside}
        assert beside == {
            one
            for one, result in enumerate(group_.results)
            if group_.ranks[one] is not None and key(group_, result) in shared
        }
    if found.fall is not None:
        after = with_points(group_, at, -found.fall.steps * step(group_))
        assert (after.ranks[at] or 0) > found.rank
        hair = with_points(group_, at, -found.fall.points - Fraction(1, 10**30))
        assert (hair.ranks[at] or 0) > found.rank
        assert with_points(group_, at, -found.fall.points).ranks[at] == found.rank
        assert not found.fall.enough
    else:
        after = with_points(group_, at, Fraction(-(10**6)))
        assert after.ranks[at] == found.rank
    if found.chaser is not None:
        ids = [one.id for one in group_.units]
        other, gain = ids.index(found.chaser.unit), found.chaser.gain
        own = key(group_, group_.results[at])
        passed = with_points(group_, other, gain.steps * step(group_))
        assert key(group_, passed.results[other]) > own
        almost = with_points(group_, other, just_less(gain))
        assert key(group_, almost.results[other]) <= own
        # Nobody level with it or behind passes with less.
        for rival, rank in enumerate(group_.ranks):
            if rival != at and rank is not None and key(group_, group_.results[rival]) <= own:
                tried = with_points(group_, rival, just_less(gain))
                if rank == group_.ranks[other]:
                    assert key(group_, tried.results[rival]) <= own


def better(group_: GroupRun, one: str, other: str) -> bool:
    order = [each.id for each in group_.criteria.classes]
    return order.index(one) < order.index(other)


def check_change(group_: GroupRun, at: int, place: int, change: ItemChange) -> None:
    after = with_item(group_, at, place, change.points)
    assert after.ranks[at] == change.rank
    assert after.results[at].classification == change.classification


def check_items(group_: GroupRun, at: int, found: UnitMargins) -> None:
    """Every item is tried at every number of points it can reach."""
    told = {one.item: one for one in found.items}
    for place, one in enumerate(group_.criteria.items()):
        now = group_.results[at].scores[place]
        margin = told.get(one.code)
        reach = Reach(one, group_.criteria.policies)
        if now.marker is Marker.NOT_APPLICABLE:
            assert margin is None
            continue
        ladder: list[int] = []
        least = reach.least(now.points + 1)
        while least is not None and len(ladder) < 60:
            ladder.append(least.points)
            least = reach.least(least.points + 1)
        if ladder and least is not None:
            # A fine scale: enough to try around what is said, and the top.
            said = [] if margin is None else [margin.rank, margin.classification]
            near = {each.points + by for each in said if each for by in (-1, 0)}
            around = {reached.points for n in near if (reached := reach.least(n)) is not None}
            ladder = sorted({*ladder, *around, reach.best})
        ladder = [points for points in ladder if points > now.points]
        first_rank = first_class = None
        for points in ladder:
            after = with_item(group_, at, place, points)
            if first_rank is None and (after.ranks[at] or 0) < found.rank:
                first_rank = points
            if first_class is None and after.results[at].classification != found.classification:
                assert better(group_, after.results[at].classification, found.classification)
                first_class = points
        rank = None if margin is None or margin.rank is None else margin.rank.points
        classed = None
        if margin is not None and margin.classification is not None:
            classed = margin.classification.points
        assert (rank, classed) == (first_rank, first_class), (one.code, ladder)
        assert (margin is None) == (first_rank is None and first_class is None)
        if margin is not None:
            assert (margin.points, margin.marker) == (now.points, now.marker)
            assert margin.best.points == reach.best
            for change in (margin.best, margin.rank, margin.classification):
                if change is not None:
                    check_change(group_, at, place, change)


def check(group_: GroupRun) -> int:
    margins = list(Margins(group_))
    ids = [one.id for one in group_.units]
    ranked = [group_.units[at].id for at in group_.in_order() if group_.ranks[at] is not None]
    assert [one.unit for one in margins] == ranked
    for found in margins:
        at = ids.index(found.unit)
        assert found.rank == group_.ranks[at]
        check_distances(group_, at, found)
        check_items(group_, at, found)
        check_class(group_, at, found)
    return len(margins)


def check_class(group_: GroupRun, at: int, found: UnitMargins) -> None:
    order = [one.id for one in group_.criteria.classes]
    result = group_.results[at]
    assert found.classification == result.classification
    if not order or result.classification == order[0]:
        assert found.next_class is None
        return
    assert found.next_class is not None
    above = order.index(result.classification) - 1
    assert found.next_class.id == order[above]
    applying = group_.ceilings(at)
    held = [one for one in applying if order.index(one.at_most) > above]
    assert [one.ceiling for one in found.next_class.held_by] == held
    gain = found.next_class.gain
    assert gain is not None
    after = with_points(group_, at, gain.points)
    free = order[above] if not held else result.classification
    assert order.index(after.results[at].classification) <= order.index(free)
    if gain.points:
        less = with_points(group_, at, just_less(gain)).results[at]
        assert order.index(less.classification) > above


@pytest.mark.parametrize("seed", range(18))
def test_what_is_said_comes_true_and_a_step_less_does_not(seed: int, tmp_path: Path):
    flavour = (None, *seasons.FLAVOURS)[seed % (len(seasons.FLAVOURS) + 1)]
    rng = random.Random(seed)
    seasons.write_season(
        tmp_path, rng, units=7, items=9, groups=2, flavour=flavour, ties=seed % 3 == 0
    )
    opened = read_folder(FolderFiles(tmp_path, Catalogue.of([])))
    run = score_index(opened.round, opened.entries(), problems=opened.problems)
    for one in run.groups:
        for rank_on in RankOn:
            policies = replace(one.criteria.policies, rank_on=rank_on)
            criteria = replace(one.criteria, policies=policies)
            ranks = _overall_ranks(criteria, one.units, one.results)
            check(replace(one, criteria=criteria, ranks=ranks))


# ---- worked cases


def points(*given: str, **policies: str) -> GroupRun:
    """Units u1, u2, … with one item of 10 points each."""
    names = [f"u{at}" for at in range(1, len(given) + 1)]
    return group(
        files(
            {"1": [item("1.1.1", "10", GIVEN)]},
            entries=[row(u, "1.1.1", points=p) for u, p in zip(names, given, strict=True)],
            units=[f"{u},Sở {u},so,yes" for u in names],
            tail=CLASSES,
            **policies,  # type: ignore[arg-type]
        )
    )


def test_the_published_index_is_reached_half_a_step_early():
    first, second = Margins(points("9", "8.5"))
    # 90.00 is shown from 89.995 on: 8.9995 points of 10.
    assert second.rise is not None
    assert second.rise.rank == 1
    assert second.rise.beside == ("u1",)
    assert second.rise.gain == Distance(points=Fraction("0.4995"), enough=True, steps=4995)
    assert first.rise is None
    assert first.fall == Distance(points=Fraction("0.5005"), enough=False, steps=5006)
    assert first.chaser is not None
    assert first.chaser.unit == "u2"
    assert first.chaser.gain == Distance(points=Fraction("0.5005"), enough=True, steps=5005)
    assert second.fall is None
    assert second.chaser is None


def test_the_exact_index_is_reached_exactly():
    first, second = Margins(points("9", "8.5", rank_on="exact"))
    assert second.rise is not None
    assert second.rise.gain == Distance(points=Fraction("0.5"), enough=True, steps=5000)
    assert first.fall == Distance(points=Fraction("0.5"), enough=False, steps=5001)
    assert first.chaser is not None
    assert first.chaser.gain == Distance(points=Fraction("0.5"), enough=False, steps=5001)


def test_who_shares_a_rank_falls_with_any_loss_that_shows():
    one, other, last = Margins(points("9", "9", "0"))
    assert one.rise is other.rise is None
    assert one.fall == other.fall == Distance(points=Fraction("0.0005"), enough=False, steps=6)
    assert one.chaser is not None
    assert other.chaser is not None
    assert (one.chaser.unit, other.chaser.unit) == ("u2", "u1")
    assert last.rank == 3
    assert last.fall is None


def test_nobody_passes_the_highest_index_and_nobody_falls_below_none():
    first, second = Margins(points("10", "0"))
    assert first.chaser is None
    assert first.fall is None
    assert second.rise is not None
    assert [one.chaser for one in Margins(points("0", "0", rank_on="exact"))] != [None, None]
    assert [one.fall for one in Margins(points("0", "0", rank_on="exact"))] == [None, None]
    assert next(iter(Margins(points("10", "0", rank_on="exact")))).chaser is None


def test_only_ranked_units_have_margins():
    made = files(
        {"1": [item("1.1.1", "10", GIVEN)]},
        entries=[row("u1", "1.1.1", points="5"), row("u2", "1.1.1", points="6")],
        units=["u1,Sở Một,so,yes", "u2,Sở Hai,so,no"],
    )
    margins = Margins(group(made))
    (only,) = margins
    assert (only.unit, only.rise, only.next_class, only.items) == ("u1", None, None, ())
    with pytest.raises(LookupError):
        margins.of(1)


def held(*entries: str) -> UnitMargins:
    made = files(
        {
            "1": [item("1.1.1", "2", GIVEN), item("1.1.2", "2", "{shape: deduction, each: 0.5}")],
            "2": [item("2.1.1", "16", "{shape: ratio}")],
        },
        entries=entries,
        tail=CLASSES
        + """\
ceilings:
  - {at_most: fair, when: {area_index_below: 50}}
  - {at_most: good, when: {zero_item: "1.1.1"}}
""",
    )
    return Margins(group(made)).of(0)


def test_the_ceilings_that_hold_a_class_down_are_named_with_what_lifts_them():
    # 17.5 of 20 points are 87.5: good by the index, but area 1 stands at 37.5.
    found = held(
        row("u1", "1.1.1", points="1.5"),
        row("u1", "1.1.2", count="5"),
        row("u1", "2.1.1", value="100"),
    )
    assert found.classification == "fair"
    assert found.next_class is not None
    assert found.next_class.id == "good"
    assert found.next_class.gain == Distance(points=Fraction(0), enough=True, steps=0)
    (hold,) = found.next_class.held_by
    assert hold.ceiling.area_index_below == 50
    # 49.995 is shown as 50.00: 1.9998 of 4 points.
    gain = Distance(points=Fraction("0.4998"), enough=True, steps=4998)
    assert hold.areas == (("1", gain),)
    told = {one.item: one for one in found.items}
    assert set(told) == {"1.1.1", "1.1.2"}
    raised = told["1.1.2"].classification
    assert raised is not None
    assert (raised.points, raised.quantity.count, raised.classification) == (5000, 3, "top")
    assert told["1.1.2"].rank is None
    assert told["1.1.2"].best.classification == "top"


def test_an_item_of_no_points_holds_and_only_itself_lets_go():
    found = held(
        row("u1", "1.1.1", points="0"),
        row("u1", "1.1.2", count="0"),
        row("u1", "2.1.1", value="100"),
    )
    # 18 of 20 points are 90.
    assert found.classification == "good"
    assert found.next_class is not None
    (hold,) = found.next_class.held_by
    assert (hold.ceiling.zero_item, hold.areas) == ("1.1.1", ())
    (only,) = found.items
    assert only.item == "1.1.1"
    assert only.classification is not None
    assert only.classification.points == 1
    assert only.classification.classification == "top"


def test_points_elsewhere_do_not_lift_the_ceiling_of_an_item():
    found = held(
        row("u1", "1.1.1", points="0"),
        row("u1", "1.1.2", count="0"),
        row("u1", "2.1.1", value="99.375"),
    )
    # 17.9 of 20: a tenth of a point is missing, and item 2.1.1 has it to give.
    assert found.next_class is not None
    assert found.next_class.gain == Distance(points=Fraction("0.099"), enough=True, steps=990)
    assert [(one.item, one.best.points) for one in found.items] == [("1.1.1", 20000)]


def test_an_item_in_the_way_of_a_second_ceiling_brings_the_class_no_further():
    found = held(
        row("u1", "1.1.1", points="0"),
        row("u1", "1.1.2", count="4"),
        row("u1", "2.1.1", value="100"),
    )
    assert found.classification == "fair"
    assert found.next_class is not None
    assert [one.ceiling.at_most for one in found.next_class.held_by] == ["fair"]
    # Either item alone frees area 1 and makes 90; while 1.1.1 is 0 that is still no more than good.
    raised = {one.item: one.classification for one in found.items}
    assert {code: one and one.classification for code, one in raised.items()} == {
        "1.1.1": "top",
        "1.1.2": "good",
    }


def test_what_two_areas_hold_no_single_item_lifts():
    made = files(
        {"1": [item("1.1.1", "4", GIVEN)], "2": [item("2.1.1", "16", GIVEN)]},
        entries=[row("u1", "1.1.1", points="3.5"), row("u1", "2.1.1", points="15")],
        tail=CLASSES + "ceilings: [{at_most: weak, when: {area_index_below: 95}}]\n",
    )
    (found,) = Margins(group(made))
    assert found.classification == "weak"
    assert found.next_class is not None
    assert found.next_class.gain == Distance(points=Fraction(0), enough=True, steps=0)
    (hold,) = found.next_class.held_by
    assert [code for code, _ in hold.areas] == ["1", "2"]
    assert found.items == ()


def test_an_area_that_counts_in_full_makes_its_items_weigh_more():
    made = files(
        {
            "1": [item("1.1.1", "2", GIVEN), item("1.1.2", "2", GIVEN)],
            "2": [item("2.1.1", "6", GIVEN)],
        },
        entries=[
            row("u1", "1.1.1", not_applicable="yes", reason="x"),
            row("u1", "1.1.2", points="1"),
            row("u1", "2.1.1", points="3"),
            row("u2", "1.1.1", points="2"),
            row("u2", "1.1.2", points="1"),
            row("u2", "2.1.1", points="3"),
        ],
        units=["u1,Sở Một,so,yes", "u2,Sở Hai,so,yes"],
        not_applicable=NotApplicable.RENORMALISE_WITHIN_AREA,
        rank_on="exact",
    )
    _, found = Margins(group(made))
    assert found.rise is not None
    assert found.rise.gain.points == 1
    # A step of item 1.1.2 counts twice, since it alone stands for the area of 4 points.
    changes = {one.item: one.rank for one in found.items}
    assert {code: one and one.points for code, one in changes.items()} == {
        "1.1.2": 15000,
        "2.1.1": 40000,
    }


def test_a_class_that_no_index_reaches_is_said_to_be_so():
    made = files(
        {"1": [item("1.1.1", "10", GIVEN)]},
        entries=[row("u1", "1.1.1", points="10")],
        tail='classes:\n  - {id: never, name: {vi: "Không ai"}, from: 101}\n'
        '  - {id: all, name: {vi: "Mọi người"}, from: 0}\n',
    )
    (found,) = Margins(group(made))
    assert found.next_class is not None
    assert (found.next_class.id, found.next_class.gain) == ("never", None)


def test_a_public_bundle_has_the_margins_of_its_round():
    made = files(
        {"1": [item("1.1.1", "10", GIVEN), item("1.1.2", "10", "{shape: ratio}")]},
        entries=[
            *(row("u1", "1.1.1", points="5"), row("u1", "1.1.2", value="60")),
            *(row("u2", "1.1.1", points="5"), row("u2", "1.1.2", value="75")),
        ],
        units=["u1,Sở Một,so,yes", "u2,Sở Hai,so,yes"],
        tail=CLASSES,
    )
    opened = read_folder(made)
    run = score_index(opened.round, opened.entries(), problems=opened.problems)
    _, again_ = verify(seal(opened, run, public=True).to_bytes(), file="x.zip")
    assert [list(Margins(one)) for one in again_.groups] == [
        list(Margins(one)) for one in run.groups
    ]
