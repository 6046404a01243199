"""Made-up figures for items of any rule: mostly good, some not, the same at every run."""

from __future__ import annotations

from random import Random

from parindex.criteria.model import Item
from parindex.criteria.rules import Bands, Options, Reads, reads


def claim(item: Item, chance: Random, *, skill: float) -> dict[str, str]:
    """What a unit might claim; ``skill`` from 0 to 1 is how good it is."""
    what = reads(item.rule)
    good = chance.random() < skill
    if what is Reads.OPTION and isinstance(item.rule, Options):
        names = [name for name, _ in sorted(item.rule.points, key=lambda one: -one[1])]
        return {"option": names[0] if good else names[min(1, len(names) - 1)]}
    if what is Reads.RATIO:
        due = chance.randint(8, 60)
        done = due if good else max(1, round(due * chance.uniform(0.6, 0.97)))
        return {"numerator": str(done), "denominator": str(due)}
    if what is Reads.COUNT:
        if isinstance(item.rule, Bands):
            most = max(int(step.start) for step in item.rule.steps)
            return {"count": str(most if good else max(0, most - 1))}
        return {"count": "0" if good else str(chance.randint(1, 2))}
    if what is Reads.VALUE and isinstance(item.rule, Bands):
        highest = float(item.rule.steps[0].start)
        return {"value": f"{highest if good else highest * chance.uniform(0.7, 1):.1f}"}
    share = 1.0 if good else chance.uniform(0.5, 0.9)
    return {"points": f"{float(item.max_points) * share:.2f}"}


def lowered(item: Item, said: dict[str, str]) -> dict[str, str]:
    """What an appraiser might find instead: a step less."""
    if "option" in said and isinstance(item.rule, Options):
        names = [name for name, _ in sorted(item.rule.points, key=lambda one: -one[1])]
        at = names.index(said["option"])
        return {"option": names[min(at + 1, len(names) - 1)]}
    if "numerator" in said:
        return {**said, "numerator": str(max(0, int(said["numerator"]) - 2))}
    if "count" in said:
        step = -1 if isinstance(item.rule, Bands) else 1
        return {"count": str(max(0, int(said["count"]) + step))}
    key = "value" if "value" in said else "points"
    return {key: f"{float(said[key]) * 0.8:.2f}"}
