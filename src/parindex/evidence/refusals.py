"""The reasons for which a file goes no further, as exceptions and as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from parindex.errors import Problem, UnusableInputError

Plain = dict[str, object]


def refused(code: str, **values: object) -> UnusableInputError:
    """The exception that refuses a file for one reason."""
    return UnusableInputError([Problem(code=code, values=values)])


def to_plain(problems: Iterable[Problem]) -> list[Plain]:
    """Problems as they travel out of the process that reads."""
    return [{"code": one.code, "values": dict(one.values)} for one in problems]


def from_plain(rows: Iterable[Mapping[str, object]], *, file: str = "") -> tuple[Problem, ...]:
    """Problems as they arrive, put at a file."""
    found = []
    for row in rows:
        values = row["values"]
        if isinstance(values, dict):
            found.append(Problem(code=str(row["code"]), file=file, values=values))
    return tuple(found)


def at_file(problems: Iterable[Problem], file: str) -> tuple[Problem, ...]:
    """The same problems, told of a file by its name."""
    return tuple(Problem(code=one.code, file=file, values=one.values) for one in problems)
