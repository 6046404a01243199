"""What the pages of running a round have in common: the round, its words, local moments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import Http404
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parindex.web.assessment.actions.telling import PHASE_WORDS
from parindex.web.assessment.queries import running
from parindex.web.assessment.queries.rounds import round_for
from parindex.web.assessment.states import Direction, PhaseKind
from parindex.web.desk.frame import DeskRequest
from parindex.web.journal.clock import VIETNAM
from parindex.web.people.permissions import RefusedError
from parindex.web.people.states import ROLE_WORDS, Role

DIRECTION_WORDS: Final[Mapping[str, str | Promise]] = {
    Direction.DOWNWARD: gettext_lazy("Tỉnh chấm các đơn vị"),
    Direction.UPWARD: gettext_lazy("Tỉnh tự chấm để gửi Bộ"),
}
# Who may be shown the provisional index while a phase is open.
PROVISIONAL_ROLES: Final = (
    Role.ROUND_ADMIN,
    Role.COUNCIL_CHAIR,
    Role.COUNCIL_MEMBER,
    Role.LEADER,
    Role.OBSERVER,
    Role.HEAD,
    Role.OFFICER,
)
_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::\d{2})?")
_WRITTEN: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})[ ,]+(\d{1,2}):(\d{2})")


def known_round(request: DeskRequest, round_id: UUID) -> Any:
    """A round that the person may know of; 404 otherwise."""
    found = round_for(request.actor, round_id)
    if found is None:
        raise Http404
    return found


def own_round(request: DeskRequest, round_id: UUID) -> Any:
    """A round that the person runs: 404 where they may not know of it, 403 where they only may."""
    found = known_round(request, round_id)
    if not running.runs(request.actor, found):
        raise RefusedError("refused.administer")
    return found


def phase_name(kind: str, number: int) -> str:
    """A phase as it is called.

    >>> phase_name("explanation", 2)
    'Giải trình lần 2'
    """
    return _(PHASE_WORDS[PhaseKind(kind)]).format(number=number)


def role_words(roles: Iterable[str]) -> str:
    """Roles in words, as one list."""
    return ", ".join(_(ROLE_WORDS[Role(one)]) for one in roles)


def trail(round_: Any = None, *more: str) -> list[dict[str, str]]:
    """Where the page stands: rounds, the round, and the page itself."""
    steps = [{"label": _("Các kỳ đánh giá"), "url": reverse("rounds")}]
    if round_ is not None:
        here = reverse("round", args=[round_.id]) if more else ""
        steps.append({"label": round_.title, "url": here})
    return [*steps, *({"label": one, "url": ""} for one in more)]


def address(name: str, *args: object) -> str:
    """The address of a page that another room may have; empty where it is not there."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def local_moment(text: str, *, end: bool = False) -> datetime | None:
    """An instant from what is typed as local time; None for what is none.

    The last minute of a day that ends something counts to its last second.

    >>> str(local_moment("2025-12-15T17:00")), str(local_moment("15/12/2025 23:59", end=True))
    ('2025-12-15 17:00:00+07:00', '2025-12-15 23:59:59+07:00')
    """
    iso, written = _ISO.fullmatch(text.strip()), _WRITTEN.fullmatch(text.strip())
    if iso:
        year, month, day, hour, minute = (int(one) for one in iso.groups())
    elif written:
        day, month, year, hour, minute = (int(one) for one in written.groups())
    else:
        return None
    second = 59 if end and (hour, minute) == (23, 59) else 0
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=VIETNAM)
    except ValueError:
        return None


def local_text(moment: datetime) -> str:
    """An instant as the field of a local moment holds it."""
    return f"{moment.astimezone(VIETNAM):%Y-%m-%dT%H:%M}"


class MomentField(forms.Field):
    """A moment in Vietnam's time; ``end`` says that it ends something."""

    widget = forms.TextInput(attrs={"type": "datetime-local"})

    def __init__(self, *, end: bool = False, **kwargs: Any) -> None:
        self.end = end
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> datetime | None:
        """The instant, or the words of what is wrong."""
        if not value:
            return None
        found = local_moment(str(value), end=self.end)
        if found is None:
            raise forms.ValidationError(_("Ghi ngày và giờ, ví dụ 15/12/2025 17:00."))
        return found

    def prepare_value(self, value: Any) -> Any:
        """As the field holds it."""
        return local_text(value) if isinstance(value, datetime) else value


class DayField(forms.DateField):
    """A day."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%d/%m/%Y"])
        kwargs.setdefault(
            "error_messages", {"invalid": gettext_lazy("Ghi ngày, ví dụ 31/12/2025.")}
        )
        super().__init__(**kwargs)


def choices_of(form: forms.Form, name: str) -> forms.ChoiceField:
    """A field of a form whose choices are known when the form is made."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - the form says so
    return field


def search_field(name: str, label: str, value: str) -> dict[str, Any]:
    """A search field of a list's filters."""
    return {"kind": "search", "id": name, "name": name, "label": label, "value": value}


def select_field(
    name: str, label: str, value: str, *, empty: str, options: Iterable[tuple[str, Any]]
) -> dict[str, Any]:
    """A choice of a list's filters; ``options`` are values with their words."""
    return {
        "kind": "select",
        "id": name,
        "name": name,
        "label": label,
        "value": value,
        "empty": empty,
        "options": [{"value": one, "label": str(words)} for one, words in options],
    }
