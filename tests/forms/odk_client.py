"""A telephone for tests, written from the form's own XML: it fetches, fills in and sends.

It knows nothing of questionnaires. What is asked, of which type, under which condition, with
which choices stands in the XForm (https://getodk.github.io/xforms-spec/), and this reads it there:
the template in the instance, the binds, the controls of the body, the texts. Conditions are
evaluated by an XPath of its own, so that it is a second opinion on ours.
"""

from __future__ import annotations

import hashlib
import math
import re
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

XF = "{http://www.w3.org/2002/xforms}"
H = "{http://www.w3.org/1999/xhtml}"
JR = "{http://openrosa.org/javarosa}"
LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
RESPONSE = "{http://openrosa.org/http/response}"


class NotFilledError(AssertionError):
    """The telephone would not let the person go on."""


@dataclass(frozen=True, kw_only=True)
class Bind:
    """What a bind says of one node."""

    type: str = "string"
    required: str = ""
    relevant: str = ""
    constraint: str = ""
    readonly: bool = False


@dataclass(frozen=True, kw_only=True)
class Control:
    """One thing that is asked, in the order of the body."""

    path: str
    tag: str
    label: str
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """The last step of the path."""
        return self.path.rpartition("/")[2]


@dataclass(kw_only=True)
class OdkForm:
    """A form as a telephone holds it."""

    form_id: str
    version: str
    title: str
    languages: tuple[str, ...]
    template: ET.Element
    binds: Mapping[str, Bind]
    controls: tuple[Control, ...]
    texts: Mapping[str, Mapping[str, str]] = field(repr=False)

    def named(self, name: str) -> Control:
        """The control of a name."""
        (found,) = [one for one in self.controls if one.name == name]
        return found

    def fill(
        self,
        answer: Callable[[Control], str] | Mapping[str, str],
        *,
        today: date,
        instance_id: str = "",
        began: datetime | None = None,
    ) -> bytes:
        """Go through the form and give the response as XML.

        Raises NotFilledError where the telephone would stop: a required answer is missing, a
        constraint does not hold, a choice is not offered, an answer is not of its type.
        """
        say = answer if callable(answer) else lambda control: answer.get(control.name, "")
        values: dict[str, str] = {}
        for control in self.controls:
            bind = self.binds.get(control.path, Bind())
            if not self._relevant(control.path, values, today) or bind.readonly:
                continue
            values[control.path] = self._checked(control, bind, say(control), values, today)
        # What was given first may have become irrelevant by what was given later.
        kept = {path for path in values if self._relevant(path, values, today)}
        when = (began or datetime(2025, 11, 24, 8, 30)).isoformat(timespec="milliseconds")  # noqa: DTZ001 - a telephone's own clock
        root = ET.fromstring(ET.tostring(self.template))  # noqa: S314 - what we parsed before
        self._write(root, "", {path: values[path] for path in kept}, when, today, values)
        for meta in root:
            for one in meta:
                if one.tag.endswith("instanceID"):
                    one.text = instance_id or f"uuid:{uuid.uuid4()}"
        return b'<?xml version="1.0" encoding="UTF-8"?>' + ET.tostring(root)

    def _checked(
        self, control: Control, bind: Bind, text: str, values: Mapping[str, str], today: date
    ) -> str:
        path = control.path
        if not text:
            if _holds(bind.required or "false()", values, path, today):
                raise NotFilledError(f"required: {path}")
            return ""
        codes = [code for code, _ in control.choices]
        chosen = text.split(" ") if control.tag == "select" else [text]
        if codes and not set(chosen) <= set(codes):
            raise NotFilledError(f"no such choice: {path}: {text}")
        if bind.type == "int" and not re.fullmatch(r"-?[0-9]{1,9}", text):
            raise NotFilledError(f"no whole number: {path}: {text}")
        if bind.type == "decimal":
            float(text)
        if bind.type == "date":
            date.fromisoformat(text)
        if bind.constraint and not _holds(bind.constraint, {**values, path: text}, path, today):
            raise NotFilledError(f"constraint: {path}: {text}")
        return text

    def _relevant(self, path: str, values: Mapping[str, str], today: date) -> bool:
        steps = path.split("/")[1:]
        above = ["/" + "/".join(steps[: n + 1]) for n in range(len(steps))]
        return all(
            _holds(self.binds[one].relevant or "true()", values, one, today)
            for one in above
            if one in self.binds
        )

    def _write(
        self, node: ET.Element, above: str, kept: Mapping[str, str], when: str, today: date,
        values: Mapping[str, str],
    ) -> None:  # fmt: skip
        path = f"{above}/{_local(node.tag)}"
        for child in list(node):
            inside = f"{path}/{_local(child.tag)}"
            if not self._relevant(inside, values, today):
                node.remove(child)
            elif _local(child.tag) in {"start", "end"} and above == "":
                child.text = when
            else:
                self._write(child, path, kept, when, today, values)
        if path in kept:
            node.text = kept[path]


def read_form(xform: str | bytes, language: str = "") -> OdkForm:
    """A form from its XML, its labels in a language, or in the form's own."""
    root = ET.fromstring(xform)  # noqa: S314 - of the server that is tested
    model = _only(root, f"{H}head/{XF}model")
    template = next(iter(_all(model, f"{XF}instance")[0]))
    texts: dict[str, dict[str, str]] = {}
    default = ""
    for translation in _all(model, f"{XF}itext/{XF}translation"):
        name = translation.attrib["lang"]
        default = name if translation.get("default") else default
        for text in translation:
            values = {one.get("form", ""): one.text or "" for one in text}
            texts.setdefault(name, {})[text.attrib["id"]] = values[""]
    spoken = texts.get(language or default, {})
    lists = {
        one.attrib["id"]: [
            (_only(item, f"{XF}name").text or "", spoken.get(_only(item, f"{XF}itextId").text or "", ""))
            for item in one.iter(f"{XF}item")
        ]
        for one in _all(model, f"{XF}instance")
        if "id" in one.attrib
    }  # fmt: skip
    binds = {
        one.attrib["nodeset"]: Bind(
            type=one.get("type", "string"),
            required=one.get("required", ""),
            relevant=one.get("relevant", ""),
            constraint=one.get("constraint", ""),
            readonly=one.get("readonly", "") == "true()",
        )
        for one in _all(model, f"{XF}bind")
    }
    controls = []
    for control in _only(root, f"{H}body").iter():
        tag = _local(control.tag)
        if tag in {"input", "select", "select1", "trigger"}:
            found = control.find(f"{XF}itemset")
            choices: list[tuple[str, str]] = []
            if found is not None:
                (name,) = re.findall(r"instance\('([^']+)'\)", found.attrib["nodeset"])
                choices = lists[name]
            (said,) = re.findall(
                r"jr:itext\('([^']+)'\)", _only(control, f"{XF}label").attrib["ref"]
            )
            controls.append(
                Control(
                    path=control.attrib["ref"], tag=tag, label=spoken[said], choices=tuple(choices)
                )
            )
    return OdkForm(
        form_id=template.attrib["id"],
        version=template.get("version", ""),
        title=_only(root, f"{H}head/{H}title").text or "",
        languages=tuple(texts),
        template=template,
        binds=binds,
        controls=tuple(controls),
        texts=texts,
    )


# ---- the server


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What a server answers: the status, the headers (any case) and the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class OdkClient:
    """Speaks OpenRosa with a server through two functions: ``get(url)``, ``post(url, type, body)``."""

    def __init__(
        self, get: Callable[[str], Answered], post: Callable[[str, str, bytes], Answered]
    ) -> None:
        self._get = get
        self._post = post

    def list_forms(self, url: str) -> dict[str, dict[str, str]]:
        """The forms on offer, by their id."""
        root = ET.fromstring(self._fetched(url))  # noqa: S314 - of the server that is tested
        assert root.tag == f"{LIST}xforms", root.tag
        listed = [{_local(one.tag): one.text or "" for one in form} for form in root]
        for form in listed:
            assert {"formID", "name", "version", "hash", "downloadUrl"} <= set(form), form
        return {form["formID"]: form for form in listed}

    def download(self, listed: Mapping[str, str], language: str = "") -> OdkForm:
        """One of the listed forms, held to its hash."""
        body = self._fetched(listed["downloadUrl"])
        assert listed["hash"] == f"md5:{hashlib.md5(body, usedforsecurity=False).hexdigest()}"
        form = read_form(body, language)
        assert (form.form_id, form.version) == (listed["formID"], listed["version"])
        if listed.get("manifestUrl"):
            root = ET.fromstring(self._fetched(listed["manifestUrl"]))  # noqa: S314 - likewise
            assert root.tag == f"{MANIFEST}manifest"
        return form

    def send(self, url: str, response: bytes) -> tuple[int, str]:
        """Send a response; the status and what the server says to the person."""
        kind, body = multipart(response)
        answered = self._post(url, kind, body)
        _check_headers(answered)
        root = ET.fromstring(answered.body)  # noqa: S314 - likewise
        assert root.tag == f"{RESPONSE}OpenRosaResponse", root.tag
        return answered.status, _only(root, f"{RESPONSE}message").text or ""

    def _fetched(self, url: str) -> bytes:
        answered = self._get(url)
        assert answered.status == 200, (url, answered.status)
        _check_headers(answered)
        return answered.body


def _check_headers(answered: Answered) -> None:
    headers = {name.lower(): value for name, value in answered.headers.items()}
    assert headers.get("x-openrosa-version") == "1.0", headers
    assert headers.get("content-type", "").startswith("text/xml"), headers


def multipart(response: bytes) -> tuple[str, bytes]:
    """The content type and the body of the request that ODK Collect sends."""
    mark = uuid.uuid4().hex
    body = (
        f"--{mark}\r\n"
        'Content-Disposition: form-data; name="xml_submission_file"; filename="response.xml"\r\n'
        "Content-Type: text/xml\r\n\r\n"
    ).encode() + response
    return f"multipart/form-data; boundary={mark}", body + f"\r\n--{mark}--\r\n".encode()


# ---- XML and XPath


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def _only(node: ET.Element, path: str) -> ET.Element:
    (found,) = node.findall(path)
    return found


def _all(node: ET.Element, path: str) -> list[ET.Element]:
    return node.findall(path)


_XPATH = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>'[^']*'|\"[^\"]*\")|(?P<path>/[\w./-]+)"
    r"|(?P<name>[a-z][a-z-]*)|(?P<sign><=|>=|!=|[=<>+*(),.-]))"
)
_LEVELS = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))
_Value = str | float | bool


def _holds(xpath: str, values: Mapping[str, str], here: str, today: date) -> bool:
    return _boolean(_XPath(xpath, values, here, today).read())


class _XPath:
    """Evaluates while it reads: the shortest way to a second opinion."""

    def __init__(self, text: str, values: Mapping[str, str], here: str, today: date) -> None:
        self._tokens: list[tuple[str, str]] = []
        at = 0
        while text[at:].strip():
            found = _XPATH.match(text, at)
            assert found is not None, text[at:]
            assert found.lastgroup is not None
            self._tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()
        self._at = 0
        self._values = values
        self._here = here
        self._today = today

    def read(self) -> _Value:
        value = self._level(0)
        assert self._at == len(self._tokens), self._tokens[self._at :]
        return value

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "")

    def _level(self, level: int) -> _Value:
        if level == len(_LEVELS):
            if self._peek() == ("sign", "-"):
                self._at += 1
                return -_float(self._level(level))
            return self._one()
        left = self._level(level + 1)
        while self._peek()[0] in {"sign", "name"} and self._peek()[1] in _LEVELS[level]:
            name = self._peek()[1]
            self._at += 1
            left = _two(name, left, self._level(level + 1))
        return left

    def _one(self) -> _Value:
        kind, text = self._peek()
        self._at += 1
        if kind == "number":
            return float(text)
        if kind == "text":
            return text[1:-1]
        if kind == "path":
            return self._values.get(text, "")
        if text == ".":
            return self._values.get(self._here, "")
        if text == "(":
            value = self._level(0)
            self._take(")")
            return value
        return self._call(text)

    def _take(self, sign: str) -> None:
        assert self._peek()[1] == sign, self._tokens
        self._at += 1

    def _call(self, name: str) -> _Value:
        self._take("(")
        given: list[_Value] = []
        while self._peek()[1] != ")":
            if given:
                self._take(",")
            given.append(self._level(0))
        self._take(")")
        if name in {"true", "false"}:
            return name == "true"
        if name == "not":
            return not _boolean(given[0])
        if name == "today":
            return self._today.isoformat()
        if name == "date":
            return given[0]
        if name == "string-length":
            return float(len(str(given[0])))
        codes = str(given[0]).split()
        return float(len(codes)) if name == "count-selected" else given[1] in codes


def _boolean(value: _Value) -> bool:
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return bool(value)


def _float(value: _Value) -> float:
    if not isinstance(value, str):
        return float(value)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return float((date.fromisoformat(value) - date(1970, 1, 1)).days)
        except ValueError:
            return math.nan
    try:
        return float(value) if re.fullmatch(r"\s*-?[0-9.]+\s*", value) else math.nan
    except ValueError:
        return math.nan


def _two(name: str, left: _Value, right: _Value) -> _Value:
    if name == "or":
        return _boolean(left) or _boolean(right)
    if name == "and":
        return _boolean(left) and _boolean(right)
    if name in {"=", "!="}:
        if isinstance(left, bool) or isinstance(right, bool):
            same = _boolean(left) == _boolean(right)
        elif isinstance(left, float) or isinstance(right, float):
            same = _float(left) == _float(right)
        else:
            same = left == right
        return same == (name == "=")
    a, b = _float(left), _float(right)
    if name in {"div", "mod"} and (b == 0 or math.isnan(a + b) or math.isinf(a)):
        if name == "mod" or math.isnan(a + b) or a == 0:
            return math.nan if b == 0 or math.isnan(a + b) or name == "mod" else a / b
        return math.copysign(math.inf, math.copysign(1, a) * math.copysign(1, b))
    of = {
        "<": lambda: a < b, "<=": lambda: a <= b, ">": lambda: a > b, ">=": lambda: a >= b,
        "+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "div": lambda: a / b,
        "mod": lambda: math.fmod(a, b),
    }  # fmt: skip
    return of[name]()
