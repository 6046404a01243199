"""Evidence at the desk: who adds, sees, downloads and withdraws it; what is warned of."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from evidence.good import good_docx, good_jpeg, good_pdf
from evidence.signing import signed_report
from web.desk.login import log_in
from web.province import build, when

from parindex.evidence.ocr import Recognised
from parindex.web.assessment.actions import appraisal, claims, phasing, reading
from parindex.web.assessment.models import Evidence, ItemLine, StoredFile, Use
from parindex.web.assessment.queries import evidence as queries
from parindex.web.assessment.queries.sheets import sheet_for, uses_for
from parindex.web.assessment.states import PhaseKind
from parindex.web.journal import clock
from parindex.web.journal.queries import lines_about, verify

pytestmark = pytest.mark.django_db
SELF, APPRAISAL = PhaseKind.SELF_SCORING, PhaseKind.APPRAISAL
PLAN = good_pdf("Kế hoạch cải cách hành chính năm 2025 của Sở Tài chính")


def opened(province, kind=SELF, number=1):
    phasing.open_phase(province.admin, province.phase(kind, number).id)


def client_of(province, name):
    return log_in(Client(), province.people[name])


def add(
    client,
    province,
    *,
    item="1.1.1",
    content=PLAN,
    name="ke-hoach.pdf",
    unit="finance",
    **more: object,
):
    url = reverse("evidence_add", args=[province.sheet_id(unit), item])
    return client.post(url, {"file": SimpleUploadedFile(name, content), **more})


@pytest.fixture
def province():
    made = build()
    with clock.at(when(SELF)):
        opened(made)
        yield made


def test_a_document_is_added_with_its_details(province):
    client = client_of(province, "officer")
    response = add(
        client, province, title="Kế hoạch 2025", number="15/KH-STC", issued_on="2025-01-10",
        page="1", pointer="mục II",
    )  # fmt: skip
    sheet = province.sheet_id("finance")
    assert response.status_code == 302
    assert response.url == f"/desk/sheets/{sheet}/items/1.1.1/#evidence"
    use = Use.objects.get()
    document = use.revision.evidence
    assert (document.title, document.number, str(document.issued_on)) == (
        "Kế hoạch 2025", "15/KH-STC", "2025-01-10",
    )  # fmt: skip
    assert (use.page, use.pointer, use.stage, use.revision.number) == (1, "mục II", "self", 1)
    assert ItemLine.objects.get(sheet=sheet, item="1.1.1").n_evidence == 1
    [line] = lines_about("item", f"{sheet}/1.1.1")
    assert line.verb == "evidence.added"
    assert line.after["digest"] == use.revision.file_id
    assert list(verify()) == []
    page = client.get(reverse("evidence_add", args=[sheet, "1.1.1"]))
    for words in ("Kế hoạch 2025", "15/KH-STC", "10/01/2025", "mục II", "Không có chữ ký số"):
        assert words in page.content.decode()


def test_a_form_with_mistakes_says_them_at_the_fields(province):
    client = client_of(province, "officer")
    url = reverse("evidence_add", args=[province.sheet_id("finance"), "1.1.1"])
    missing = client.post(url, {"title": "Kế hoạch"})
    assert missing.status_code == 422
    assert "Chưa chọn tệp." in missing.content.decode()
    wrong = add(client, province, issued_on="2025-13-40", page="không")
    assert wrong.status_code == 422
    assert "Ngày không đúng" in wrong.content.decode()
    assert "Số trang là số nguyên" in wrong.content.decode()
    bad = add(client, province, content=b"MZ" + b"\x00" * 400, name="ke-hoach.pdf")
    assert bad.status_code == 422
    assert not StoredFile.objects.exists()


def test_by_htmx_the_list_takes_its_place_in_the_page(province):
    client = client_of(province, "officer")
    url = reverse("evidence_add", args=[province.sheet_id("finance"), "1.1.1"])
    sent = {"file": SimpleUploadedFile("a.pdf", PLAN)}
    response = client.post(url, sent, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert response.content.decode().lstrip().startswith('<section id="evidence"')
    assert "Đã thêm tài liệu" in response.content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("officer2", 302),
        ("head", 302),
        ("rival", 404),
        ("lawyer", 403),
        ("member", 403),
        ("observer", 403),
    ],
)
def test_who_adds(province, who, status):
    assert add(client_of(province, who), province).status_code == status
    assert Use.objects.count() == (1 if status == 302 else 0)


def test_another_province_adds_nothing_and_sees_nothing(province):
    other = build("dak-lak")
    add(client_of(province, "officer"), province)
    use = Use.objects.get()
    for name in ("officer", "head", "admin", "appraiser", "chair", "leader"):
        client = client_of(other, name)
        assert add(client, province).status_code == 404
        for url in _urls(use):
            assert client.get(url).status_code == 404, (name, url)


def _urls(use) -> list[str]:
    return [
        reverse("file", args=[use.revision_id, use.revision.name]),
        reverse("thumbnail", args=[use.revision_id]),
        reverse("document", args=[use.revision.evidence_id]),
        reverse("evidence_withdraw", args=[use.id]),
        # A digest is no address.
        f"/desk/files/{use.revision.file_id}/{use.revision.name}",
    ]


def test_a_file_is_of_its_unit_until_the_sheet_is_handed_in(province):
    add(client_of(province, "officer"), province)
    use = Use.objects.get()
    url = reverse("file", args=[use.revision_id, use.revision.name])
    allowed = {"officer": 200, "officer2": 200, "head": 200}
    for name in (
        "rival",
        "rival_head",
        "lawyer",
        "appraiser",
        "admin",
        "chair",
        "leader",
        "observer",
    ):
        assert client_of(province, name).get(url).status_code == 404, name
    for name, status in allowed.items():
        assert client_of(province, name).get(url).status_code == status
    claims.sign(province.actor("head"), province.sheet_id("finance"), although_missing=True)
    for name in ("appraiser", "lawyer", "admin", "chair", "leader", "observer"):
        assert client_of(province, name).get(url).status_code == 200, name
    for name in ("rival", "rival_head"):
        assert client_of(province, name).get(url).status_code == 404, name


def test_a_file_is_served_guarded_and_in_parts(province):
    client = client_of(province, "officer")
    add(client, province)
    use = Use.objects.get()
    url = reverse("file", args=[use.revision_id, use.revision.name])
    whole = client.get(url)
    assert whole.getvalue() == PLAN
    assert whole["Content-Disposition"].startswith("attachment;")
    assert whole["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in whole["Cache-Control"]
    assert whole["Content-Security-Policy"].startswith("sandbox")
    assert client.get(url, {"inline": ""})["Content-Disposition"].startswith("inline;")
    size = len(PLAN)
    for asked, status, part in [
        ("bytes=0-9", 206, PLAN[:10]), ("bytes=10-", 206, PLAN[10:]), ("bytes=-7", 206, PLAN[-7:]),
        ("bytes=5-99999999", 206, PLAN[5:]), ("lines=1-2", 200, PLAN), ("bytes=-", 200, PLAN),
    ]:  # fmt: skip
        response = client.get(url, headers={"Range": asked})
        assert (response.status_code, response.getvalue()) == (status, part), asked
        assert response["Content-Length"] == str(len(part))
    assert client.get(url, headers={"Range": f"bytes={size}-"}).status_code == 416


def test_the_same_file_under_two_items_is_kept_once_and_warned_of(province):
    client = client_of(province, "officer")
    add(client, province)
    add(client, province, item="1.1.2", name="ten-khac.pdf")
    assert StoredFile.objects.count() == 1
    page = client.get(reverse("evidence_add", args=[province.sheet_id("finance"), "1.1.1"]))
    assert "nhiều mục: 1.1.1, 1.1.2" in page.content.decode()


def test_a_file_of_another_unit_is_told_to_appraisers_and_not_to_the_unit(province):
    add(client_of(province, "officer"), province)
    add(client_of(province, "rival"), province, unit="health")
    words = "đơn vị khác"
    url = reverse("evidence_add", args=[province.sheet_id("finance"), "1.1.1"])
    assert words not in client_of(province, "officer").get(url).content.decode()
    claims.sign(province.actor("head"), province.sheet_id("finance"), although_missing=True)
    # A draft of another unit is its own: it is not even counted.
    assert words not in client_of(province, "appraiser").get(url).content.decode()
    claims.sign(province.actor("rival_head"), province.sheet_id("health"), although_missing=True)
    assert words in client_of(province, "appraiser").get(url).content.decode()
    assert words not in client_of(province, "officer").get(url).content.decode()


def test_a_withdrawn_document_stays_readable_and_the_journal_tells(province):
    client = client_of(province, "officer")
    add(client, province, title="Kế hoạch nhầm")
    use = Use.objects.get()
    url = reverse("evidence_withdraw", args=[use.id])
    assert "Rút tài liệu này khỏi mục?" in client.get(url).content.decode()
    assert client_of(province, "rival").post(url).status_code == 404
    assert client_of(province, "lawyer").post(url).status_code in {403, 404}
    assert client.post(url, {"reason": "Tải nhầm tệp"}).status_code == 302
    sheet = province.sheet_id("finance")
    page = client.get(reverse("evidence_add", args=[sheet, "1.1.1"])).content.decode()
    assert "<s>" in page
    assert "Tải nhầm tệp" in page
    assert client.get(reverse("file", args=[use.revision_id, use.revision.name])).status_code == 200
    assert ItemLine.objects.get(sheet=sheet, item="1.1.1").n_evidence == 0
    assert lines_about("item", f"{sheet}/1.1.1")[0].verb == "evidence.withdrawn"
    assert client.post(url).status_code == 403


def test_nothing_is_added_or_withdrawn_after_the_sheet_is_in(province):
    client = client_of(province, "officer")
    add(client, province)
    use = Use.objects.get()
    claims.sign(province.actor("head"), province.sheet_id("finance"), although_missing=True)
    response = add(client, province, item="1.1.2")
    assert response.status_code == 403
    assert client.post(reverse("evidence_withdraw", args=[use.id])).status_code == 403
    page = client.get(reverse("evidence_add", args=[province.sheet_id("finance"), "1.1.1"]))
    assert "evidence-add" not in page.content.decode()


def test_a_document_is_used_again_and_revised(province):
    client = client_of(province, "officer")
    add(client, province, title="Báo cáo năm")
    first = Use.objects.get()
    url = reverse("evidence_reuse", args=[province.sheet_id("finance"), "1.1.2"])
    assert "Báo cáo năm" in client.get(url, {"q": "bao cao"}).content.decode()
    assert "Báo cáo năm" not in client.get(url, {"q": "nghị quyết"}).content.decode()
    assert client.post(url, {"revision": str(first.revision_id), "page": "1"}).status_code == 302
    assert Evidence.objects.count() == 1
    document = first.revision.evidence
    revised = good_pdf("Báo cáo đã sửa")
    add(client, province, content=revised, name="bao-cao-2.pdf", revises=str(document.id))
    assert Evidence.objects.count() == 1
    assert sorted(document.revisions.values_list("number", flat=True)) == [1, 2]
    page = client.get(reverse("evidence_add", args=[province.sheet_id("finance"), "1.1.1"]))
    assert "Có bản mới hơn" in page.content.decode()
    # The other unit's documents are not there to be used.
    stranger = client_of(province, "rival")
    other = reverse("evidence_reuse", args=[province.sheet_id("health"), "1.1.2"])
    assert "Báo cáo năm" not in stranger.get(other).content.decode()
    assert stranger.post(other, {"revision": str(first.revision_id)}).status_code == 404
    assert add(stranger, province, unit="health", revises=str(document.id)).status_code == 404


def test_text_is_read_and_found(province):
    client = client_of(province, "officer")
    add(client, province, title="Văn bản một")
    add(
        client,
        province,
        item="1.1.2",
        content=good_docx("<w:p><w:r><w:t>Nghị quyết số 3</w:t></w:r></w:p>"),
        name="b.docx",
        title="Văn bản hai",
    )
    for file in StoredFile.objects.all():
        assert reading.read_text(file.digest) == "layer"
    found = client.get(reverse("documents"), {"q": "CAI CACH hanh chinh"}).content.decode()
    assert "Văn bản một" in found
    assert "Văn bản hai" not in found
    assert (
        "Văn bản một"
        not in client_of(province, "rival")
        .get(reverse("documents"), {"q": "cải cách"})
        .content.decode()
    )
    actor = province.actor("appraiser")
    assert queries.search(actor, "cải cách") == []
    claims.sign(province.actor("head"), province.sheet_id("finance"), although_missing=True)
    assert [one.title for one in queries.search(actor, "cải cách")] == ["Văn bản một"]


def test_a_mark_of_secrecy_becomes_a_warning(province):
    add(
        client_of(province, "officer"),
        province,
        content=good_pdf("TỐI MẬT\nSố: 12/BC-UBND của tỉnh"),
    )
    file = StoredFile.objects.get()
    reading.read_text(file.digest)
    file.refresh_from_db()
    assert file.warnings == ["evidence.classified"]
    url = reverse("evidence_add", args=[province.sheet_id("finance"), "1.1.1"])
    assert "Có dấu chỉ độ mật" in client_of(province, "officer").get(url).content.decode()


def test_reading_a_scan_goes_on_where_it_was_stopped(province, monkeypatch):
    add(client_of(province, "officer"), province, content=good_pdf("", "", ""))
    digest = StoredFile.objects.get().digest
    asked = []

    def recognise(path, kind, *, pages, stop) -> Iterator[Recognised]:
        for page in pages:
            asked.append(page)
            if len(asked) == 2:
                return
            yield Recognised(page=page, text=f"Trang số {page + 1} đã nhận dạng")

    monkeypatch.setattr(reading, "check_tesseract", lambda: None)
    monkeypatch.setattr(reading, "recognise", recognise)
    assert reading.read_text(digest) == "reading"
    assert StoredFile.objects.get().text_pages_done == 1
    assert reading.read_text(digest) == "read"
    assert asked == [0, 1, 1, 2]
    file = StoredFile.objects.get()
    assert file.text.split("\f") == [f"Trang số {n} đã nhận dạng" for n in (1, 2, 3)]
    assert reading.unread() == []


def test_a_picture_is_shown_and_has_a_small_one(province):
    client = client_of(province, "officer")
    add(client, province, content=good_jpeg(), name="anh.jpg")
    use = Use.objects.get()
    for _ in range(2):
        small = client.get(reverse("thumbnail", args=[use.revision_id]))
        assert small.content.startswith(b"\x89PNG")
    page = client.get(reverse("evidence_add", args=[province.sheet_id("finance"), "1.1.1"]))
    assert "Xem ảnh" in page.content.decode()


def test_a_signed_form_is_attached_and_judged(province):
    client = client_of(province, "head")
    url = reverse("signed_form", args=[province.sheet_id("finance")])
    wrong = client.post(url, {"file": SimpleUploadedFile("anh.jpg", good_jpeg())})
    assert wrong.status_code == 403
    sent = client.post(url, {"file": SimpleUploadedFile("phieu.pdf", signed_report())})
    assert sent.status_code == 302
    page = client.get(url).content.decode()
    assert "Chữ ký số chưa xác minh được" in page
    assert "chứng thư số chưa được tin cậy" in page
    assert "chưa kiểm tra thu hồi chứng thư" in page
    form = queries.forms_for(
        province.actor("head"), sheet_for(province.actor("head"), province.sheet_id("finance"))
    )[0]
    file = reverse("signed_form_file", args=[form.id, form.name])
    assert client.get(file).status_code == 200
    assert client_of(province, "admin").get(file).status_code == 404
    assert client_of(province, "rival").get(file).status_code == 404
    assert client_of(province, "rival").post(url, {}).status_code == 404
    assert client_of(province, "lawyer").post(url, {}).status_code == 403


def test_evidence_lists_do_not_ask_once_a_row(province, django_assert_max_num_queries):
    client = client_of(province, "officer")
    for n in range(6):
        add(client, province, content=good_pdf(f"Trang {n}"), name=f"{n}.pdf")
    url = reverse("evidence_add", args=[province.sheet_id("finance"), "1.1.1"])
    with django_assert_max_num_queries(32):
        client.get(url)
    with django_assert_max_num_queries(20):
        client.get(reverse("documents"))
    actor = province.actor("officer")
    opened_sheet = sheet_for(actor, province.sheet_id("finance"))
    with django_assert_max_num_queries(1):
        assert len(uses_for(actor, opened_sheet)) == 6


def test_in_an_explanation_round_evidence_is_added_and_earlier_is_frozen():
    province = build()
    client = client_of(province, "officer")
    with clock.at(when(SELF)):
        opened(province)
        add(client, province)
        claims.sign(province.actor("head"), province.sheet_id("finance"), although_missing=True)
    with clock.at(when(APPRAISAL)):
        opened(province, APPRAISAL)
        appraisal.ask(
            province.actor("appraiser"),
            province.sheet_id("finance"),
            "1.1.2",
            text="Báo cáo ở đâu?",
        )
    with clock.at(when(PhaseKind.EXPLANATION)):
        opened(province, PhaseKind.EXPLANATION)
        assert add(client, province, item="1.1.2").status_code == 302
        first, second = Use.objects.order_by("at")
        assert second.stage == "explanation-1"
        assert client.post(reverse("evidence_withdraw", args=[first.id])).status_code == 403
        assert client.post(reverse("evidence_withdraw", args=[second.id])).status_code == 302
    with clock.at(when(PhaseKind.EXPLANATION) + timedelta(days=10)):
        assert add(client, province, item="1.1.2").status_code == 403
