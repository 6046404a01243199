"""A sheet by Excel: downloaded, filled, tried first, taken over whole or not at all."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from web.desk.login import log_in
from web.province import build, when
from workbooks.filled import Filled

from parindex.web.assessment.actions import claims, phasing
from parindex.web.assessment.models import ScoreEntry
from parindex.web.assessment.queries.sheets import sheet_for
from parindex.web.assessment.queries.workbook import standing_claims
from parindex.web.assessment.states import PhaseKind
from parindex.web.journal import clock
from parindex.web.journal.queries import lines_about, verify
from parindex.workbooks.sheet_words import HEADINGS, SHEET
from parindex.workbooks.uploads import address

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    made = build()
    with clock.at(when(PhaseKind.SELF_SCORING)):
        phasing.open_phase(made.admin, made.phase(PhaseKind.SELF_SCORING).id)
        yield made


def client_of(province, name):
    return log_in(Client(), province.people[name])


def workbook(client, province, unit="finance"):
    response = client.get(reverse("sheet_workbook", args=[province.sheet_id(unit)]))
    assert response.status_code == 200
    return response.content


def filled(content, **values: object):
    """The workbook with cells changed: each named by item and column."""
    edit = Filled(content)
    rows = edit.grids[SHEET]
    header = next(n for n, row in enumerate(rows) if HEADINGS["code"] in row)
    columns = {
        key: rows[header].index(text) for key, text in HEADINGS.items() if text in rows[header]
    }
    lines = {row[columns["code"]]: n for n, row in enumerate(rows) if n > header}
    for name, value in values.items():
        item, key = name.rsplit("__", 1)
        edit.set(address(lines[item.removeprefix("i").replace("_", ".")], columns[key]), value)
    return edit.save()


def send(client, province, content, name="phieu.xlsx", unit="finance"):
    url = reverse("sheet_workbook_upload", args=[province.sheet_id(unit)])
    return client.post(url, {"file": SimpleUploadedFile(name, content)})


def confirm(client, province, preview, **keep: str):
    plan = re.search(r'name="plan" value="([^"]*)"', preview.content.decode())[1]
    url = reverse("sheet_workbook_upload", args=[province.sheet_id("finance")])
    return client.post(url, {"plan": plan, **keep})


def standing(province):
    actor = province.actor("officer")
    found = standing_claims(sheet_for(actor, province.sheet_id("finance")))
    return {code: dict(one.quantity) for code, one in found.items()}


def test_a_workbook_is_tried_first_and_then_taken_over_whole(province):
    client = client_of(province, "officer")
    sheet = province.sheet_id("finance")
    claims.save_claim(province.actor("officer"), sheet, "1.1.1", {"option": "late"}, base=0)
    content = filled(
        workbook(client, province), i1_1_1__option="timely", i1_1_2__numerator="19",
        i1_1_2__denominator="20", i2_1_1__points="1,5", i2_1_1__note="Theo báo cáo số 3",
    )  # fmt: skip
    preview = send(client, province, content)
    assert preview.status_code == 200
    said = preview.content.decode()
    assert "Các mục sẽ thay đổi" in said
    assert "mức chọn: late" in said
    assert "mức chọn: timely" in said
    assert ScoreEntry.objects.count() == 1
    done = confirm(client, province, preview)
    assert (done.status_code, done.url) == (302, f"/desk/sheets/{sheet}/")
    assert standing(province) == {
        "1.1.1": {"option": "timely"},
        "1.1.2": {"numerator": "19", "denominator": "20"},
        "2.1.1": {"points": "1.5"},
    }
    [line] = [one for one in lines_about("sheet", str(sheet)) if one.verb == "sheet.filled"]
    assert line.after == {"file": "phieu.xlsx", "items": ["1.1.1", "1.1.2", "2.1.1"]}
    assert list(verify()) == []
    again = send(client, province, workbook(client, province))
    assert "không có gì khác" in again.content.decode()


def test_what_is_wrong_is_marked_and_nothing_is_written(province):
    client = client_of(province, "officer")
    content = filled(workbook(client, province), i1_1_2__numerator="chín", i2_1_1__points="1,5")
    preview = send(client, province, content)
    assert preview.status_code == 422
    assert "Ghi các mục vào phiếu" not in preview.content.decode()
    url = reverse("sheet_workbook_marked", args=[province.sheet_id("finance")])
    assert client.get(url).content.startswith(b"PK")
    assert client_of(province, "officer2").get(url).status_code == 404
    assert not ScoreEntry.objects.exists()


def test_an_item_changed_online_meanwhile_is_never_overwritten_silently(province):
    client = client_of(province, "officer")
    sheet = province.sheet_id("finance")
    content = filled(workbook(client, province), i1_2_1__count=1, i2_1_1__points="1,5")
    claims.save_claim(province.actor("officer2"), sheet, "1.2.1", {"count": "3"}, base=0)
    preview = send(client, province, content)
    said = preview.content.decode()
    assert "có người khác đã sửa" in said
    assert "Người officer2" in said
    assert confirm(client, province, preview).status_code == 302
    assert standing(province) == {"1.2.1": {"count": "3"}, "2.1.1": {"points": "1.5"}}
    preview = send(client, province, content)
    assert confirm(client, province, preview, **{"keep-1.2.1": "mine"}).status_code == 302
    assert standing(province)["1.2.1"] == {"count": "1"}


def test_one_who_writes_after_the_preview_stops_all_of_it(province):
    client = client_of(province, "officer")
    sheet = province.sheet_id("finance")
    content = filled(workbook(client, province), i1_2_1__count=1, i2_1_1__points="1,5")
    preview = send(client, province, content)
    claims.save_claim(province.actor("officer2"), sheet, "2.1.1", {"points": "1"}, base=0)
    assert confirm(client, province, preview).status_code == 409
    assert standing(province) == {"2.1.1": {"points": "1"}}


def test_a_workbook_of_another_unit_round_or_person_is_refused(province):
    other = workbook(client_of(province, "rival"), province, "health")
    assert send(client_of(province, "officer"), province, other).status_code == 422
    assert send(client_of(province, "officer"), province, b"PK\x03\x04").status_code == 422
    mine = workbook(client_of(province, "officer"), province)
    content = filled(mine, i2_1_1__points="1")
    preview = send(client_of(province, "officer"), province, content)
    # The preview of one is no key for another.
    assert confirm(client_of(province, "officer2"), province, preview).status_code == 422
    assert not ScoreEntry.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"),
    [("head", 200), ("rival", 404), ("lawyer", 403), ("admin", 403), ("leader", 403)],
)
def test_who_gets_and_sends_a_workbook(province, who, status):
    client = client_of(province, who)
    assert (
        client.get(reverse("sheet_workbook", args=[province.sheet_id("finance")])).status_code
        == status
    )
    url = reverse("sheet_workbook_upload", args=[province.sheet_id("finance")])
    assert client.get(url).status_code == status


def test_after_the_sheet_is_in_the_workbook_is_only_read(province):
    client = client_of(province, "officer")
    claims.sign(province.actor("head"), province.sheet_id("finance"), although_missing=True)
    assert workbook(client, province).startswith(b"PK")
    assert send(client, province, b"x").status_code == 403
