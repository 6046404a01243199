"""Whoever has everything that is written down links answers to people no better than by chance.

The same attacker does link them where one part of the protection is switched off: the test can
fail. See docs/decisions/0014.
"""

import random
import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import web_setup

web_setup.set_up()

from django.test import override_settings  # noqa: E402
from web.fieldwork import attacking  # noqa: E402
from web.fieldwork.attacking import Attack, Seen, chance_of  # noqa: E402
from web.fieldwork.surveying import AFTER, OPEN, Survey, ask  # noqa: E402

from parindex.web.fieldwork import sealing  # noqa: E402
from parindex.web.fieldwork.actions import closing, intake, mixing, waves  # noqa: E402
from parindex.web.fieldwork.models import Response  # noqa: E402
from parindex.web.journal import clock  # noqa: E402
from parindex.web.journal.models import Entry  # noqa: E402

PERMUTATIONS = 5_000
# As good by chance as seldom as this is better than chance.
BETTER = 2 / PERMUTATIONS
WEEKS = 3


@pytest.fixture
def keys(committed_db, tmp_path: Path) -> Iterator[Path]:
    with override_settings(KEYS_FOLDER=tmp_path / "keys"):
        yield tmp_path / "keys"


class Played:
    """A wave that was answered, watched by the attacker all along, and mixed."""

    def __init__(self, people: int, work: Path) -> None:
        self.work = work
        self.made: Survey = ask(in_frame=people + 10, take=people, reserve=0)
        self.truth: dict[str, str] = {}
        # How long each was seen to take; beginning writes a reservation, sending uses it.
        self.lasted: dict[str, float] = {}
        with clock.at(OPEN):
            waves.set_quotas(
                self.made.manager, self.made.id,
                dict.fromkeys(self.made.fresh().cells.values_list("stratum", flat=True), people),
            )  # fmt: skip
        self.seen: list[Seen] = []
        self.n_entries = Entry.objects.count()
        order = list(self.made.codes)
        random.shuffle(order)
        weeks = np.array_split(order, WEEKS)
        for at, week in enumerate(weeks):
            for one in week:
                self.answer(one, OPEN + timedelta(weeks=at))
            self.seen.append(attacking.look(work / f"week-{at}.tar"))
        self.n_after = Entry.objects.count()
        self.before = attacking.heap_text() + attacking.log_text()
        with clock.at(AFTER):
            closing.close_due()
            self.wave = mixing.mix(self.made.manager, self.made.id)
        self.seen.append(attacking.look(work / "after.tar"))
        self.wal = attacking.log_text()

    def answer(self, one: Any, moment: Any) -> None:
        marker = f"m{secrets.token_hex(8)}"
        self.truth[str(one)] = marker
        said = {
            "q1": random.choice("12345"),
            "q2": random.choice("12345"),
            "more": marker + "." * random.randrange(400),
        }
        seconds = random.randrange(60, 900)
        self.lasted[str(one)] = seconds
        with clock.at(moment):
            intake.start(self.made.codes[one])
        with clock.at(moment + timedelta(seconds=seconds)):
            intake.submit(
                self.made.codes[one], secrets.token_hex(8), said, mode="web", seconds=seconds
            )

    def chance(self) -> float:
        """How often chance links as well as the best of the attacker's ways."""
        last = self.seen[-1]
        answers = sorted(last.responses)
        marker = {
            one: attacking._said(row)["more"].rstrip(".") for one, row in last.responses.items()
        }
        # What an answer says of how it came, the attacker knows of each person too.
        week_of = self.weeks()
        group_of_answer = {
            one: f"{row['cell_id']} {row['week'] or ''}" for one, row in last.responses.items()
        }
        with_week = {str(row["cell_id"]) for row in last.responses.values() if row["week"]}
        people = sorted(self.truth)
        cell = {one: str(last.invitations[one]["cell_id"]) for one in people}
        attack = Attack(
            people=people,
            groups={
                one: f"{cell[one]} {week_of[one] if cell[one] in with_week else ''}"
                for one in people
            },
            people_orders={
                "how long it took": self.lasted,
                **attacking.orders_of_people(self.seen, self.made.codes, self.wal, self.work),
            },
            answer_orders=attacking.orders_of_answers(
                last, lambda said: said["more"].rstrip("."), self.wal, self.work
            ),
        )
        # The log was found to hold both ends: it is a trail that was followed.
        assert min(attack.people_orders["wal of the receipt"].values()) >= 0
        assert min(attack.answer_orders["wal"].values()) >= 0
        place = {text: answers.index(one) for one, text in marker.items()}
        truth = np.array([place[self.truth[one]] for one in people])
        links = attack.links(answers, group_of_answer)
        assert len(links) >= 150
        groups = [attack.groups[one] for one in people]
        return chance_of(links, truth, groups, permutations=PERMUTATIONS)

    def weeks(self) -> dict[str, str]:
        """In which week each code was used, as backups of each week tell."""
        found: dict[str, str] = {}
        for at, moment in enumerate(self.seen[:WEEKS]):
            for one, row in moment.invitations.items():
                if row["used"]:
                    monday = (OPEN + timedelta(weeks=at)).date()
                    monday -= timedelta(days=monday.weekday())
                    found.setdefault(one, str(monday))
        return found


def test_with_everything_written_down_nobody_links_better_than_chance(keys: Path, tmp_path: Path):
    played = Played(50, tmp_path)
    assert (played.wave.n_mixed, played.wave.n_withheld) == (200, 0)
    # Before the mixing no answer stood anywhere in the open: not in a page, live or dead, and not in the log.
    assert not [marker for marker in played.truth.values() if marker.encode() in played.before]
    # Answers leave no trace in the journal, each or together.
    assert played.n_after == played.n_entries
    # The key is gone, and with it what every backup holds.
    assert list(sealing.kept_keys(keys)) == []
    for moment in played.seen:
        assert attacking.opened(moment.boxes, keys, played.made.id) == {}
        assert moment.boxes or moment is played.seen[-1]
    assert played.seen[-1].boxes == {}
    # Weeks are kept where enough answers share them, and then they are right.
    assert Response.objects.exclude(week=None).exists()
    assert played.chance() > BETTER


@pytest.mark.parametrize("weakened", ["not shuffled", "not padded", "key kept"])
def test_the_same_attacker_links_where_a_protection_is_switched_off(
    weakened: str, keys: Path, tmp_path: Path, monkeypatch
):
    if weakened == "not shuffled":
        monkeypatch.setattr(mixing.secrets, "SystemRandom", InOrder)
    elif weakened == "not padded":
        whole = sealing.seal
        monkeypatch.setattr(
            sealing, "seal",
            lambda content, *, public_key, wave, **_: whole(content, public_key=public_key, wave=wave, size=len(content)),
        )  # fmt: skip
    else:
        monkeypatch.setattr(mixing.burning, "burn", lambda _wave: None)
    played = Played(20, tmp_path)
    if weakened == "key kept":
        box = attacking.opened(played.seen[WEEKS - 1].boxes, keys, played.made.id)
        known = {row["xmin"]: name for name, row in played.seen[WEEKS - 1].boxes.items()}
        invitations = played.seen[WEEKS - 1].invitations
        linked = {
            one: box[known[row["xmin"]]]["answers"]["more"].rstrip(".")
            for one, row in invitations.items()
            if row["xmin"] in known
        }
        assert linked == played.truth
    else:
        assert played.chance() < BETTER


class InOrder:
    """A lot that always falls the same."""

    def shuffle(self, _rows: list[Any]) -> None:
        pass

    def sample(self, rows: list[Any], count: int) -> list[Any]:
        return rows[:count]
