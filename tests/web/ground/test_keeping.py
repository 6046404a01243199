"""A backup taken at any moment restores, verifies, and is what was there; a flipped byte is named."""

import json
import random
import stat
import tarfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4

import pytest
from django.db import connection
from django.test import override_settings
from web.ground.ledger import found, keep, write

from parindex.errors import UnusableInputError
from parindex.evidence.store import Store
from parindex.web import keeping, starting
from parindex.web.assessment.models import StoredFile
from parindex.web.journal import queries
from parindex.web.journal.actions import make_checkpoint
from parindex.web.keeping import DamagedBackupError
from parindex.web.people.models import Issuer, Unit
from parindex.web.starting import JournalSaysNoError

BACKUPS_UNDER_LOAD = 10


def quiet(_done: int, _of: int) -> None:
    pass


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Path]:
    with folders(tmp_path / "house"):
        yield tmp_path / "house"


def folders(folder: Path) -> override_settings:
    return override_settings(
        EVIDENCE_FOLDER=folder / "evidence",
        KEYS_FOLDER=folder / "keys",
        CHECKPOINT_FOLDER=folder / "checkpoints",
    )


def contents() -> dict[str, str]:
    """A digest of every table, its rows in an order of their own."""
    made = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names()):
            cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')
            made[table] = sha256(json.dumps(cursor.fetchall()).encode()).hexdigest()
    return made


def taken(tmp_path: Path, name: str = "b.tar") -> Path:
    keeping.back_up(tmp_path / name, progress=quiet)
    return tmp_path / name


def test_what_is_restored_is_what_was_there(committed_db, empty_database, house, tmp_path):
    digest = keep(b"mot to trinh")
    found("ha-tinh", digest=digest)
    write(3)
    made = make_checkpoint("thử")
    write(1)
    backup = taken(tmp_path)
    before, head = contents(), queries.head()
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    with empty_database(), folders(tmp_path / "new"):
        manifest = keeping.restore(backup, progress=quiet)
        assert contents() == before
        assert queries.head() == head == (manifest["journal"]["seq"], manifest["journal"]["head"])
        assert list(queries.verify()) == []
        assert Store(tmp_path / "new" / "evidence").path(digest).read_bytes() == b"mot to trinh"
        kept = tmp_path / "new" / "checkpoints" / f"checkpoint-{4:012d}-{made.pk}.txt"
        assert list(queries.verify_diff(kept)) == []
        key = tmp_path / "new" / "keys" / "journal.key"
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        # Life goes on from there.
        write(2)
        assert list(queries.verify()) == []


def test_backups_under_load_restore(committed_db, empty_database, house, tmp_path):
    stop = Event()

    def writing() -> None:
        while not stop.is_set():
            slug = uuid4().hex
            found(slug, digest=keep(slug.encode()))
        connection.close()

    writers = [Thread(target=writing) for _ in range(2)]
    for one in writers:
        one.start()
    backups = [taken(tmp_path, f"{number}.tar") for number in range(BACKUPS_UNDER_LOAD)]
    stop.set()
    for one in writers:
        one.join()
    sizes = []
    for number, backup in enumerate(backups):
        with empty_database(), folders(tmp_path / f"new{number}"):
            manifest = keeping.restore(backup, progress=quiet)
            seq = manifest["journal"]["seq"]
            assert list(queries.verify()) == []
            assert Issuer.objects.count() == Unit.objects.count() == seq
            store = Store(tmp_path / f"new{number}" / "evidence")
            for file in StoredFile.objects.all():
                assert store.holds(file.digest)
            assert StoredFile.objects.count() == seq
            assert list(store.check()) == []
            sizes.append(seq)
    assert sizes == sorted(sizes)
    assert sizes[-1] > sizes[0]


def test_a_flipped_byte_is_reported_by_the_name_of_its_member(
    committed_db, empty_database, house, tmp_path
):
    found("ha-tinh", digest=keep(b"x" * 700))
    make_checkpoint("thử")
    backup = taken(tmp_path)
    whole = backup.read_bytes()
    chance = random.Random(1)
    with tarfile.open(backup) as archive:
        members = archive.getmembers()
    damaged = tmp_path / "damaged.tar"
    with empty_database(), folders(tmp_path / "new"):
        for member in members:
            for part in ("content", "header", "padding"):
                start, end = {
                    "content": (member.offset_data, member.offset_data + member.size),
                    "header": (member.offset, member.offset_data),
                    "padding": (
                        member.offset_data + member.size,
                        member.offset_data + -(-member.size // 512) * 512,
                    ),
                }[part]
                if start == end:
                    continue
                place = chance.randrange(start, end)
                changed = bytearray(whole)
                changed[place] ^= 1 << chance.randrange(8)
                damaged.write_bytes(changed)
                with pytest.raises(DamagedBackupError) as caught:
                    keeping.restore(damaged, progress=quiet)
                if part == "content" and member.name not in {"manifest.json", "sha256"}:
                    told = [problem.values["member"] for problem in caught.value.problems]
                    assert told == [member.name]
        for cut in (0, 1, 511, 512, len(whole) // 2, len(whole) - 1):
            damaged.write_bytes(whole[:cut])
            with pytest.raises(DamagedBackupError):
                keeping.restore(damaged, progress=quiet)
        assert connection.introspection.table_names() == []
        assert not (tmp_path / "new").exists()


def test_a_database_in_use_is_not_overwritten(committed_db, house, tmp_path):
    write(1)
    backup = taken(tmp_path)
    write(1)
    before = contents()
    with pytest.raises(UnusableInputError) as caught:
        keeping.restore(backup, progress=quiet)
    assert [problem.code for problem in caught.value.problems] == ["restore.not_new"]
    assert contents() == before


def test_a_backup_older_than_the_newest_checkpoint_is_refused(
    committed_db, empty_database, house, tmp_path
):
    write(2)
    old = taken(tmp_path, "old.tar")
    write(2)
    make_checkpoint("thử")
    new = taken(tmp_path, "new.tar")
    # The checkpoints outlived the database.
    with empty_database():
        with pytest.raises(JournalSaysNoError) as caught:
            keeping.restore(old, progress=quiet)
        assert [problem.code for problem in caught.value.problems] == ["restore.older"]
        assert connection.introspection.table_names() == []
        keeping.restore(new, progress=quiet)
        starting.refuse_a_shorter_journal()


def test_a_journal_behind_its_newest_checkpoint_is_not_served(
    committed_db, empty_database, house, tmp_path
):
    write(2)
    old = taken(tmp_path, "old.tar")
    write(1)
    make_checkpoint("thử")
    starting.refuse_a_shorter_journal()
    with empty_database(), folders(tmp_path / "elsewhere"):
        keeping.restore(old, progress=quiet)
        with override_settings(CHECKPOINT_FOLDER=house / "checkpoints"):
            with pytest.raises(JournalSaysNoError) as caught:
                starting.refuse_a_shorter_journal()
            assert caught.value.problems[0].code == "journal.rolled_back"
            # Nor when the lost entries are made up again.
            write(5)
            with pytest.raises(JournalSaysNoError):
                starting.refuse_a_shorter_journal()
