"""The matrix, the provisional index with its reasons, and the round's folder."""

import io
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook
from web.desk.appraised import APPRAISAL, EXPLANATION, SELF, client_of, during, hand_in, opened
from web.province import CLAIMS, build

from parindex.web.assessment.actions import appraisal, claims
from parindex.web.assessment.models import Phase

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    made = build()
    with during(SELF):
        opened(made, SELF)
        hand_in(made, "finance")
        claims.save_claim(
            made.actor("rival"), made.sheet_id("health"), "1.1.1", CLAIMS["1.1.1"], base=0
        )
    with during(APPRAISAL):
        opened(made, APPRAISAL)
        appraisal.save_finding(
            made.actor("appraiser"), made.sheet_id("finance"), "1.1.1", {"option": "late"},
            reason="Chậm", base=0,
        )  # fmt: skip
        yield made


def matrix_url(province, **query: str):
    return reverse("matrix", args=[province.round.id], query=query or None)


def index_url(province):
    return reverse("provisional", args=[province.round.id])


# ---- the matrix


def test_the_matrix_is_for_those_who_run_decide_lead_or_watch(province):
    for name in ("admin", "chair", "member", "leader", "observer"):
        assert client_of(province, name).get(matrix_url(province)).status_code == 200
    for name in ("officer", "head", "appraiser"):
        assert client_of(province, name).get(matrix_url(province)).status_code == 403
        url = reverse("matrix_book", args=[province.round.id])
        assert client_of(province, name).get(url).status_code == 403
    other = build("dak-lak")
    assert client_of(other, "admin").get(matrix_url(province)).status_code == 404


def test_the_matrix_shows_progress_points_and_appraisal(province):
    client = client_of(province, "admin")
    rows = {one["label"]: one for one in client.get(matrix_url(province)).context["matrix"]["rows"]}
    finance = rows["Sở Tài chính"]
    assert [cell["text"] for cell in finance["cells"]] == ["3/3", "1/1"]
    assert finance["cells"][0]["share"] == 1
    assert rows["Sở Y tế"]["cells"][0]["text"] == "1/3"
    points = client.get(matrix_url(province, show="points")).context["matrix"]
    rows = {one["label"]: one for one in points["rows"]}
    assert rows["Sở Tài chính"]["cells"][0]["text"] == "3,65 → 0,50"
    appraised = client.get(matrix_url(province, show="appraisal")).context["matrix"]
    rows = {one["label"]: one for one in appraised["rows"]}
    assert rows["Sở Tài chính"]["cells"][0]["text"] == "1/3"
    assert len(appraised["foot"]) == len(appraised["columns"]) + 1


def test_points_of_a_sheet_that_is_not_handed_in_are_not_shown():
    made = build()
    with during(SELF):
        opened(made, SELF)
        claims.save_claim(
            made.actor("rival"), made.sheet_id("health"), "2.1.1", {"points": "1,37"}, base=0
        )
        admin = client_of(made, "admin")
        assert "1,37" not in admin.get(matrix_url(made, show="points")).text
        book = admin.get(reverse("matrix_book", args=[made.round.id]))
        rows = CalamineWorkbook.from_filelike(io.BytesIO(book.content)).get_sheet_by_index(0)
        cells = [cell for row in rows.to_python() for cell in row]
        assert 1.37 not in cells
        assert "Sở Y tế" in cells


def test_who_is_late_and_what_is_unassigned_is_listed(province):
    page = client_of(province, "admin").get(matrix_url(province))
    assert [str(one) for one in page.context["late"]] == ["Sở Nội vụ", "Sở Tư pháp", "Sở Y tế"]
    assert page.context["n_unassigned"] == 0
    assert "quá hạn" in page.text


def test_the_matrix_needs_as_many_queries_for_three_rows_as_for_one(province, monkeypatch):
    from parindex.web.desk.views.appraisal import matrix

    client = client_of(province, "admin")
    client.get(matrix_url(province))
    counts = []
    for size in (1, 3):
        monkeypatch.setattr(matrix, "PAGE", size)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(matrix_url(province))
        assert len(page.context["matrix"]["rows"]) == size
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_page_beyond_the_last_is_the_last(province):
    assert client_of(province, "admin").get(matrix_url(province, page="99")).status_code == 200
    assert client_of(province, "admin").get(matrix_url(province, page="-1")).status_code == 200
    assert client_of(province, "admin").get(matrix_url(province, group="x")).status_code == 200


# ---- the provisional index


def test_the_provisional_index_is_there_for_whom_the_phase_allows_only(province):
    for name in ("admin", "chair", "member"):
        assert client_of(province, name).get(index_url(province)).status_code == 200
    why = reverse("why", args=[province.round.id, "finance@2021"])
    for name in ("officer", "head", "appraiser", "leader", "observer"):
        assert client_of(province, name).get(index_url(province)).status_code == 404
        assert client_of(province, name).get(why).status_code == 404
    other = build("dak-lak")
    assert client_of(other, "admin").get(index_url(province)).status_code == 404
    assert client_of(other, "admin").get(why).status_code == 404


def test_the_index_is_marked_as_provisional_and_says_what_is_missing(province):
    page = client_of(province, "admin").get(index_url(province))
    assert "TẠM TÍNH" in page.text
    assert "Còn thiếu" in page.text
    places = [row["place"] for row in page.context["groups"][0]["rows"]]
    # Of whom nothing was found there is no index yet, and no rank.
    assert [one.rank for one in places] == [1, None, None, None]
    assert (places[0].name, places[1].index) == ("Sở Tài chính", None)
    assert not page.context["result"].complete


def test_why_a_unit_has_its_index_is_told_to_the_rule(province):
    client = client_of(province, "chair")
    page = client.get(reverse("why", args=[province.round.id, "finance@2021"]))
    assert page.status_code == 200
    for words in ("Sở Tài chính", "1.1.1", "Cách tính", "TẠM TÍNH"):
        assert words in page.text
    assert client.get(reverse("why", args=[province.round.id, "khong-co"])).status_code == 404


def test_a_head_whom_the_phase_allows_reads_no_reasons_before_findings_are_shown(province):
    Phase.objects.filter(id=province.phase(APPRAISAL).id).update(provisional_for=["head"])
    head = client_of(province, "head")
    assert head.get(index_url(province)).status_code == 200
    own = reverse("why", args=[province.round.id, "finance@2021"])
    others = reverse("why", args=[province.round.id, "health@2021"])
    assert head.get(own).status_code == 404
    with during(EXPLANATION):
        opened(province, EXPLANATION)
        Phase.objects.filter(id=province.phase(EXPLANATION).id).update(provisional_for=["head"])
        head = client_of(province, "head")
        assert head.get(own).status_code == 200
        assert head.get(others).status_code == 404


def test_the_folder_of_the_round_is_for_those_who_run_it(province):
    url = reverse("round_folder", args=[province.round.id])
    for name in ("chair", "leader", "officer"):
        assert client_of(province, name).get(url).status_code == 403
    other = build("dak-lak")
    assert client_of(other, "admin").get(url).status_code == 404
    admin = client_of(province, "admin")
    answer = admin.get(url)
    assert answer["Content-Type"] == "application/zip"
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert "2025/round.yaml" in names
    assert "2025/rulebook/departments.yaml" in names
    entries = zipfile.ZipFile(io.BytesIO(answer.content)).read("2025/entries.csv").decode()
    assert "finance@2021,1.1.1,appraised-1" in entries
    assert admin.get(url).content == answer.content


def test_a_claim_that_was_not_handed_in_is_not_in_the_folder():
    made = build()
    with during(SELF):
        opened(made, SELF)
        claims.save_claim(
            made.actor("rival"), made.sheet_id("health"), "1.2.1", {"count": "1"}, base=0
        )
        answer = client_of(made, "admin").get(reverse("round_folder", args=[made.round.id]))
        entries = zipfile.ZipFile(io.BytesIO(answer.content)).read("2025/entries.csv").decode()
        assert "health@2021,1.2.1" not in entries
