"""Which satisfaction indices stay blank: the small ones, and what would give them away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from parindex.survey.disclosure.domains import hidden_domains
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
    *,
    suppress_below: int,
) -> Withheld:
    """What is blank of the tables by ``by`` when all of them are published together.

    An item is blank where few answered it, and where its other numbers would tell how many; a
    mean of items wherever one of them is, since the others would leave it.
    """
    # Most items are answered by the same people: their tables need protecting once.
    known: dict[bytes, frozenset[str]] = {}
    domains: dict[tuple[Measure, str], frozenset[str]] = {}
    for item in instrument.items:
        categories = responses.columns[item.id].categories
        counts = np.array([*(name in item.worth for name in categories.names), False])
        there = counts[categories.codes]
        alike = there.tobytes()
        if alike not in known:
            known[alike] = hidden_domains(responses, there, by, suppress_below=suppress_below)
        domains[Measure.ITEM, item.id] = known[alike]
    for composite in instrument.composites:
        of_items = (domains[Measure.ITEM, id_] for id_ in composite.shares)
        domains[composite.measure, composite.id] = frozenset().union(*of_items)
    return Withheld(domains=domains)
