"""What stands around the form of an item: who appraises it, what was said of it, last year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from parindex.web.assessment.queries import entering
from parindex.web.assessment.queries.entering import Rights
from parindex.web.assessment.queries.feeding import figure_for
from parindex.web.assessment.queries.sheets import ItemPage, OpenSheet
from parindex.web.desk.frame import DeskRequest
from parindex.web.desk.templatetags.words import number, percent, points
from parindex.web.desk.views.scoring.opening import (
    barred_words,
    item_url,
    sheet_url,
    stage_words,
    tasks_key,
    trail,
)
from parindex.web.desk.views.scoring.rule import language, number_words, rule_words, said_words
from parindex.web.desk.views.scoring.sheet import CHIPS
from parindex.web.people.queries import names_of_units


def parts(
    request: DeskRequest, opened: OpenSheet, page: ItemPage, allowed: Rights
) -> dict[str, Any]:
    """The context of an item's page but for its form and its evidence."""
    row = page.row
    names = names_of_units({row.body, row.entrusted} | {one.acting_for for one in page.entries})
    barred = entering.claim_barred(allowed, row)
    entrusted = names.get(row.entrusted, "") if row.entrusted is not None else ""
    basis, at = entering.law_of(opened, row.item.code, language=language())
    question = entering.question_open(request.actor, opened, row.item.code)
    back = sheet_url(opened, request.session.get(tasks_key(opened), ""))
    return {
        "page": page,
        "trail": trail(request, opened, row.item.code),
        "back": back,
        "state": CHIPS.get(row.state, row.state),
        "rule": rule_words(row.item),
        "basis": basis.rstrip("."),
        "law_at": at,
        "may_enter": barred == "",
        # Where an explanation is asked for, that is what can be done; the lock is no news.
        "barred": "" if question else barred_words(barred, allowed, entrusted=entrusted),
        "said": said_words(row.item, page.claim.quantity) if page.claim is not None else "",
        "until": allowed.until if allowed.claims else None,
        "appraiser": names.get(row.body, "") if row.body is not None else "",
        "entrusted": entrusted,
        "next_url": item_url(opened, page.next) if page.next else "",
        "previous_url": item_url(opened, page.previous) if page.previous else "",
        "last_year": _last_year(page),
        "surveyed": _surveyed(request, opened, row.item.code),
        "findings": _findings(page, names, opened),
        "history": _history(page, names),
        "questions": [_asked(one) for one in page.questions],
        "question": question,
        "may_exempt": barred in {"", "not_entered"}
        and allowed.claims
        and row.mine
        and (page.exemption is None or page.exemption.granted is False),
    }


def _surveyed(request: DeskRequest, opened: OpenSheet, code: str) -> dict[str, str] | None:
    """What a survey found, with how sure it is."""
    one = figure_for(request.actor, opened, code)
    if one is None:
        return None
    return {
        "share": percent(one.share),
        "se": points(one.se * 100) if one.se is not None else "",
        "n": number(one.n) if one.n is not None else "",
    }


def _last_year(page: ItemPage) -> dict[str, str] | None:
    one = page.last_year
    if one is None:
        return None
    return {
        "points": number_words(one.points),
        "max": number_words(one.maximum),
        "said": said_words(page.row.item, one.quantity),
        "reason": one.reason,
    }


def _findings(page: ItemPage, names: Mapping[UUID, str], opened: OpenSheet) -> list[dict[str, str]]:
    """What stands at each stage after the unit's own."""
    found = []
    for stage in opened.sheet.round.stages[1:]:
        one = page.latest(stage)
        if one is not None:
            found.append(
                {
                    "stage": stage_words(stage),
                    "points": number_words(one.points),
                    "max": number_words(one.maximum),
                    "said": said_words(page.row.item, one.quantity),
                    "reason": one.reason,
                    "who": names.get(one.acting_for, "") if one.acting_for else "",
                }
            )
    return found


def _history(page: ItemPage, names: Mapping[UUID, str]) -> list[dict[str, Any]]:
    found = []
    for one in reversed(page.entries):
        said = said_words(page.row.item, one.quantity)
        if one.stage == "self" and not said:
            text = _("Xóa số liệu đã nhập")
        else:
            text = _("{stage}: {points} điểm ({said})").format(
                stage=stage_words(one.stage), points=number_words(one.points), said=said or "–"
            )
        # Units see the body that appraised, not its people.
        body = names.get(one.acting_for, "") if one.acting_for else ""
        who = one.person.name if one.stage == "self" else body
        rest = " ".join(part for part in (one.reason, one.note) if part)
        found.append({"at": one.at, "who": who, "text": f"{text}. {rest}".strip()})
    return found


def _asked(one: Any) -> dict[str, Any]:
    """A question with its answers, the last of which counts."""
    answers = sorted(one.answers.all(), key=lambda answer: answer.at)
    return {
        "number": one.number,
        "text": one.text,
        "at": one.at,
        "answers": [
            {
                "accepts": answer.accepts,
                "text": answer.text,
                "at": answer.at,
                "who": answer.person.name,
            }
            for answer in answers
        ],
        "answered": bool(answers),
    }
