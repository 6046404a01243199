"""Hadamard matrices: half-samples that balance one another (Plackett and Burman 1946)."""

from __future__ import annotations

import numpy as np

from parindex.survey.estimation.numbering import BoolArray, IntArray


def hadamard(order: int) -> BoolArray | None:
    """A Hadamard matrix of ``order`` as truth values, or None where none is constructed here.

    By Sylvester's doubling and Paley's two constructions over prime fields, which together miss
    few orders; the first row is all true. Any two different rows agree in half of their places.
    """
    if order == 1:
        return np.ones((1, 1), dtype=bool)
    if order == 2 or order % 8 == 0 or order == 4:
        half = hadamard(order // 2)
        if half is not None:
            return np.block([[half, half], [half, ~half]])
    if order % 4:
        return None
    if _is_prime(order - 1):
        return _first_paley(order - 1)
    if order % 8 == 4 and _is_prime(order // 2 - 1):
        return _second_paley(order // 2 - 1)
    return None


def least_hadamard(n: int) -> BoolArray:
    """The smallest matrix constructed here that has more than ``n`` rows."""
    order = max(4, 4 * (n // 4 + 1))
    while (found := hadamard(order)) is None:
        order += 4
    return found


def _residues(prime: int) -> IntArray:
    """1 for the squares modulo a prime other than 0, -1 for what is no square, 0 for 0."""
    kinds = np.full(prime, -1, dtype=np.intp)
    kinds[np.arange(prime) ** 2 % prime] = 1
    kinds[0] = 0
    return kinds


def _first_paley(prime: int) -> BoolArray:
    """Order ``prime`` + 1, where that is a multiple of four."""
    places = np.add.outer(np.arange(prime), np.arange(prime)) % prime
    matrix = np.ones((prime + 1, prime + 1), dtype=bool)
    matrix[1:, 1:] = _residues(prime)[places] < 0
    return matrix


def _second_paley(prime: int) -> BoolArray:
    """Order 2 (``prime`` + 1), where ``prime`` is one more than a multiple of four."""
    places = np.subtract.outer(np.arange(prime), np.arange(prime)) % prime
    core = np.ones((prime + 1, prime + 1), dtype=np.intp)
    core[1:, 1:] = _residues(prime)[places]
    core[0, 0] = 0
    unit = np.eye(prime + 1, dtype=np.intp)
    signs = np.kron(core, [[1, 1], [1, -1]]) + np.kron(unit, [[1, -1], [-1, -1]])
    # The first row is made all true by turning the columns that begin otherwise.
    matrix: BoolArray = signs * signs[0] > 0
    return matrix


def _is_prime(number: int) -> bool:
    return number > 1 and all(number % by for by in range(2, int(number**0.5) + 1))
