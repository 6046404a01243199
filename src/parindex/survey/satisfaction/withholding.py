"""Which satisfaction indices stay blank: the small ones, and what would give them away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from parindex.survey.disclosure.protection import Thresholds, protect
from parindex.survey.disclosure.release import Key, release_of
from parindex.survey.estimation.numbering import IntArray
from parindex.survey.estimation.responses import Responses
from parindex.survey.satisfaction.indices import SatisfactionIndex
from parindex.survey.satisfaction.instrument import Instrument, Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """For every item, factor, part and the whole, the domains in which it is blank.

    Keys are measure and id, as in an index.
    """

    domains: dict[tuple[Measure, str], frozenset[str]]

    def hides(self, index: SatisfactionIndex) -> bool:
        """Whether an index is blank."""
        return index.domain in self.domains[index.measure, index.of]


def withheld(
    instrument: Instrument,
    responses: Responses,
    by: Sequence[tuple[str, ...]],
    thresholds: Thresholds,
    *,
    always: Collection[Key] = (),
) -> Withheld:
    """What is blank of the tables by ``by`` when all of them are published together.

    An item is blank where few answered it, and where its other numbers would tell how many; a
    mean of items wherever one of them is, since the others would leave it.
    """
    names = sorted({name for one in by for name in one})
    # Most items are answered by the same people: their tables need protecting once.
    known: dict[bytes, frozenset[str]] = {}
    domains: dict[tuple[Measure, str], frozenset[str]] = {}
    for item in instrument.items:
        categories = responses.columns[item.id].categories
        counts = np.array([*(name in item.worth for name in categories.names), False])
        there = counts[categories.codes]
        alike = there.tobytes()
        if alike not in known:
            rows = np.flatnonzero(there)
            columns = {name: _texts(responses, name, rows) for name in names}
            columns = columns or {"": [""] * len(rows)}
            made = protect(release_of(columns, by), thresholds, always=always)
            known[alike] = frozenset(
                ";".join(f"{name}={dict(key)[name]}" for name in one)
                for one in by
                for key in made.suppressed
                if {name for name, _ in key} == set(one)
            )
        domains[Measure.ITEM, item.id] = known[alike]
    for composite in instrument.composites:
        of_items = (domains[Measure.ITEM, id_] for id_ in composite.shares)
        domains[composite.measure, composite.id] = frozenset().union(*of_items)
    return Withheld(domains=domains)


def _texts(responses: Responses, name: str, rows: IntArray) -> list[str]:
    categories = responses.columns[name].categories
    # A row without the category is of no part; it is one of its own here, to be told from others.
    names = (*categories.names, "")
    return [names[int(code)] for code in categories.codes[rows]]
