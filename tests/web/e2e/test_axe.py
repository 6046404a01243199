"""Every page in a real browser at 1280 and 360 px: nothing that axe calls serious, nothing too wide.

The pages are listed from the resolver: one that nobody visits here, and that is not known to
answer something else than a page, fails.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import get_resolver, reverse
from web.desk.login import log_in
from web.e2e.playing import NARROW, PATIENCE, WIDE, Album, watched
from web.e2e.round_of_two import people_book
from web.e2e.states_of_a_round import APPRAISAL, COUNCIL, EXPLANATION, SELF, World, make
from web.province import Province

# Answers that are no pages: what is posted, files, parts of pages that htmx fetches by POST.
POSTED = {
    "acting", "sheet_send_back", "item_points", "item_exemption", "item_answer", "appraised_points",
    "ask_explanation", "round_new_upload", "round_units_previous", "round_appraiser_one",
    "exemption_decide", "person_assign", "person_end_assignment", "person_end_sessions",
    "person_password_link", "delegation_end", "token_end", "set_language",
    "wave_new_upload", "wave_design_look", "wave_letters_print", "wave_letters_again",
    "wave_slips_print", "wave_kiosk_end", "wave_assign",
    "answering_open", "answering_send", "interviewing_send", "interviewing_outcome",
}  # fmt: skip
FILES = {
    "file", "thumbnail", "signed_form_file", "sheet_workbook", "sheet_workbook_marked",
    "matrix_book", "round_folder", "round_journal_export", "round_checkpoint",
    "people_import_marked", "people_export", "people_template", "mfa_download_recovery_codes",
    "wave_frame_file", "wave_receipt", "wave_plan", "wave_progress_file", "wave_results_book",
    "wave_results_file", "wave_findings", "wave_rechecks_book",
    "interviewing_worker", "interviewing_manifest", "interviewing_work",
    "openrosa_list", "openrosa_form", "openrosa_manifest", "openrosa_submission",
}  # fmt: skip
# Pages of allauth that lead elsewhere here: nobody signs up, no code comes by letter, no provider
# is set up; and the steps of a log-in and of a mailed link, which the play of a round goes through.
ELSEWHERE = {
    "home", "account_signup", "account_confirm_login_code", "account_confirm_email",
    "account_set_password", "account_email_verification_sent", "account_reset_password_from_key",
    "mfa_authenticate", "mfa_reauthenticate_webauthn", "mfa_remove_webauthn",
    "mfa_edit_webauthn", "socialaccount_signup", "openid_connect_login", "openid_connect_callback",
}  # fmt: skip


class Visit(NamedTuple):
    """A page: its route, its arguments, whose desk, and what follows the address."""

    name: str
    args: tuple[Any, ...]
    province: Province
    person: str
    query: str = ""


def visits(world: World) -> Iterator[Visit]:
    """Every page, by somebody whose page it is."""
    yield from _of_scoring(world)
    yield from _of_appraising(world)
    yield from _of_running(world)
    yield from _of_surveys(world)
    one = world.scoring
    person = one.people["officer"].id
    for name in ("people", "person_new", "people_import", "units"):
        yield Visit(name, (), one, "admin")
    for name in ("person", "person_change", "person_close"):
        yield Visit(name, (person,), one, "admin")
    for name in ("delegations", "tokens", "notifications", "components", "usersessions_list", "mfa_index",
                 "account_change_password", "account_email", "account_logout", "socialaccount_connections",
                 "socialaccount_login_cancelled", "socialaccount_login_error", "mfa_list_webauthn"):  # fmt: skip
        yield Visit(name, (), one, "head")
    for name in ("account_reauthenticate", "mfa_activate_totp", "mfa_add_webauthn"):
        yield Visit(name, (), one, "rival")
    for name in ("mfa_index", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
                 "mfa_deactivate_totp", "mfa_reauthenticate"):  # fmt: skip
        yield Visit(name, (), one, "appraiser2")
    yield Visit("people_import_preview", (), one, "admin")
    yield Visit("round_table_check", (one.round.id,), one, "admin")  # type: ignore[union-attr]
    # What comes after these is played in tests/web/answering, screen by screen.
    for name in ("answering", "answering_kiosk", "interviewing"):
        yield Visit(name, (), one, "")
    for name in ("account_login", "account_inactive", "account_reset_password",
                 "account_reset_password_done", "account_reset_password_from_key_done"):  # fmt: skip
        yield Visit(name, (), one, "")


def _of_scoring(world: World) -> Iterator[Visit]:
    one, things = world.scoring, world.things
    sheet = one.sheet_id("finance")
    for person in ("officer", "head", "admin", "appraiser", "chair", "leader"):
        yield Visit("work", (), one, person)
    yield Visit("search", (), one, "officer", "?q=kế hoạch")
    for name in ("sheet", "sheet_print", "sheet_check", "explanations", "sheet_workbook_upload", "signed_form"):  # fmt: skip
        yield Visit(name, (sheet,), one, "officer")
    yield Visit("sheet_sign", (one.sheet_id("health"),), one, "rival_head")
    for item in ("1.1.1", "1.1.2", "1.2.1", "2.1.1"):
        yield Visit("item", (sheet, item), one, "officer")
    yield Visit("item", (world.explaining.sheet_id("finance"), "1.1.1"), world.explaining, "officer")  # fmt: skip
    yield Visit("explanations", (world.explaining.sheet_id("finance"),), world.explaining, "officer")  # fmt: skip
    yield Visit("evidence_add", (sheet, "1.1.1"), one, "officer")
    yield Visit("evidence_reuse", (sheet, "1.1.2"), one, "officer")
    yield Visit("evidence_withdraw", (things["use"],), one, "officer")
    yield Visit("documents", (), one, "officer")
    yield Visit("document", (things["document"],), one, "officer")


def _of_appraising(world: World) -> Iterator[Visit]:
    one, last = world.appraising, world.deciding
    yield Visit("appraisal_queue", (one.round.id,), one, "appraiser")  # type: ignore[union-attr]
    yield Visit("appraisal_queue", (one.round.id,), one, "lawyer", "?by=unit&state=done")  # type: ignore[union-attr]
    yield Visit("appraise", (one.sheet_id("finance"), "1.1.1"), one, "appraiser")
    yield Visit("appraise", (one.sheet_id("health"), "1.2.1"), one, "lawyer")
    yield Visit("transcribe", (world.things["upward_sheet"],), last, "admin")
    round_ = last.round.id  # type: ignore[union-attr]
    yield Visit("council", (round_,), last, "chair")
    yield Visit("decide", (last.sheet_id("finance"), "1.1.1"), last, "chair")
    yield Visit("register", (round_,), last, "officer")
    yield Visit("register", (world.scoring.round.id,), world.scoring, "rival")  # type: ignore[union-attr]
    yield Visit("propose_change", (last.sheet_id("health"), "1.1.2"), last, "appraiser")
    yield Visit("decide_change", (world.things["change"],), last, "admin")
    for show in ("", "?show=points", "?show=appraisal"):
        yield Visit("matrix", (round_,), last, "admin", show)
    yield Visit("provisional", (round_,), last, "admin")
    yield Visit("why", (round_, "finance@2021"), last, "chair")


def _of_running(world: World) -> Iterator[Visit]:
    now, last, ahead = world.scoring, world.deciding, world.planned
    for name in (
        "rounds",
        "round_new",
        "round_new_criteria",
        "round_new_phases",
        "round_new_check",
    ):
        yield Visit(name, (), now, "admin")
    for one in (now, last, ahead):
        assert one.round is not None
        for name in ("round", "round_units", "round_appraisers", "round_phases"):
            yield Visit(name, (one.round.id,), one, "admin")
    yield Visit("round", (now.round.id,), now, "officer")  # type: ignore[union-attr]
    for name in ("round_exemptions", "round_tables", "round_journal"):
        yield Visit(name, (now.round.id,), now, "admin")  # type: ignore[union-attr]
    yield Visit("round_entrusted", (world.upward.id,), last, "admin")
    for name in ("round_tables", "round_approve", "round_checkpoints"):
        yield Visit(name, (last.round.id,), last, "admin")  # type: ignore[union-attr]
    for name, kind in (("phase_open", APPRAISAL), ("phase_close", SELF), ("phase_extend", SELF), ("phase_replan", COUNCIL)):  # fmt: skip
        yield Visit(name, (now.round.id, now.phase(kind).id), now, "admin")  # type: ignore[union-attr]
    two = world.appraising
    yield Visit("phase_open", (two.round.id, two.phase(EXPLANATION).id), two, "admin")  # type: ignore[union-attr]
    yield Visit("journal_verify", (), now, "admin")


def _of_surveys(world: World) -> Iterator[Visit]:
    one, surveys = world.scoring, world.surveys
    planned, field, over = surveys.planned.id, surveys.field.id, surveys.closed.id
    for name in ("waves", "wave_new"):
        yield Visit(name, (), one, "surveyor")
    yield Visit("wave_new_about", (surveys.instrument.id,), one, "surveyor")
    for name in ("wave_dates", "wave_frame", "wave_design", "wave_size", "wave_draw"):
        yield Visit(name, (planned,), one, "surveyor")
    yield Visit("wave_design", (planned,), one, "surveyor", "?stages=3")
    for name in ("wave", "wave_letters", "wave_kiosks", "wave_interviewers", "wave_open",
                 "wave_quotas", "wave_progress", "wave_people", "wave_typing", "wave_close",
                 "wave_reopen", "wave_mix"):  # fmt: skip
        yield Visit(name, (field,), one, "surveyor")
    yield Visit("wave_person", (field, surveys.ids["person_id"]), one, "surveyor")
    yield Visit("wave_typing_settle", (field,), one, "surveyor")
    yield Visit("wave", (field,), one, "walker")
    yield Visit("wave_call", (field, surveys.ids["person_id"]), one, "walker")
    for name in ("wave_draw", "wave_estimate", "wave_rechecks"):
        yield Visit(name, (over,), one, "surveyor")
    for show in ("whole", "unit", "change", "sample"):
        yield Visit("wave_results", (over,), one, "surveyor", f"?show={show}")
    yield Visit("wave_feed", (over,), one, "admin", f"?round={one.round.id}")  # type: ignore[union-attr]


def _routes(patterns: Any) -> Iterator[tuple[str, Any]]:
    """Every named route but those of programs, with its view."""
    for one in patterns:
        if not hasattr(one, "url_patterns"):
            if one.name:
                yield one.name, one.callback
        elif not str(one.pattern).startswith("api/"):
            yield from _routes(one.url_patterns)


def prepared_survey(client: Client, world: World) -> None:
    """A frame that is being looked at, its columns said."""
    frame = SimpleUploadedFile("khung.csv", world.surveys.frame)
    where = reverse("wave_frame", args=[world.surveys.planned.id])
    client.post(where, {"file": frame})
    client.post(where, {"id": "dossier", "name": "name", "unit": "unit", "service": "service"})


def prepared(client: Client, world: World) -> None:
    """A draft of a round as far as its last step, and files that are being looked at."""
    from parindex.web.assessment.queries.rounds import groups_of

    [group] = groups_of(world.scoring.round)  # type: ignore[arg-type]
    client.post(reverse("round_new"), {"issuer": world.scoring.issuer.slug, "year": "2025", "title": "Kỳ thử", "index": "par-index", "direction": "downward", "reference_date": "2025-12-31"})  # fmt: skip
    client.post(reverse("round_new_criteria"), {"rulebook": str(group.rulebook_id)})
    page = client.get(reverse("round_new_phases")).context["rows"]
    data = {}
    for row in page:
        for name in ("opens_at", "closes_at"):
            bound = row["form"][name]
            data[bound.html_name] = bound.value()
    client.post(reverse("round_new_phases"), data)
    book = SimpleUploadedFile("nguoi-dung.xlsx", people_book(wrong=True))
    client.post(reverse("people_import"), {"file": book})
    table = SimpleUploadedFile(
        "diem-thuong.csv", b"unit,kind,code,points,reason\nfinance@2021,bonus,a,9,x\n"
    )
    client.post(
        reverse("round_tables", args=[world.scoring.round.id]),  # type: ignore[union-attr]
        {"name": "adjustments.csv", "source": "Báo cáo 12", "file": table},
    )


@pytest.fixture
def world(committed_db: Any) -> World:
    return make()


@pytest.mark.long
def test_every_page_at_two_widths(
    world: World, live_server: Any, browser: Any, album: Album, settings: Any
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    # Whoever logged in at the beginning visits the last page too, however slow the machine.
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 3600
    axe = Axe()
    wrong: list[str] = []
    visited: set[str] = set()
    kept = bool(os.environ.get("PARINDEX_ARTEFACTS"))
    pages: dict[tuple[str, str], Any] = {}
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "resultTypes": ["violations"]}  # fmt: skip
    bad = browser.new_page()
    bad.set_content("<html><body><img src='x.png'></body></html>")
    assert axe.run(bad, options=options).response["violations"], "axe finds nothing at all"
    for at, visit in enumerate(visits(world)):
        visited.add(visit.name)
        key = (visit.province.issuer.slug, visit.person)
        if key not in pages:
            pages[key] = _page(browser, live_server.url, visit, wrong, world)
        page = pages[key]
        page.set_viewport_size(WIDE)
        where = f"{visit.name} ({visit.person})"
        answer = page.goto(live_server.url + reverse(visit.name, args=visit.args) + visit.query)
        if answer.status not in {200, 401, 422} or reverse(visit.name, args=visit.args) not in page.url.replace("%40", "@"):  # fmt: skip
            wrong.append(f"{where}: {answer.status} at {page.url}")
            continue
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)
            width = size["width"]
            if page.locator("h1").count() != 1:
                wrong.append(f"{where}: {page.locator('h1').count()} titles")
            over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if over > 0:
                wrong.append(f"{where}: {over} px too wide at {width}")
            wrong += [
                f"{where} at {width}: {found['id']}: {found['nodes'][0]['html'][:160]}"
                for found in axe.run(page, options=options).response["violations"]
                if found["impact"] in {"serious", "critical"}
            ]
            if kept:
                name = f"page-{at:03}-{visit.name}-{visit.person}-{width}.png"
                page.screenshot(path=album.folder / name, full_page=True)
    known = visited | POSTED | FILES | ELSEWHERE
    unknown = set(dict(_routes(get_resolver().url_patterns))) - known
    assert not unknown, f"pages that nobody visits: {sorted(unknown)}"
    assert not wrong, "\n".join(wrong)


def _page(browser: Any, address: str, visit: Visit, wrong: list[str], world: World) -> Any:
    """A browser of a person's own, logged in."""
    context = browser.new_context(locale="vi-VN", viewport=WIDE)
    context.set_default_timeout(PATIENCE)
    if visit.person:
        client = log_in(Client(), visit.province.people[visit.person])
        session = client.session
        for one in session["account_authentication_methods"]:
            one["reauthenticated"] = True
        session.save()
        if (visit.province, visit.person) == (world.scoring, "admin"):
            prepared(client, world)
        if (visit.province, visit.person) == (world.scoring, "surveyor"):
            prepared_survey(client, world)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": address}]
        )
    page = context.new_page()
    watched(page, address, wrong)
    return page


def test_what_is_no_page_is_none() -> None:
    """Each exception names a route that is there; what is posted does not answer to GET."""
    routes = dict(_routes(get_resolver().url_patterns))
    gone = (POSTED | FILES | ELSEWHERE) - set(routes)
    assert not gone, f"not routes any more: {sorted(gone)}"
    for name in POSTED - {"set_language"}:
        view, request = routes[name], RequestFactory().get("/")
        parts = dict.fromkeys(
            getattr(view, "__wrapped__", view).__annotations__.keys() - {"request", "return"}
        )
        assert view(request, **parts).status_code == 405, name


def test_files_are_no_pages(world: World) -> None:
    """What is downloaded is downloaded: it is never shown as a page of ours."""
    now = world.scoring
    admin, officer = log_in(Client(), now.people["admin"]), log_in(Client(), now.people["officer"])
    round_, sheet = [now.round.id], [now.sheet_id("finance")]  # type: ignore[union-attr]
    for name, args, client in (
        ("sheet_workbook", sheet, officer), ("matrix_book", round_, admin), ("round_folder", round_, admin),
        ("round_journal_export", round_, admin), ("people_export", [], admin), ("people_template", [], admin),
        *((name, [world.surveys.closed.id], admin) for name in ("wave_receipt", "wave_plan", "wave_progress_file",
          "wave_results_book", "wave_results_file", "wave_findings")),
        ("wave_rechecks_book", [world.surveys.closed.id], log_in(Client(), now.people["surveyor"])),
    ):  # fmt: skip
        answer = client.get(reverse(name, args=args))
        assert answer.status_code == 200, name
        assert answer["Content-Disposition"].startswith("attachment"), name
        assert not answer["Content-Type"].startswith("text/html"), name
