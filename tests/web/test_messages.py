"""Every text of the pages is marked, has its English, and is compiled; nothing else is kept."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest
import web_setup

web_setup.set_up()

from django.template.base import Lexer, TokenType  # noqa: E402
from django.utils.translation import gettext, ngettext, override  # noqa: E402

SCRIPT: Final = Path(__file__).parents[2] / "scripts" / "messages.py"
# Vietnamese in Python that is meant not to be translated, and why. A module, or a text of one.
NOT_MARKED: Final = {
    "web/settings.py": "a language is called what its speakers call it",
    "web/commands.py": "commands speak both languages in one line, like the command line",
    "web/people/mailing.py": "letters go to Vietnamese officials, whoever sends them",
    "web/people/management/commands/found_issuer.py": "an example of a name",
    "web/people/states.py": "pure; translated where shown (messages.PURE)",
    "web/assessment/actions/reminding.py": "messages are kept in Vietnamese",
    "web/assessment/actions/exempting.py": "messages are kept in Vietnamese",
    "web/assessment/actions/phasing.py": "messages are kept in Vietnamese",
    "web/assessment/actions/telling.py": "messages are kept in Vietnamese",
    "web/assessment/queries/calculation.py": "a reason written into the folder of the round",
    "web/assessment/queries/workbook.py": "workbooks are Vietnamese",
    "web/desk/views/gallery.py": "sample data of a round that is nobody's",
    "web/desk/views/fieldwork/tiles.py": "words cut off the names of provinces",
    "web/fieldwork/bridge/letters.py": "letters are Vietnamese",
    "web/fieldwork/bridge/telephones.py": "a question of the form on telephones; English beside",
    "web/demonstration": "the demonstration's data",
}
# The same of templates.
NOT_TRANSLATED: Final = {
    "500.html": "shown when everything failed, in both languages at once",
    "desk/components.html": "sample data; what explains it is translated",
}
# English words that a Vietnamese example in an English text is known by.
EXAMPLE: Final = re.compile(r"[Ff]or example|worksheets|The column|Hoàng Sa")


@pytest.fixture(scope="module")
def messages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def gathered(messages: ModuleType) -> dict[tuple[str | None, str], Any]:
    found: dict[tuple[str | None, str], Any] = messages.gathered()
    return found


@pytest.fixture(scope="module")
def english(messages: ModuleType) -> dict[tuple[str | None, str], Any]:
    return {_key(one): one for one in messages.catalogue(messages.ENGLISH) if one.id}


def _key(one: Any) -> tuple[str | None, str]:
    return one.context, one.id if isinstance(one.id, str) else one.id[0]


def _said(one: Any) -> tuple[str, ...]:
    return one.string if isinstance(one.string, tuple) else (one.string,)


def test_every_text_has_its_english_and_no_other_text_is_kept(gathered, english):
    update = "run scripts/messages.py update, then fill the empty places of locale/en in"
    lacking = [key[1] for key in gathered if key not in english or not all(_said(english[key]))]
    assert not lacking, update
    assert not [key[1] for key in english if key not in gathered], update
    assert not [key for key, one in english.items() if "fuzzy" in one.flags]
    plural = {key for key, one in english.items() if isinstance(one.id, tuple)}
    assert plural == {key for key, one in gathered.items() if one.plural}, update


@pytest.mark.parametrize("language", ["en", "vi"])
def test_a_translation_has_the_same_placeholders(messages, language):
    file = messages.LOCALE / language / "LC_MESSAGES" / "django.po"
    for one in messages.catalogue(file):
        for said in _said(one) if one.id else ():
            assert messages.placeholders(said) == messages.placeholders(_key(one)[1]), one.id


def test_english_is_english_and_vietnamese_is_complete(messages, english):
    for (_, text), one in english.items():
        for said in _said(one):
            assert EXAMPLE.search(said) or not messages.VIETNAMESE.search(said), text
    for one in messages.catalogue(messages.INTO_VIETNAMESE):
        assert not one.id or (all(_said(one)) and "fuzzy" not in one.flags), one.id


def test_what_django_reads_is_compiled_from_what_is_written(messages):
    for file in messages.LOCALE.glob("*/LC_MESSAGES/django.po"):
        made = file.with_suffix(".mo")
        assert made.exists(), "make setup compiles the texts; or run scripts/messages.py compile"
        assert made.read_bytes() == messages.compiled(file), f"{made} is old: make setup"


def test_the_pages_speak_both_languages(messages):
    with override("en"):
        assert gettext("Gửi phiếu") == "Submit sheet"
        assert ngettext("%(n)s ngày", "%(n)s ngày", 1) == "%(n)s day"
        assert ngettext("%(n)s ngày", "%(n)s ngày", 2) == "%(n)s days"
        assert gettext("Username") == "Username"
    with override("vi"):
        assert gettext("Gửi phiếu") == "Gửi phiếu"
        assert ngettext("%(n)s ngày", "%(n)s ngày", 2) == "%(n)s ngày"
        assert gettext("Username") == "Tên đăng nhập"


def test_templates_mark_every_vietnamese_text(messages):
    bare = [
        f"{file.relative_to(messages.TEMPLATES)}: {text[:60]}"
        for file in messages.templates()
        if file.relative_to(messages.TEMPLATES).as_posix() not in NOT_TRANSLATED
        for text in _bare(file.read_text(encoding="utf-8"))
        if messages.VIETNAMESE.search(text)
    ]
    assert not bare


def _bare(source: str) -> Iterator[str]:
    """What a template says outside of translations: its text, and the words in its tags."""
    within = False
    for token in Lexer(source).tokenize():
        name = token.contents.split(maxsplit=1)[0] if token.contents.strip() else ""
        if token.token_type is TokenType.BLOCK and name in {"blocktranslate", "blocktrans"}:
            within = True
        elif token.token_type is TokenType.BLOCK and name in {"endblocktranslate", "endblocktrans"}:
            within = False
        elif within or token.token_type is TokenType.COMMENT or name in {"translate", "trans"}:
            continue
        else:
            yield re.sub(r"""\b_\(("[^"]*"|'[^']*')\)""", "", token.contents)


def test_a_template_without_marks_is_found_out():
    source = '{% translate "Một" %}{# hai #}<p>ba</p>{% include "x" with a=_("bốn") b="năm" %}'
    assert [one for one in _bare(source) if "ba" in one or "ố" in one or "ă" in one] == [
        "<p>ba</p>",
        'include "x" with a= b="năm"',
    ]


def test_modules_mark_every_vietnamese_text(messages):
    bare = [
        f"{name}:{line}: {text[:60]}"
        for file in messages.modules()
        if (name := file.relative_to(messages.PACKAGE).as_posix()) not in messages.PURE
        if not any(name == one or name.startswith(f"{one}/") for one in NOT_MARKED)
        for line, text in _unmarked(messages, file)
    ]
    assert not bare


def test_nothing_is_let_off_that_does_not_need_it(messages):
    for name in NOT_TRANSLATED:
        source = (messages.TEMPLATES / name).read_text(encoding="utf-8")
        assert any(messages.VIETNAMESE.search(text) for text in _bare(source)), name
    for name in NOT_MARKED:
        place = messages.PACKAGE / name
        files = [place] if place.is_file() else place.rglob("*.py")
        assert any(True for file in files for _ in _unmarked(messages, file)), name


def _unmarked(messages: ModuleType, file: Path) -> Iterator[tuple[int, str]]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    marks = messages.marks_of(tree)
    fine = {
        id(one)
        for node in ast.walk(tree)
        for one in (
            node.args
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in marks
            else [node.value]
            if isinstance(node, ast.Expr)  # a docstring
            else []
        )
    }
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if messages.VIETNAMESE.search(text):
                if id(node) not in fine:
                    yield node.lineno, text
