"""The keys of waves stand in no backup; they are kept apart, fit only their wave, and end with it."""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import web_setup

web_setup.set_up()

from django.test import override_settings  # noqa: E402
from web.fieldwork.surveying import AFTER, OPEN, answers, ask  # noqa: E402

from parindex.errors import UnusableInputError  # noqa: E402
from parindex.web import commands, keeping  # noqa: E402
from parindex.web.fieldwork import sealing, tasks  # noqa: E402
from parindex.web.fieldwork.actions import burning, closing, intake, mixing  # noqa: E402
from parindex.web.fieldwork.models import Response  # noqa: E402
from parindex.web.journal import clock  # noqa: E402


@pytest.fixture
def place(committed_db, tmp_path: Path) -> Iterator[Path]:
    with override_settings(
        KEYS_FOLDER=tmp_path / "keys", EVIDENCE_FOLDER=tmp_path / "evidence",
        CHECKPOINT_FOLDER=tmp_path / "checkpoints", DATA=tmp_path,
    ):  # fmt: skip
        yield tmp_path


def sent():
    made = ask(take=6)
    for at, code in enumerate(made.codes.values()):
        with clock.at(OPEN):
            intake.submit(code, f"d-{at}", answers(at), mode="web", seconds=60)
    with clock.at(AFTER):
        closing.close_due()
    return made


def mix(made):
    with clock.at(AFTER):
        mixing.mix(made.manager, made.id)


def test_keys_are_in_no_backup_and_come_back_from_their_own_file(
    place: Path, empty_database, capsys
):
    made = sent()
    key = sealing.key_of(place / "keys", made.id)
    assert commands.run(["backup", "-o", str(place / "b.tar")]) == 0
    assert "--wave-keys" in capsys.readouterr().out
    with tarfile.open(place / "b.tar") as archive:
        names = archive.getnames()
        texts = [archive.extractfile(name).read() for name in names]
    assert not [name for name in names if "waves" in name]
    assert not [
        name
        for name, text in zip(names, texts, strict=True)
        if key in text or key.hex().encode() in text
    ]

    assert (
        commands.run(["backup", "-o", str(place / "c.tar"), "--wave-keys", str(place / "k")]) == 0
    )
    assert str(place / "k") in capsys.readouterr().out
    assert (place / "k").stat().st_mode & 0o777 == 0o600
    with empty_database(), override_settings(KEYS_FOLDER=place / "other"):
        restored = commands.run(["restore", str(place / "c.tar"), "--wave-keys", str(place / "k")])
        assert restored == 0
        assert sealing.key_of(place / "other", made.id) == key
        mix(made)
        assert Response.objects.count() == 24
        assert list(sealing.kept_keys(place / "other")) == []
        # The file still has the key: it fits nothing any more.
        assert keeping.restore_wave_keys(place / "k") == 0
    mix(made)
    assert commands.run(["journal", "verify"]) == 0


def test_a_file_that_holds_no_keys_is_refused_and_a_key_that_fits_no_wave_is_left_out(place: Path):
    made = sent()
    for content in (
        b"",
        b"[]",
        b'{"keys":{}}',
        b'{"format":"x","keys":{}}',
        b'{"format":"parindex.wave-keys/1","keys":{"x":"y"}}',
        b'{"format":"parindex.wave-keys/1","keys":{"%s":"1111"}}' % str(made.id).encode(),
    ):
        (place / "k").write_bytes(content)
        with pytest.raises(UnusableInputError) as caught:
            keeping.restore_wave_keys(place / "k")
        assert [one.code for one in caught.value.problems] == ["backup.no_wave_keys"]
    keeping.keep_wave_keys(place / "k")
    said = json.loads((place / "k").read_text())
    said["keys"][str(made.id)] = "11" * 32
    (place / "k").write_text(json.dumps(said))
    assert keeping.restore_wave_keys(place / "k") == 0


def test_burning_that_was_stopped_is_begun_again_and_its_key_is_kept_nowhere(
    place: Path, monkeypatch
):
    made = sent()
    kept = sealing.key_of(place / "keys", made.id)

    def stopped(*_tables):
        raise InterruptedError

    with monkeypatch.context() as patched:
        patched.setattr(burning, "vacuum", stopped)
        with pytest.raises(InterruptedError):
            mix(made)
    # The key itself is gone at once; its file says that the tables were not cleared yet.
    (left,) = [path for _, path in sealing.kept_keys(place / "keys")]
    assert left.read_bytes() != kept
    assert keeping.waves_with_keys() == 0
    assert keeping.keep_wave_keys(place / "k") == 0
    assert json.loads((place / "k").read_text())["keys"] == {}
    cleared = []
    monkeypatch.setattr(burning, "vacuum", lambda *tables: cleared.append(tables))
    assert burning.finish_mixing() == 1
    assert cleared == [("fieldwork_box", "fieldwork_entry", "fieldwork_reservation")]
    assert list(sealing.kept_keys(place / "keys")) == []
    assert burning.finish_mixing() == 0


def test_a_key_that_was_mixed_and_not_burnt_yet_is_not_handed_out(place: Path, monkeypatch):
    made = sent()
    assert keeping.waves_with_keys() == 1
    monkeypatch.setattr(burning, "burn", lambda _wave: None)
    mix(made)
    assert sealing.key_of(place / "keys", made.id) is not None
    assert keeping.keep_wave_keys(place / "k") == 0


def test_the_clock_closes_gives_back_burns_what_was_left_and_forgets(place: Path, monkeypatch):
    made = sent()
    monkeypatch.setattr(burning, "burn", lambda _wave: None)
    mix(made)
    monkeypatch.undo()
    assert len(list(sealing.kept_keys(place / "keys"))) == 1
    tasks.keep_time(timestamp=0)
    assert list(sealing.kept_keys(place / "keys")) == []
    type(made.wave).objects.update(contacts_until="2020-01-01")
    tasks.forget(timestamp=0)
    assert {one.phone for one in made.invitations()} == {""}
