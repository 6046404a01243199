"""Nothing changes without a word in the journal, and no word changes without being noticed."""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from web.ground.ledger import found, write

from parindex.errors import Problem
from parindex.web.journal import chain, clock, queries
from parindex.web.journal.actions import (
    NoActionError,
    NothingRecordedError,
    action,
    make_checkpoint,
    record,
)
from parindex.web.journal.chain import About
from parindex.web.journal.models import Checkpoint, Entry, Head
from parindex.web.people.models import Issuer

TRIGGERS = ("journal_entry", "journal_checkpoint")
SEED = 20260
TAMPERINGS = 200
ENTRIES = 12


def codes() -> list[str]:
    return [problem.code for problem in queries.verify()]


def sql(words: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(words, values)


def rows() -> list[Any]:
    return list(Entry.objects.order_by("seq").values())


# ---- one pen


@pytest.mark.django_db
def test_entries_form_one_chain():
    write(5)
    assert codes() == []
    assert [entry.previous for entry in Entry.objects.order_by("seq")] == [
        chain.NOTHING,
        *(entry.digest for entry in Entry.objects.order_by("seq")[:4]),
    ]
    assert queries.head() == (5, Entry.objects.get(seq=5).digest)
    body = json.loads(Entry.objects.get(seq=3).body)
    assert (body["seq"], body["verb"], body["reason"]) == (3, "issuer.founded", "thử")


@pytest.mark.django_db
def test_an_action_without_a_word_is_undone():
    @action
    def silent() -> None:
        Issuer.objects.create(slug="x", name="x")

    with pytest.raises(NothingRecordedError), transaction.atomic():
        silent()
    assert not Issuer.objects.exists()


@pytest.mark.django_db
def test_a_word_without_an_action_is_refused():
    with pytest.raises(NoActionError):
        record("x.y", person="", about=About(kind="x", id="1", words=""))


def test_an_exception_after_the_change_leaves_nothing(committed_db, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    for name in ("bulk_create",):
        with monkeypatch.context() as patch:
            patch.setattr(Entry.objects, name, broken)
            with pytest.raises(RuntimeError):
                found("x")
    assert (Issuer.objects.count(), Entry.objects.count(), Head.objects.get().seq) == (0, 0, 0)
    with monkeypatch.context() as patch:
        # Between the entry and its commit.
        patch.setattr(Head, "save", broken)
        with pytest.raises(RuntimeError):
            found("x")
    assert (Issuer.objects.count(), Entry.objects.count(), Head.objects.get().seq) == (0, 0, 0)
    found("x")
    assert (Issuer.objects.count(), Entry.objects.count(), Head.objects.get().seq) == (1, 1, 1)


@pytest.mark.django_db
def test_an_inner_action_writes_on_the_outer_ones_page():
    @action
    def outer() -> None:
        found("a")
        found("b")

    outer()
    assert [line.about_id for line in queries.every_line()] == ["a", "b"]
    assert codes() == []


@pytest.mark.django_db
def test_time_does_not_go_back():
    late, early = datetime(2026, 5, 2, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)
    with clock.at(late):
        found("a")
    with clock.at(early):
        found("b")
    assert Entry.objects.get(seq=2).at == late
    assert codes() == []


# ---- the database itself refuses


@pytest.mark.django_db
@pytest.mark.parametrize(
    "attempt",
    [
        lambda: Entry.objects.filter(seq=1).update(verb="x"),
        lambda: Entry.objects.filter(seq=1).delete(),
        lambda: Entry.objects.get(seq=1).delete(),
        lambda: Entry(seq=1, at=datetime.now(UTC), body="{}").save(force_update=True),
        lambda: Entry.objects.bulk_update([Entry(seq=1, verb="y")], ["verb"]),
        lambda: sql("UPDATE journal_entry SET body = '{}' WHERE seq = 1"),
        lambda: sql("DELETE FROM journal_entry WHERE seq = 1"),
        lambda: sql("TRUNCATE journal_entry"),
        lambda: sql("INSERT INTO journal_entry SELECT * FROM journal_entry ON CONFLICT (seq) DO UPDATE SET verb = 'z'"),
        lambda: Checkpoint.objects.all().update(seq=0),
        lambda: Checkpoint.objects.all().delete(),
        lambda: sql("DELETE FROM journal_checkpoint"),
        lambda: sql("TRUNCATE journal_checkpoint"),
    ],
)  # fmt: skip
def test_update_delete_and_truncate_are_refused(attempt):
    write(2)
    make_checkpoint("thử")
    before = rows()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        attempt()
    assert rows() == before


def _guarded_by(function: str) -> dict[str, int]:
    """How many triggers of a function that are on each table has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.proname = %s "
            "AND t.tgenabled <> 'D' GROUP BY 1",
            [function],
        )
        return dict(cursor.fetchall())


@pytest.mark.django_db
def test_every_table_that_only_grows_has_both_triggers():
    guarded = _guarded_by("parindex_append_only")
    # The box of sealed answers is emptied by mixing, which its own guard knows.
    assert guarded.pop("fieldwork_box") == 1
    assert _guarded_by("fieldwork_box_guard") == {"fieldwork_box": 1}
    assert set(guarded.values()) == {2}
    assert {*TRIGGERS, "assessment_scoreentry", "assessment_revision"} <= set(guarded)


# ---- a database administrator


def drop_triggers() -> None:
    for table in TRIGGERS:
        sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def edit(chance: random.Random) -> None:
    seq = chance.randint(1, ENTRIES)
    column, value = chance.choice(
        [
            ("verb", "sheet.submitted"),
            ("person", "somebody else"),
            ("acting_for", "another"),
            ("issuer", "ha-noi"),
            ("about_kind", "sheet"),
            ("about_id", "17"),
            ("previous", "f" * 64),
            ("digest", "e" * 64),
            ("at", str(datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=chance.randint(0, 900)))),
        ]
    )
    sql(f"UPDATE journal_entry SET {column} = %s WHERE seq = %s", value, seq)


def edit_a_byte_of_the_body(chance: random.Random) -> None:
    entry = Entry.objects.get(seq=chance.randint(1, ENTRIES))
    place = chance.randrange(len(entry.body))
    other = chr(33 + (ord(entry.body[place]) + chance.randint(1, 80)) % 90)
    changed = entry.body[:place] + other + entry.body[place + 1 :]
    sql("UPDATE journal_entry SET body = %s WHERE seq = %s", changed, entry.seq)


def edit_with_its_own_digest_made_right(chance: random.Random) -> None:
    entry = Entry.objects.get(seq=chance.randint(1, ENTRIES))
    body = chance.choice([entry.body.replace("thử", "thật"), "{}", "[]", "không"])
    digest = chain.link(entry.previous, body)
    sql("UPDATE journal_entry SET body = %s, digest = %s WHERE seq = %s", body, digest, entry.seq)


def insert(chance: random.Random) -> None:
    sql(
        "INSERT INTO journal_entry (seq, at, verb, person, acting_for, issuer, about_kind, "
        "about_id, body, previous, digest) SELECT %s, at, verb, person, acting_for, issuer, "
        "about_kind, about_id, body, previous, digest FROM journal_entry WHERE seq = %s",
        chance.choice([0, -1, ENTRIES + 1, ENTRIES + 2]),
        chance.randint(1, ENTRIES),
    )


def delete(chance: random.Random) -> None:
    sql("DELETE FROM journal_entry WHERE seq = %s", chance.randint(1, ENTRIES))


def reorder(chance: random.Random) -> None:
    one, other = chance.sample(range(1, ENTRIES + 1), 2)
    sql("UPDATE journal_entry SET seq = -1 WHERE seq = %s", one)
    sql("UPDATE journal_entry SET seq = %s WHERE seq = %s", one, other)
    sql("UPDATE journal_entry SET seq = %s WHERE seq = -1", other)


WAYS = (
    edit,
    edit_a_byte_of_the_body,
    edit_with_its_own_digest_made_right,
    insert,
    delete,
    reorder,
)


@pytest.mark.django_db
def test_every_tampering_is_found_by_verify():
    write(ENTRIES)
    assert codes() == []
    chance = random.Random(SEED)
    missed = []
    for number in range(TAMPERINGS):
        way = WAYS[number % len(WAYS)]
        mark = transaction.savepoint()
        drop_triggers()
        way(chance)
        if not codes():
            missed.append((number, way.__name__))
        transaction.savepoint_rollback(mark)
    assert missed == []
    assert codes() == []


def rewrite(from_seq: int) -> None:
    """The whole chain anew from an entry on, with everything that agrees with itself."""
    digest = chain.NOTHING
    for entry in Entry.objects.order_by("seq"):
        body = entry.body.replace("thử", "thật") if entry.seq >= from_seq else entry.body
        after = chain.link(digest, body)
        sql(
            "UPDATE journal_entry SET body = %s, previous = %s, digest = %s WHERE seq = %s",
            body, digest, after, entry.seq,
        )  # fmt: skip
        digest = after
    Head.objects.update(digest=digest)


def cut(at: int) -> None:
    sql("DELETE FROM journal_entry WHERE seq > %s", at)
    Head.objects.update(seq=at, digest=Entry.objects.get(seq=at).digest)


def roll_back(at: int) -> None:
    cut(at)
    write(ENTRIES - at)


@pytest.mark.parametrize("way", [rewrite, cut, roll_back])
@pytest.mark.parametrize("at", [1, 2, 5, 11])
@pytest.mark.django_db
def test_whatever_agrees_with_itself_is_found_by_any_earlier_checkpoint(way, at: int, tmp_path):
    texts = []
    for _ in range(ENTRIES):
        write(1)
        texts.append(make_checkpoint("thử").text)
    old = tmp_path / "export.jsonl"
    old.write_text("\n".join(queries.export()), encoding="utf-8")
    drop_triggers()
    sql("DELETE FROM journal_checkpoint")
    way(at)
    # It stands by itself …
    assert codes() == []
    # … and not before anyone who kept a checkpoint of what was changed, or an export.
    first_changed = at if way is rewrite else at + 1
    for seq, text in enumerate(texts, start=1):
        kept = tmp_path / f"{seq}.txt"
        kept.write_text(text, encoding="utf-8")
        assert bool(list(queries.verify_diff(kept))) is (seq >= first_changed), seq
    assert list(queries.verify_diff(old))


@pytest.mark.django_db
def test_a_false_checkpoint_is_found():
    write(3)
    made = make_checkpoint("thử")
    assert codes() == []
    drop_triggers()
    lines = made.text.splitlines()
    lines[4] = "dịp khác"
    sql("UPDATE journal_checkpoint SET text = %s", "\n".join(lines) + "\n")
    assert codes() == ["journal.signature"]
    sql("UPDATE journal_checkpoint SET text = 'x'")
    assert codes() == ["journal.no_checkpoint"]


def test_a_checkpoint_is_kept_as_a_file_when_it_is_committed(committed_db):
    write(2)
    made = make_checkpoint("mở kỳ")
    kept = settings.CHECKPOINT_FOLDER / f"checkpoint-{2:012d}-{made.pk}.txt"
    assert kept.read_text(encoding="utf-8") == made.text
    assert list(queries.verify_diff(kept)) == []
    kept.unlink()


@pytest.mark.django_db
def test_what_is_no_checkpoint_is_said_to_be_none(tmp_path: Path):
    strange = tmp_path / "x.txt"
    strange.write_text("xin chào\n", encoding="utf-8")
    for text in ('{"x": 1}\n', "{không\n"):
        strange.write_text(text, encoding="utf-8")
        assert [one.code for one in queries.verify_diff(strange)] == ["journal.no_checkpoint"]
    strange.write_text("xin chào\n", encoding="utf-8")
    (problem,) = queries.verify_diff(strange)
    assert problem == Problem(
        code="journal.no_checkpoint", file=str(strange), values={"got": "xin chào"}
    )
