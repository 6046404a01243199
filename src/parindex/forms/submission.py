"""A submission of ODK Collect to its answers: XML of a stranger, read without trust.

After https://docs.getodk.org/openrosa-form-submission/: the root names the form and its version,
``meta/instanceID`` the response; the rest are answers, in groups or not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NoReturn
from xml.parsers import expat

from parindex.errors import Problem, UnusableInputError
from parindex.survey.questionnaire import CONSENT

MAX_BYTES: Final = 2 << 20
MAX_DEPTH: Final = 20
MAX_ELEMENTS: Final = 20_000

# What ODK and others give a response as its name.
_INSTANCE: Final = re.compile(r"uuid:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
# What a form notes by itself.
_NOT_ANSWERS: Final = frozenset({CONSENT, "start", "end"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One response as a telephone sent it; texts as they came.

    ``instance_id`` tells a repeated sending from another response; ``replaces`` is the one that
    this response corrects, empty where it corrects none. ``started`` and ``ended`` are the
    telephone's own clock.
    """

    form_id: str
    version: str
    instance_id: str
    answers: Mapping[str, str]
    replaces: str = ""
    started: str = ""
    ended: str = ""


def read_submission(content: bytes, *, file: str = "") -> Submission:
    """The submission that some bytes hold.

    Raises UnusableInputError with the one reason why they hold none: too large, entities or a
    document type, not well-formed, no form or response named, an answer given twice.
    """
    reader = _Reader(file)
    if len(content) > MAX_BYTES:
        reader.refuse("submission.too_large", limit=MAX_BYTES >> 20)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError):
        reader.refuse("submission.not_xml")
    return reader.submission()


class _Reader:
    """Gathers the leaves of the instance by their names."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._root: Mapping[str, str] = {}
        self._path: list[str] = []
        self._pieces: list[str] = []
        self._leaf = False
        self._elements = 0
        self._leaves: dict[str, str] = {}
        self._meta: dict[str, str] = {}

    def refuse(self, code: str, **values: object) -> NoReturn:
        """Read no further."""
        raise UnusableInputError([Problem(code=code, file=self._file, values=values)])

    def doctype(self, *_: object) -> None:
        """Nothing that is ours declares a type, and entities explode or fetch."""
        self.refuse("submission.declares")

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Enter an element; name spaces differ from program to program and tell nothing."""
        self._elements += 1
        if self._elements > MAX_ELEMENTS or len(self._path) >= MAX_DEPTH:
            self.refuse("submission.not_ours", got=_local(name)[:60])
        self._no_words()
        if not self._path:
            self._root = {_local(key): value for key, value in attributes.items()}
        self._path.append(_local(name))
        self._leaf = True

    def text(self, text: str) -> None:
        """Words inside an element."""
        self._pieces.append(text)

    def end(self, _: str) -> None:
        """Leave an element: one without elements inside is an answer."""
        if not self._leaf:
            self._no_words()
            self._path.pop()
            return
        name = self._path.pop()
        self._leaf = False
        text = "".join(self._pieces).strip()
        self._pieces.clear()
        leaves = self._meta if "meta" in self._path[1:] else self._leaves
        if name in leaves:
            self.refuse("submission.repeated", got=name[:60])
        leaves[name] = text

    def _no_words(self) -> None:
        """Answers stand alone in their element, never beside others."""
        if "".join(self._pieces).strip():
            self.refuse("submission.not_ours", got=self._path[-1][:60])
        self._pieces.clear()

    def submission(self) -> Submission:
        """What was gathered."""
        form_id, instance = self._root.get("id", ""), self._meta.get("instanceID", "")
        if not form_id:
            self.refuse("submission.no_form")
        if not _INSTANCE.fullmatch(instance):
            self.refuse("submission.no_instance", got=instance[:60])
        return Submission(
            form_id=form_id,
            version=self._root.get("version", ""),
            instance_id=instance.lower(),
            replaces=self._meta.get("deprecatedID", "").lower()[:60],
            started=self._leaves.get("start", ""),
            ended=self._leaves.get("end", ""),
            answers={
                name: text
                for name, text in self._leaves.items()
                if text and name not in _NOT_ANSWERS
            },
        )


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
