"""Whole numbers for what repeats: the categories of cells, and their combinations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.intp]
BoolArray: TypeAlias = NDArray[np.bool_]


def renumbered(keys: IntArray, n_keys: int) -> tuple[IntArray, IntArray]:
    """Keys of 0 to ``n_keys`` - 1 as the numbers 0, 1, … of those that occur, order kept.

    Gives the number of each key and the key of each number. Linear where the keys are dense.

    >>> numbers, keys = renumbered(np.array([7, 2, 7]), 9)
    >>> numbers.tolist(), keys.tolist()
    ([1, 0, 1], [2, 7])
    """
    if n_keys > 8 * len(keys) + 1024:
        occurring, numbers = np.unique(keys, return_inverse=True)
        return numbers.astype(np.intp, copy=False), occurring
    seen = np.zeros(n_keys, dtype=bool)
    seen[keys] = True
    occurring = np.flatnonzero(seen)
    number_of = np.empty(n_keys, dtype=np.intp)
    number_of[occurring] = np.arange(len(occurring))
    return number_of[keys], occurring


def crossed_numbers(columns: Sequence[tuple[IntArray, int]]) -> tuple[IntArray, IntArray]:
    """The combinations of columns that occur as the numbers 0, 1, …, those of the first ahead.

    ``columns`` hold codes from 0 to below a size each. Gives the number of each row, and the
    codes of each combination: shape (combinations, columns). What does not occur takes no room,
    however many combinations there could be.

    >>> numbers, codes = crossed_numbers([(np.array([1, 0, 1]), 2), (np.array([5, 0, 5]), 9)])
    >>> numbers.tolist(), codes.tolist()
    ([1, 0, 1], [[0, 0], [1, 5]])
    """
    (codes, size), *others = columns
    numbers, occurring = renumbered(codes, size)
    combinations = occurring[:, None]
    for codes, size in others:
        numbers, occurring = renumbered(numbers * size + codes, len(combinations) * size)
        before, code = np.divmod(occurring, size)
        combinations = np.column_stack([combinations[before], code])
    return numbers, combinations


def first_rows(numbers: NDArray[np.integer[Any]], n_numbers: int) -> IntArray:
    """The first row in which each of the numbers 0 to ``n_numbers`` - 1 occurs."""
    rows = np.empty(n_numbers, dtype=np.intp)
    rows[numbers[::-1]] = np.arange(len(numbers) - 1, -1, -1)
    return rows


def summed(numbers: IntArray, values: FloatArray | None, n_numbers: int) -> FloatArray:
    """The sum of values a row by number; without values how many rows have the number."""
    return np.bincount(numbers, values, minlength=n_numbers).astype(float, copy=False)
