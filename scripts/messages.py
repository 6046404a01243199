"""The texts of the web application: gathered from it, held against their English, compiled.

Run ``scripts/messages.py update`` after texts changed: locale/en gets an empty place for every new
text and loses those that are gone; fill the empty places in. ``scripts/messages.py compile`` makes
the .mo files that Django reads. Texts are written in Vietnamese where they are shown; no GNU
gettext is needed.
"""

from __future__ import annotations

import ast
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from django.template.base import Node

PACKAGE: Final = Path(__file__).resolve().parent.parent / "src" / "parindex"
WEB: Final = PACKAGE / "web"
LOCALE: Final = WEB / "locale"
TEMPLATES: Final = WEB / "desk" / "templates"
ENGLISH: Final = LOCALE / "en" / "LC_MESSAGES" / "django.po"
INTO_VIETNAMESE: Final = LOCALE / "vi" / "LC_MESSAGES" / "django.po"
# Modules that may not know Django: their table of words is translated where it is shown.
PURE: Final = {
    "web/people/states.py": "ROLE_WORDS",
    "workbooks/wording.py": "TIERS",
}
VIETNAMESE: Final = re.compile(r"[À-ÖØ-öø-ỹ]")
# An attribute made of a word and a number is no text.
_ID: Final = re.compile(r"[a-z]+-%\([\w.]+\)s")
# Where each function of Django has its context, its text and its plural.
_CALLS: Final[dict[str, tuple[int | None, int, int | None]]] = {
    "gettext": (None, 0, None), "ngettext": (None, 0, 1),
    "pgettext": (0, 1, None), "npgettext": (0, 1, 2),
}  # fmt: skip
_NAMES: Final = {
    f"{name}{end}": places for name, places in _CALLS.items() for end in ("", "_lazy", "_noop")
}
_IN_TAG: Final = re.compile(r"""\b_\(("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\)""")
_HEADER: Final = """\
# {about}
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Language: en\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
_ABOUT: Final = "The English of every text; kept by scripts/messages.py update."


class Text(NamedTuple):
    """A text to translate, its plural and its context if it has them, and where it stands."""

    text: str
    plural: str | None
    context: str | None
    file: str

    @property
    def key(self) -> tuple[str | None, str]:
        """What a catalogue finds it by."""
        return self.context, self.text


def marks_of(tree: ast.Module) -> dict[str, tuple[int | None, int, int | None]]:
    """The names by which a module marks its texts, under whatever name it imported them."""
    found: dict[str, tuple[int | None, int, int | None]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            found |= {one.asname or one.name: _NAMES[one.name]
                      for one in node.names if one.name in _NAMES}  # fmt: skip
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=other)], value=ast.Name(id=known)):
                if known in found:
                    found[other] = found[known]
    return found


def of_module(file: Path) -> Iterator[Text]:
    """The texts that a Python module marks."""
    name = file.relative_to(PACKAGE).as_posix()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    marks = marks_of(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=called), args=args) if called in marks:
                parts = [
                    None if place is None or place >= len(args) else _constant(args[place])
                    for place in marks[called]
                ]
                if parts[1] is not None:
                    yield Text(parts[1], parts[2], parts[0], name)
            case (
                ast.Assign(targets=[ast.Name(id=table)]) | ast.AnnAssign(target=ast.Name(id=table))
            ) if table == PURE.get(name):
                for one in ast.walk(node):
                    text = _constant(one)
                    if text is not None and VIETNAMESE.search(text):
                        yield Text(text, None, None, name)


def _constant(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def of_template(file: Path) -> Iterator[Text]:
    """The texts that a template marks, as Django's own parser finds them."""
    from django.template import Engine
    from django.template.base import Lexer, Node, Template, TokenType

    name = file.relative_to(PACKAGE).as_posix()
    source = file.read_text(encoding="utf-8")
    nodes = Template(source, engine=Engine.get_default()).nodelist.get_nodes_by_type(Node)
    for node in nodes:
        yield from _of_node(node, name)
    for token in Lexer(source).tokenize():
        if token.token_type in {TokenType.VAR, TokenType.BLOCK}:
            for literal in _IN_TAG.findall(token.contents):
                yield Text(ast.literal_eval(literal), None, None, name)


def _of_node(node: Node, name: str) -> Iterator[Text]:
    from django.templatetags.i18n import BlockTranslateNode, TranslateNode
    from django.utils.translation import trim_whitespace

    if isinstance(node, TranslateNode):
        text = node.filter_expression.var.literal
        # Without one it is a variable, whose text is marked where it is made.
        if isinstance(text, str):
            yield Text(text, None, _said(node.message_context), name)
    elif isinstance(node, BlockTranslateNode):
        kept = trim_whitespace if node.trimmed else str
        singular = kept(node.render_token_list(node.singular)[0])
        plural = kept(node.render_token_list(node.plural)[0]) if node.plural else None
        yield Text(singular, plural, _said(node.message_context), name)


def _said(context: Any) -> str | None:
    return None if context is None else str(context.var)


def modules() -> list[Path]:
    """The Python modules whose texts are gathered."""
    others = {"migrations", "front"}
    own = [file for file in WEB.rglob("*.py") if not others.intersection(file.parts)]
    return sorted({*own, *(PACKAGE / name for name in PURE)})


def templates() -> list[Path]:
    """Every template of ours."""
    return sorted(file for file in TEMPLATES.rglob("*") if file.suffix in {".html", ".txt"})


def gathered() -> dict[tuple[str | None, str], Text]:
    """Every text once, by what a catalogue finds it by; one with a plural wins."""
    found: dict[tuple[str | None, str], Text] = {}
    every = [one for file in modules() for one in of_module(file)]
    every += [one for file in templates() for one in of_template(file)]
    # Texts of libraries, and those that must read like them, are translated the other way.
    english = catalogue(INTO_VIETNAMESE)
    for one in every:
        if not _ID.fullmatch(one.text) and english.get(one.text, one.context) is None:
            before = found.get(one.key)
            if before is None or (one.plural and not before.plural):
                found[one.key] = one
    return found


def placeholders(text: str) -> list[str]:
    """What is put into a text when it is shown.

    >>> placeholders("%(n)s of {all}, 5%%")
    ['%%', '%(n)s', '{all}']
    """
    return sorted(re.findall(r"%\([\w.]+\)[sd]|%[sd%]|\{\w*\}", text))


def catalogue(file: Path) -> Catalog:
    """A .po file, read."""
    with file.open("rb") as stream:
        found = read_po(stream)
    # Else the moment of compiling would get into what is compiled.
    found.creation_date = found.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    return found


def compiled(file: Path) -> bytes:
    """The .mo of a .po."""
    stream = BytesIO()
    write_mo(stream, catalogue(file))
    return stream.getvalue()


def compile_all() -> None:
    """Write each django.mo beside its django.po."""
    for file in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        _put(file.with_suffix(".mo"), compiled(file))


def update() -> int:
    """Bring locale/en to the texts as they are; gives how many are without English."""
    known = catalogue(ENGLISH) if ENGLISH.exists() else Catalog(locale="en")
    made = Catalog(locale="en")
    lacking = 0
    for one in sorted(gathered().values(), key=lambda one: one.file):
        before = known.get(one.text, one.context)
        kept = before.string if before is not None else ""
        first, *others = [kept] if isinstance(kept, str) else list(kept or ("",))
        said: Any = first if one.plural is None else (first, others[0] if others else first)
        lacking += not (all(said) if one.plural else said)
        made.add(
            one.text if one.plural is None else (one.text, one.plural),
            said, locations=[(one.file, 0)], context=one.context,
        )  # fmt: skip
    stream = BytesIO()
    write_po(stream, made, width=100, omit_header=True, include_lineno=False)
    _put(ENGLISH, _HEADER.format(about=_ABOUT).encode() + stream.getvalue())
    return lacking


def _put(file: Path, content: bytes) -> None:
    """Write a file at once: whoever reads it finds the old or the new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(f".{os.getpid()}")
    part.write_bytes(content)
    part.replace(file)


def main(words: list[str]) -> int:
    """One of the two commands."""
    if words == ["compile"]:
        compile_all()
        return 0
    if words != ["update"]:
        print(__doc__)
        return 2
    os.environ["DJANGO_SETTINGS_MODULE"] = "parindex.web.settings"
    # Nothing is served: no database is reached, and no key is kept.
    os.environ.setdefault("PARINDEX_DATABASE_URL", "postgresql:///none")
    os.environ.setdefault("PARINDEX_DATA", tempfile.mkdtemp())
    import django

    django.setup()
    lacking = update()
    if lacking:
        print(f"{lacking} texts have no English yet: {ENGLISH}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
