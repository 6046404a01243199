"""A reader who wants the suppressed numbers: knows every table, every category, and the rules.

Written apart from the product: it knows no sums between tables, only that every published cell
counts people of some combination of all categories, and asks linear programming how many there
can be at least and at most.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import product
from math import ceil, floor

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import block_diag, csr_array

Shown = dict[str, str]


def attack(
    domains: Mapping[str, Sequence[str]],
    nested: Mapping[str, str],
    inside: Mapping[str, Mapping[str, str]],
    cells: Mapping[tuple[tuple[str, str], ...], int | None],
    tables: Sequence[Collection[str]],
    at_least: int = 1,
) -> dict[tuple[tuple[str, str], ...], tuple[int, int]]:
    """The least and greatest count of each suppressed cell (None in ``cells``).

    ``inside`` says in which coarser category each finer one lies; cells by a finer dimension
    name the coarser too, as a table by communes names their provinces.
    """
    dims = list(domains)
    people = [
        dict(zip(dims, combination, strict=True))
        for combination in product(*(domains[dim] for dim in dims))
    ]
    people = [
        one
        for one in people
        if all(inside[finer][one[finer]] == one[coarser] for finer, coarser in nested.items())
        # A combination without a row in a table is nobody's.
        and all(any(fits(one, cell) for cell in cells if {d for d, _ in cell} >= set(table)) for table in tables)
    ]  # fmt: skip
    known = {cell: n for cell, n in cells.items() if n is not None}
    hidden = [cell for cell, n in cells.items() if n is None]
    row = {cell: np.array([float(fits(one, cell)) for one in people]) for cell in cells}
    if not hidden:
        return {}
    equal = csr_array(np.array([row[cell] for cell in known] or [np.zeros(len(people))]))
    total = np.array([float(n) for n in known.values()] or [0.0])
    # What is suppressed is a row of its table, so somebody is in it.
    less = csr_array(-np.array([row[cell] for cell in hidden]))
    goals = [sign * row[cell] for cell in hidden for sign in (1, -1)]
    found = linprog(
        np.concatenate(goals),
        A_eq=block_diag([equal] * len(goals), format="csr"),
        b_eq=np.tile(total, len(goals)),
        A_ub=block_diag([less] * len(goals), format="csr"),
        b_ub=np.full(len(goals) * len(hidden), -float(at_least)),
        bounds=(0, float(10 * sum(total) + 1_000)),
        method="highs",
    )
    assert found.success, found.message
    values = [
        float(goal @ part)
        for goal, part in zip(goals, found.x.reshape(len(goals), -1), strict=True)
    ]
    return {
        cell: (ceil(least - 1e-6), floor(-most + 1e-6))
        for cell, least, most in zip(hidden, values[::2], values[1::2], strict=True)
    }


def fits(person: Mapping[str, str], cell: tuple[tuple[str, str], ...]) -> bool:
    return all(person[dim] == category for dim, category in cell)
