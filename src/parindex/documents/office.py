"""What an office says of itself on everything it sends out: names, place, symbols, signatures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from parindex.documents.form import Dated, Head, Kind, Number, Signature
from parindex.errors import Problems
from parindex.yamltree import Fields, Tree, tree_of

SCHEMA: Final = "parindex.office/1"
# What is left open for the office to write in, as in a draft.
_OPEN: Final = "………………"
_NOT_SAID: Final = "chưa khai thể thức của cơ quan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Cơ quan ban hành: its name and that above it, where it sits, who signs and who receives.

    ``symbol`` stands behind the kind in a number (“UBND” in QĐ-UBND); ``scope`` says whose index it
    publishes (“các sở, ban, ngành tỉnh …”). ``bases`` come before those of the criteria sets. A
    document of an office that is not ``said`` is a draft with its places left open.
    """

    issuer: str
    place: str
    symbol: str
    scope: str
    signatures: tuple[Signature, ...]
    recipients: tuple[str, ...]
    superior: str = ""
    bases: tuple[str, ...] = ()
    authority: str = ""
    said: bool = True

    def head(self, kind: Kind, *, day: date | None, bases: tuple[str, ...] = ()) -> Head:
        """The head and end of a document; its number is left open, for the registry gives it.

        ``bases`` are further legal bases; only what opens with them, a decision, has any.
        """
        decides = kind is Kind.DECISION
        return Head(
            issuer=self.issuer,
            superior=self.superior,
            number=Number(symbol=f"{kind}-{self.symbol}"),
            dated=Dated(place=self.place, day=day),
            signatures=self.signatures,
            recipients=self.recipients,
            bases=tuple(dict.fromkeys((*self.bases, *bases))) if decides else (),
            authority=self.authority if decides else "",
            draft_for=None if self.said else _NOT_SAID,
        )


def unsaid(publisher: str) -> Office:
    """An office of which no more is known than its name: what it sends out is a draft."""
    return Office(
        issuer=publisher,
        place=_OPEN,
        symbol=_OPEN,
        scope=publisher,
        signatures=(Signature(lines=("Thủ trưởng cơ quan",)),),
        recipients=(_OPEN, "Lưu: VT"),
        said=False,
    )


def read_office(content: bytes, *, file: str) -> Office:
    """The office of a YAML file.

    Raises UnusableInputError with every departure from the schema (docs/reference/documents.md).
    """
    problems = Problems(file=file)
    fields = Fields(tree_of(content, problems), problems, about="office.yaml")
    fields.schema(SCHEMA)
    office = Office(
        issuer=fields.text("issuer"),
        superior=fields.text("superior", ""),
        place=fields.text("place"),
        symbol=fields.text("symbol"),
        scope=fields.text("scope"),
        bases=_lines(fields, "bases"),
        authority=fields.text("authority", ""),
        signatures=tuple(_signature(one, problems) for one in fields.sequence("signatures")),
        recipients=_lines(fields, "recipients"),
    )
    fields.close()
    problems.raise_if_any()
    return office


def _signature(tree: Tree, problems: Problems) -> Signature:
    fields = Fields(tree, problems, about="signatures")
    made = Signature(lines=_lines(fields, "lines"), name=fields.text("name", ""))
    fields.close()
    return made


def _lines(fields: Fields, key: str) -> tuple[str, ...]:
    """A list of texts; none where it is absent."""
    lines = []
    for one in fields.sequence(key, optional=True):
        if isinstance(one.value, str) and one.value.strip():
            lines.append(one.value)
        else:
            fields.problems.add("yaml.not_text", line=one.line, key=key)
    return tuple(lines)
