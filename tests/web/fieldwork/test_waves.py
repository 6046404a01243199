"""Planning: instruments keep their columns, plans are held to sense, frames come before seeds."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
import web_setup

web_setup.set_up()

from web.fieldwork.surveying import (  # noqa: E402
    CLOSES,
    COLUMNS,
    INSTRUMENT,
    OPEN,
    PLAN,
    START,
    draw,
    found,
    frame_of,
    plan,
)

from parindex.errors import UnusableInputError  # noqa: E402
from parindex.survey.sampling.receipt import read_receipt, replay  # noqa: E402
from parindex.web.fieldwork import states  # noqa: E402
from parindex.web.fieldwork.actions import drawing, waves  # noqa: E402
from parindex.web.fieldwork.models import Instrument, Invitation, Wave  # noqa: E402
from parindex.web.fieldwork.queries.frames import preview  # noqa: E402
from parindex.web.fieldwork.queries.waves import kiosk_by_key  # noqa: E402
from parindex.web.journal import clock  # noqa: E402
from parindex.web.journal.queries import lines_about  # noqa: E402
from parindex.web.people.permissions import RefusedError  # noqa: E402

pytestmark = pytest.mark.django_db


def codes_of(call, *args, **how) -> list[str]:
    with pytest.raises((RefusedError, UnusableInputError)) as caught:
        call(*args, **how)
    for one in caught.value.problems:
        assert one.say("vi")
        assert one.say("en")
    return [one.code for one in caught.value.problems]


def test_an_instrument_is_kept_once_and_a_later_version_loses_nothing():
    made = found()
    with clock.at(START):
        first = waves.import_instrument(
            made.manager, made.issuer, INSTRUMENT.encode(), file="a.yaml"
        )
        again = waves.import_instrument(
            made.manager, made.issuer, INSTRUMENT.encode(), file="b.yaml"
        )
        assert first == again
        other = INSTRUMENT.replace("Thái độ", "Cách cư xử").encode()
        assert codes_of(
            waves.import_instrument, made.manager, made.issuer, other, file="a.yaml"
        ) == ["fieldwork.version_taken"]
        lost = "\n".join(line for line in INSTRUMENT.splitlines() if "bribe" not in line)
        lost = lost.replace("version: 1", "version: 2").encode()
        assert codes_of(
            waves.import_instrument, made.manager, made.issuer, lost, file="a.yaml"
        ) == ["versions.lost_question"]
        more = other.replace(b"version: 1", b"version: 2")
        assert waves.import_instrument(made.manager, made.issuer, more, file="a.yaml").version == 2
        assert codes_of(
            waves.import_instrument, made.manager, made.issuer, b"schema: x", file="a.yaml"
        )
    assert Instrument.objects.count() == 2


def test_a_plan_that_cannot_be_is_refused_with_everything_that_is_wrong():
    made = found()
    with clock.at(START):
        used = waves.import_instrument(
            made.manager, made.issuer, INSTRUMENT.encode(), file="a.yaml"
        )
        bad = {
            "slug": "w", "title": " … ", "instrument": used.id, "opens_at": CLOSES,
            "closes_at": START, "min_cell": 1, "hold_hours": 0, "bodies": ["mars@2020"],
        }  # fmt: skip
        assert codes_of(waves.create_wave, made.manager, made.issuer, **bad) == [
            "fieldwork.no_title", "fieldwork.dates", "fieldwork.min_cell", "fieldwork.hold_hours",
            "fieldwork.bodies_unasked", "fieldwork.unknown_unit",
        ]  # fmt: skip
    assert not Wave.objects.exists()


def test_dates_change_while_a_wave_is_prepared_and_with_a_reason_once_it_is_open():
    made = draw(plan())
    later = CLOSES + timedelta(days=9)
    with clock.at(START):
        waves.set_dates(made.manager, made.id, closes_at=later)
        assert (made.fresh().closes_at, made.fresh().syncs_until) == (later, later)
        waves.open_wave(made.manager, made.id)
        assert codes_of(waves.set_dates, made.manager, made.id, closes_at=CLOSES) == [
            "refused.no_reason"
        ]
        waves.set_dates(made.manager, made.id, closes_at=CLOSES, reason="Rút ngắn theo chỉ đạo")
        assert codes_of(waves.set_dates, made.manager, made.id, closes_at=START, reason="Sai") == [
            "fieldwork.dates"
        ]
    said = lines_about("wave", str(made.id))
    assert [one.verb for one in said if one.verb == "wave.dated"] == ["wave.dated"] * 2


def test_the_frame_is_told_before_the_seed_and_the_draw_can_be_done_again_by_anybody():
    made = plan(in_frame=30, take=20, reserve=5)
    other = made.frame.replace("Người số 1,".encode(), "Người số một,".encode())
    with clock.at(START):
        assert codes_of(drawing.draw, made.manager, made.id, other, seed="1", file="k.csv") == [
            "fieldwork.other_frame"
        ]
        assert codes_of(
            drawing.draw, made.manager, made.id, made.frame, seed="  ", file="k.csv"
        ) == ["sampling.seed"]
    draw(made)
    verbs = [one.verb for one in reversed(lines_about("wave", str(made.id)))]
    assert verbs == ["wave.planned", "frame.registered", "wave.drawn"]
    wave = made.fresh()
    receipt = read_receipt(wave.receipt.encode(), file="receipt.json")
    drawn, differs = replay(made.frame, receipt, file="k.csv", receipt_file="receipt.json")
    assert differs == []
    rows = [line.split(",") for line in drawn.csv.decode().splitlines()]
    at = rows[0].index("draw")
    expected = {(row[0], row[at]) for row in rows[1:]}
    kept = {(one.dossier, "reserve" if one.reserve else "drawn") for one in made.invitations()}
    assert kept == expected
    assert len(kept) == 4 * 25
    with clock.at(START):
        assert codes_of(
            drawing.draw, made.manager, made.id, made.frame, seed="2", file="k.csv"
        ) == ["fieldwork.move"]
        assert codes_of(
            drawing.register_frame,
            made.manager,
            made.id,
            made.frame,
            plan=b"",
            columns={},
            file="k",
        ) == ["fieldwork.move"]


def test_a_seed_without_a_frame_is_refused():
    made = plan()
    Wave.objects.update(frame_digest="")
    with clock.at(START):
        assert codes_of(
            drawing.draw, made.manager, made.id, made.frame, seed="1", file="k.csv"
        ) == ["fieldwork.no_frame"]


def test_cells_keep_what_estimation_needs_and_what_all_their_people_share():
    made = draw(plan(in_frame=30, take=20, reserve=5))
    cells = list(made.wave.cells.order_by("position"))
    assert [one.stratum for one in cells] == [
        "finance@2021/khai-sinh", "finance@2021/dat-dai", "health@2021/khai-sinh", "health@2021/dat-dai",
    ]  # fmt: skip
    assert {one.n_drawn for one in cells} == {20}
    first = cells[0]
    assert first.unit == made.units["finance"]
    assert first.design == {
        "strata": ["1/finance@2021/khai-sinh"], "units": [], "fpc": ["30"],
        "weight": "1.5", "stratum": "1/finance@2021/khai-sinh", "psu": "",
    } | {"weight": first.design["weight"]}  # fmt: skip
    assert float(first.design["weight"]) == 1.5


def test_cells_in_which_nobody_could_hide_are_told():
    made = plan(in_frame=30, take=3, reserve=0)
    with clock.at(START):
        seen = preview(
            made.manager, made.fresh(), made.frame, plan=(PLAN % {"take": 3, "reserve": 0}).encode(),
            columns=COLUMNS, file="k.csv",
        )  # fmt: skip
        assert seen is not None
        assert [take for _, take in seen.smallest] == [3] * 4
        assert next((one.label, one.members, one.take) for one in seen.strata) == (
            "finance@2021/khai-sinh",
            30,
            3,
        )
        drawn = drawing.draw(made.manager, made.id, made.frame, seed="1", file="k.csv")
    assert [count for _, _, count in drawn.too_small] == [3] * 4


def clusters(n_villages=6, people=10):
    rows = ["id,commune,village,unit"]
    rows += [
        f"p{commune}-{village}-{at},c{commune},v{commune}-{village},finance@2021"
        for commune in range(4)
        for village in range(n_villages)
        for at in range(people)
    ]
    return ("\n".join(rows) + "\n").encode()


TWO_STAGES = b"""\
schema: parindex.sampling/1
id: id
stages:
  - {cluster: commune, method: srs, take: 2}
  - {cluster: village, method: srs, take: 3}
  - {method: srs, take: 4, reserve: 2}
"""


def test_a_draw_of_several_stages_gives_a_cell_for_each_cluster():
    made = plan()
    with clock.at(START):
        drawing.register_frame(
            made.manager,
            made.id,
            clusters(),
            plan=TWO_STAGES,
            columns={"unit": "unit"},
            file="k.csv",
        )
        drawing.draw(made.manager, made.id, clusters(), seed="1", file="k.csv")
    cells = list(made.wave.cells.all())
    assert len(cells) == 6
    assert {one.n_drawn for one in cells} == {4}
    assert all(one.design["fpc"] == ["4", "6", "10"] for one in cells)
    assert all(len(one.design["units"]) == 2 for one in cells)
    assert len({one.design["psu"] for one in cells}) == 2
    assert len({one.psu for one in cells}) == 6
    assert Invitation.objects.filter(reserve=True).count() == 12


def test_a_frame_with_faults_is_refused_with_each():
    made = plan()
    bad = frame_of(2).decode().replace("health@2021,dat-dai", "mars,dat-dai", 1).encode()
    columns = {**COLUMNS, "unit": "unit", "colour": "x", "phone": "telephone"}
    how = {"plan": (PLAN % {"take": 1, "reserve": 0}).encode(), "file": "k.csv"}
    with clock.at(START):
        assert codes_of(drawing.register_frame, made.manager, made.id, bad, columns=columns, **how) == [
            "fieldwork.unknown_part",
            "fieldwork.no_column",
        ]  # fmt: skip
        assert codes_of(
            drawing.register_frame, made.manager, made.id, bad, columns=COLUMNS, **how
        ) == ["fieldwork.unknown_unit"]
        long = frame_of(2).replace("Người số 1,".encode(), b"x" * 300 + b",")
        assert codes_of(
            drawing.register_frame, made.manager, made.id, long, columns=COLUMNS, **how
        ) == ["fieldwork.too_long_cell"]
        own = {**COLUMNS, "own_unit": "unit"}
        found_ = codes_of(
            drawing.register_frame, made.manager, made.id, frame_of(2), columns=own, **how
        )
        assert found_ == ["fieldwork.own_unit"] * 8
    assert not Invitation.objects.exists()


def test_a_kiosk_has_a_key_until_it_is_ended():
    made = draw(plan())
    with clock.at(OPEN):
        assert codes_of(waves.add_kiosk, made.manager, made.id, name=" ") == ["fieldwork.no_title"]
        kiosk, key = waves.add_kiosk(made.manager, made.id, name="Quầy số 1")
        assert kiosk_by_key(key) == kiosk
        assert kiosk_by_key("") is None
        assert kiosk_by_key("0" * 26) is None
        waves.end_kiosk(made.manager, kiosk.id)
        assert kiosk_by_key(key) is None


def test_the_moves_of_a_wave_are_those_of_the_table():
    for step, row in states.MOVES.items():
        for state in states.WaveState:
            if state in row.sources:
                assert states.after(step, state) is row.target
            else:
                with pytest.raises(states.NoSuchMoveError):
                    states.after(step, state)
    window = states.Window(
        state=states.WaveState.OPEN, opens_at=START, closes_at=CLOSES, syncs_until=CLOSES
    )
    assert window.takes(CLOSES, states.Mode.WEB)
    assert not replace(window, state=states.WaveState.MIXED).takes(CLOSES, states.Mode.PAPER)


def test_the_opening_tells_the_instrument_and_the_key_that_answers_are_sealed_to():
    made = draw(plan())
    with clock.at(START):
        waves.open_wave(made.manager, made.id)
        assert codes_of(waves.open_wave, made.manager, made.id) == ["fieldwork.move"]
    (line,) = [one for one in lines_about("wave", str(made.id)) if one.verb == "wave.opened"]
    assert line.after == {
        "public_key": made.fresh().public_key,
        "instrument": made.fresh().instrument.digest,
    }
    assert json.loads(made.fresh().receipt)["seed"] == made.fresh().seed
