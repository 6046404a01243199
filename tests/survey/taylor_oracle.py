"""The variance of a total under a design of any number of stages, as the textbook says it.

Plain recursion over plain lists, written from Särndal, Swensson and Wretman (1992, section 4.4),
with the rules for strata of a single unit of docs/spec/estimation.md.
"""

from collections.abc import Sequence

Labels = tuple[object, ...]


def spread(sums: Sequence[float]) -> float:
    mean = sum(sums) / len(sums)
    return sum((one - mean) ** 2 for one in sums)


def grouped(labels: Sequence[object], rows: Sequence[int]) -> dict[object, list[int]]:
    found: dict[object, list[int]] = {}
    for row in rows:
        found.setdefault(labels[row], []).append(row)
    return found


def variance(
    influences: Sequence[float],
    strata: Sequence[Sequence[object]],
    units: Sequence[Sequence[object]],
    sizes: Sequence[Sequence[float]],
    policy: str,
    *,
    rows: Sequence[int] | None = None,
    stage: int = 0,
) -> float:
    """``strata``, ``units`` and ``sizes`` hold a label or number a row for each stage.

    A stage without sizes is drawn with replacement, and ends the recursion. ``average`` is not for more than one stage.
    """
    rows = range(len(influences)) if rows is None else rows
    added: list[float | None] = []
    below = 0.0
    for inside in grouped(strata[stage], rows).values():
        clusters = grouped(units[stage], inside)
        n = len(clusters)
        size = sizes[stage][inside[0]] if stage < len(sizes) else float("inf")
        rest = 1 - n / size
        sums = [sum(influences[row] for row in one) for one in clusters.values()]
        if rest < 1e-7:
            added.append(0.0)
        elif n > 1:
            added.append(rest * n / (n - 1) * spread(sums))
        elif policy == "adjust":
            added.append(rest * sums[0] ** 2)
        else:
            added.append(None if policy == "average" else 0.0)
        if stage < len(sizes) and stage + 1 < len(units):
            for one in clusters.values():
                below += (n / size) * variance(
                    influences, strata, units, sizes, policy, rows=one, stage=stage + 1
                )
    known = [one for one in added if one is not None]
    if not known:
        return float("nan") if added else 0.0
    return sum(known) * len(added) / len(known) + below
