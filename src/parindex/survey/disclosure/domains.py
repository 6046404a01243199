"""Which domains of estimates stay blank: the small ones, and what would give them away."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np

from parindex.survey.disclosure.protection import protect
from parindex.survey.disclosure.release import Key, release_of
from parindex.survey.estimation.numbering import BoolArray
from parindex.survey.estimation.responses import Responses


def hidden_domains(
    responses: Responses,
    there: BoolArray,
    tables: Iterable[tuple[str, ...]],
    *,
    suppress_below: int,
    always: Collection[Key] = (),
) -> frozenset[str]:
    """The domains that are blank when all tables are published together, as ``column=value;…``.

    ``there`` marks the rows that are counted; each of ``tables`` names the columns that it is
    broken down by. Whoever is left must be unsure of a small count by as many as it takes to be
    no longer small. Raises UnusableInputError as :func:`protect` and :func:`release_of` do.
    """
    tables = list(tables)
    rows = np.flatnonzero(there)
    columns: dict[str, list[str]] = {}
    for name in sorted({name for by in tables for name in by}):
        categories = responses.columns[name].categories
        # A row without a category is of no domain, but a sum tells of it: it is one of its own.
        names = (*categories.names, "")
        columns[name] = [names[int(code)] for code in categories.codes[rows]]
    release = release_of(columns or {"": [""] * len(rows)}, tables)
    blank = protect(release, suppress_below=suppress_below, width=suppress_below, always=always)
    return frozenset(
        ";".join(f"{name}={dict(key)[name]}" for name in by)
        for by in tables
        for key in blank
        if {name for name, _ in key} == set(by)
    )
