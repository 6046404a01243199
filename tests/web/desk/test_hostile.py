"""Hostile files at every door that takes one: each is answered in words, and none with a 5xx."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from evidence.hostile import hostile_files
from web.desk.login import log_in
from web.province import build, when
from workbooks.hostile_books import hostile_books

from parindex.web.assessment.actions import phasing
from parindex.web.assessment.models import StoredFile
from parindex.web.assessment.states import PhaseKind
from parindex.web.journal import clock
from parindex.web.journal.queries import verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    made = build()
    with clock.at(when(PhaseKind.SELF_SCORING)):
        phasing.open_phase(made.admin, made.phase(PhaseKind.SELF_SCORING).id)
        yield made


def sent(client, url, named, **more: str):
    name, content = named
    # Over the wire a name is one line; what the test client cannot write, no browser sends.
    file = SimpleUploadedFile("x", content)
    line = name.encode("utf-8", "replace").decode().replace("\r", " ").replace("\n", " ")
    file.name = line.replace("\x00", "").split("/")[-1] or "x"
    response = client.post(url, {"file": file, **more})
    assert response.status_code < 500, (url, name, response.status_code)
    return response.status_code


@pytest.mark.long
def test_three_hundred_hostile_files_as_evidence(province):
    client = log_in(Client(), province.people["officer"])
    # In turn to every item, so that no page grows long with what was good under a bad name.
    items = ["1.1.1", "1.1.2", "1.2.1", "2.1.1", "2.1.2", "2.2.1"]
    urls = [reverse("evidence_add", args=[province.sheet_id("finance"), one]) for one in items]
    files = hostile_files()
    assert len(files) >= 300
    codes = [sent(client, urls[n % 6], one) for n, one in enumerate(files[:300])]
    assert set(codes) <= {302, 422}
    # Some that open have no page worth reading, but do no harm.
    assert codes.count(422) > 190
    kept = StoredFile.objects.values_list("kind", flat=True)
    assert set(kept) <= {"pdf", "docx", "xlsx", "jpeg", "png"}
    assert list(verify()) == []


DOORS = {
    "signed_form": ("head", lambda p: [p.sheet_id("finance")], {}),
    "sheet_workbook_upload": ("officer", lambda p: [p.sheet_id("finance")], {}),
    "people_import": ("admin", lambda _: [], {}),
    "round_tables": ("admin", lambda p: [p.round.id], {"name": "findings.csv", "source": "thử"}),
    "round_new_upload": ("admin", lambda _: [], {}),
}


@pytest.mark.parametrize("door", DOORS)
def test_thirty_hostile_files_at_every_other_door(province, door):
    who, arguments, more = DOORS[door]
    client = log_in(Client(), province.people[who])
    url = reverse(door, args=arguments(province))
    every = hostile_files()
    files = [*every[:: len(every) // 15][:15], *_books()[:15]]
    codes = [sent(client, url, one, **more) for one in files]
    assert len(codes) == 30
    assert all(code != 404 for code in codes)


def _books() -> list[tuple[str, bytes]]:
    found = [(f"tep-{n}.xlsx", content) for n, (_, content) in enumerate(hostile_books())]
    return found[:: max(len(found) // 15, 1)]
