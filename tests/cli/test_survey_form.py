"""`parindex survey form` as a user types it."""

import gc
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cli.test_commands import run
from forms.odk_client import read_form
from survey.questionnaires import SMALL, changed, small

from parindex.cli import app
from parindex.survey.questionnaire_reading import read_questionnaire
from parindex.survey.questionnaire_writer import digest


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Done]]:
    """The command in this very process: it starts a dozen times faster."""

    def typed(*words: object, language: str = "en", **environment: str) -> Done:
        for name, value in {"PARINDEX_LANG": language, **environment}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["parindex", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            app.main()
        said = capsys.readouterr()
        return Done(int(left.value.code or 0), said.out, said.err)

    yield typed
    gc.enable()


JAVA = pytest.mark.skipif(shutil.which("java") is None, reason="needs Java (default-jre-headless)")
NO_PROGRAMS = {"PATH": "/nonexistent"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "phieu.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


@JAVA
def test_a_good_form_has_nothing_to_mend(typed: Callable[..., Done], file: Path):
    done = typed("survey", "form", "check", file, "template/sipas/citizens/2022")
    first, second = done.stdout.splitlines()
    assert first == f"{file}: 7 questions, nothing to mend, {digest(small())}; ODK Validate: valid"
    assert second.startswith("template/sipas/citizens/2022: 75 questions, nothing to mend, sha256:")
    assert (done.returncode, done.stderr) == (0, "")


def test_without_java_it_says_that_nobody_looked(typed: Callable[..., Done], file: Path):
    done = typed("survey", "form", "check", file, **NO_PROGRAMS)
    assert done.returncode == 0
    assert done.stdout.endswith("; NOT checked by ODK Validate, since there is no Java\n")
    done = typed("survey", "form", "check", file, language="vi", **NO_PROGRAMS)
    assert done.stdout.endswith("; CHƯA kiểm bằng ODK Validate vì máy không có Java\n")


def test_what_is_wrong_is_told_and_is_unusable(typed: Callable[..., Done], file: Path):
    file.write_text(
        changed(("kind: note", "kind: hello"), ("been} = '1'", "been} = '7'")), encoding="utf-8"
    )
    done = typed("survey", "form", "check", file)
    assert (done.returncode, done.stdout) == (2, "")
    assert [line.split("; ")[0] for line in done.stderr.splitlines()] == [
        f"{file}:27: “kind” has a value outside its list",
        f"{file}:32: question “been” has no code “7”",
    ]


def test_a_version_that_loses_a_column_is_a_no(
    typed: Callable[..., Done], file: Path, tmp_path: Path
):
    new = tmp_path / "moi.yaml"
    new.write_text(
        changed(("version: 2", "version: 3"), ("name: paid", "name: fee")), encoding="utf-8"
    )
    done = typed("survey", "form", "check", new, "--after", file, **NO_PROGRAMS)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"{new}:0: the new version has lost question “paid” (Phí); expected every question of version 2; "
        "fix: put it back; to stop asking it, write relevant: false()\n"
    )
    new.write_text(changed(("version: 2", "version: 3")), encoding="utf-8")
    assert typed("survey", "form", "check", new, "--after", file, **NO_PROGRAMS).returncode == 0


def test_to_a_workbook_and_back(typed: Callable[..., Done], file: Path, tmp_path: Path):
    book, back = tmp_path / "phieu.xlsx", tmp_path / "lai.yaml"
    done = typed("survey", "form", "export", file, "-o", book)
    assert (done.returncode, done.stdout) == (0, f"Written {book}, {digest(small())}\n")
    done = typed("survey", "form", "import", book, "-o", back)
    assert (done.returncode, done.stdout) == (0, f"Written {back}, {digest(small())}\n")
    assert read_questionnaire(back.read_bytes(), file="x") == small()
    done = typed("survey", "form", "check", book, **NO_PROGRAMS)
    assert done.stdout.startswith(f"{book}: 7 questions, nothing to mend, {digest(small())}")


def test_to_an_xform(file: Path, tmp_path: Path):
    out = tmp_path / "phieu.xml"
    assert run("survey", "form", "export", file, "-o", out).returncode == 0
    assert read_form(out.read_bytes()).form_id == "thu"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["export", "phieu.yaml", "-o", "phieu.pdf"], "phieu.pdf:0: which kind of file to write is not known; expected a file name that ends in .xlsx, .xml; got “.pdf”"),
        (["import", "phieu.yaml", "-o", "phieu.xlsx"], "phieu.xlsx:0: which kind of file to write is not known; expected a file name that ends in .yaml, .yml"),
        (["export", "none.yaml", "-o", "x.xlsx"], "none.yaml:0: the file cannot be read or written"),
        (["check", "../../etc/passwd"], "../../etc/passwd:0: "),
        (["check", "phieu.csv"], "phieu.csv:1: "),
        (["check", "gia.xlsx"], "gia.xlsx:0: "),
        (["check", "cu.xls"], "cu.xls:0: "),
        (["export", "phieu.yaml", "-o", "phieu.yaml"], "phieu.yaml:0: "),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_without_a_traceback(
    typed: Callable[..., Done],
    words: list[str],
    said: str,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.chdir(file.parent)
    Path("phieu.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    Path("gia.xlsx").write_text(SMALL, encoding="utf-8")
    Path("cu.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    done = typed("survey", "form", *words)
    assert done.returncode == 2
    assert done.stderr.startswith(said), done.stderr
    assert "Traceback" not in done.stderr
    assert file.read_text(encoding="utf-8") == SMALL


def test_a_machine_without_the_compiler_is_told_what_to_install(file: Path, tmp_path: Path):
    # A module of that name which is not there: as where only the engine is installed.
    (tmp_path / "pyxform").mkdir()
    (tmp_path / "pyxform" / "__init__.py").write_text(
        "raise ModuleNotFoundError(name='pyxform')\n", encoding="utf-8"
    )
    place = {"PYTHONPATH": str(tmp_path)}
    done = run("survey", "form", "check", file, **place)
    assert done.returncode == 0
    assert done.stdout.endswith(
        "; NOT checked by ODK Validate, since parindex[forms] is not installed\n"
    )
    done = run("survey", "form", "export", file, "-o", tmp_path / "x.xml", **place)
    assert done.returncode == 2
    assert done.stderr.startswith(f"{file}:0: what makes XForms is not installed here (pyxform)")


def test_the_columns_of_all_versions_are_told(typed: Callable[..., Done], file: Path):
    later = file.with_name("sau.yaml")
    later.write_text(
        changed(("version: 2", "version: 3"), ("{code: khac, ", "{code: bao, label: {vi: Báo}}\n    - {code: khac, ")),
        encoding="utf-8",
    )  # fmt: skip
    done = typed("survey", "form", "columns", later, file)
    assert (done.returncode, done.stderr) == (0, "")
    head, *lines = done.stdout.splitlines()
    assert head == "column,question,code"
    assert [line for line in lines if line.startswith("by")] == [
        "by,by,", "by/loa,by,loa", "by/mang,by,mang", "by/bao,by,bao", "by/khac,by,khac",
    ]  # fmt: skip
    done = typed("survey", "form", "columns", file, "template/sipas/citizens/2022")
    assert (done.returncode, done.stdout) == (2, "")
    assert "this is another instrument" in done.stderr
