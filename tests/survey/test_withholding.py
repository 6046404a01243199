from dataclasses import replace

import numpy as np
from survey.sipas import INSTRUMENT, ITEMS, plain, responses

from parindex.survey.satisfaction.indices import satisfaction
from parindex.survey.satisfaction.instrument import Measure
from parindex.survey.satisfaction.withholding import withheld

SIZES = {"a": 60, "b": 40, "c": 25, "d": 8}
UNITS = [unit for unit, n in SIZES.items() for _ in range(n)]


def test_a_small_unit_is_blank_with_one_that_protects_it():
    of = responses({**dict.fromkeys(ITEMS, ["4"] * len(UNITS)), "unit": UNITS})
    made = withheld(INSTRUMENT, of, [(), ("unit",)], suppress_below=10)
    assert set(made.domains.values()) == {frozenset({"unit=c", "unit=d"})}
    rows = satisfaction(INSTRUMENT, of, plain(of.n_rows), by=[(), ("unit",)], confidence=0.95)
    hidden = {one.domain for one in rows if made.hides(one)}
    assert hidden == {"unit=c", "unit=d"}


def test_an_item_that_few_answered_takes_the_means_it_is_in_with_it():
    # Of unit b only six answered whether the result was right; of the others everyone did.
    few = [
        None if unit == "b" and at % 40 > 5 else "9" if unit == "d" else "5"
        for at, unit in enumerate(UNITS)
    ]
    of = responses(
        {
            **dict.fromkeys(ITEMS, ["4"] * len(UNITS)),
            "result": few,
            "unit": ["a" if one == "d" else one for one in UNITS],
        }
    )
    made = withheld(INSTRUMENT, of, [(), ("unit",)], suppress_below=10)
    assert made.domains[Measure.ITEM, "seats"] == frozenset()
    blank = made.domains[Measure.ITEM, "result"]
    assert "unit=b" in blank
    assert len(blank) == 2
    assert made.domains[Measure.FACTOR, "officials"] == frozenset()
    assert made.domains[Measure.FACTOR, "results"] == blank
    assert made.domains[Measure.OVERALL, ""] == blank


def test_the_whole_is_blank_where_few_answered_at_all():
    of = responses(dict.fromkeys(ITEMS, ["4"] * 7))
    made = withheld(INSTRUMENT, of, [()], suppress_below=10)
    assert set(made.domains.values()) == {frozenset({""})}


def test_a_person_of_no_unit_is_no_secret():
    units = [*UNITS[:125], *[None] * 8]
    of = responses({**dict.fromkeys(ITEMS, ["4"] * 133), "unit": units})
    made = withheld(replace(INSTRUMENT, composites=()), of, [(), ("unit",)], suppress_below=10)
    # Eight without a unit are what the total shows beside the units: a category like any other.
    assert made.domains[Measure.ITEM, "seats"] == frozenset({"unit=", "unit=c"})
    assert np.unique(of.columns["unit"].categories.codes).tolist() == [-1, 0, 1, 2]
