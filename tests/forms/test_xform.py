import re
import shutil
from datetime import date
from random import Random

import pytest
from forms.odk_client import Control, NotFilledError, OdkForm, read_form
from hypothesis import given, settings
from hypothesis import strategies as st
from pyxform import xls2xform
from pyxform.errors import PyXFormError
from survey.questionnaires import BODIES, RATING, TODAY, Maker, small

from parindex.errors import UnusableInputError
from parindex.forms import odk_validate
from parindex.forms.odk_validate import Verdict, validate_xform
from parindex.forms.submission import read_submission
from parindex.forms.xform import to_xform
from parindex.survey.answers import asked_questions, check_answers, settle
from parindex.survey.bodies import for_bodies
from parindex.survey.questionnaire import SHIPPED, Questionnaire, Words
from parindex.survey.questionnaire_reading import read_questionnaire

JAVA = pytest.mark.skipif(shutil.which("java") is None, reason="needs Java (default-jre-headless)")
FORM = small()


def test_a_telephone_is_told_everything_that_is_asked():
    form = read_form(to_xform(FORM))
    assert (form.form_id, form.version, form.title) == ("thu", "2", "Phiếu thử")
    assert form.languages == ("Tiếng Việt (vi)", "English (en)", "Êđê (rad)", "ភាសាខ្មែរ (km)")
    assert [(one.name, one.tag) for one in form.controls] == [
        ("consent_text", "input"), ("hello", "input"), ("age", "input"), ("been", "select1"),
        ("day", "input"), ("paid", "input"), ("by", "select"), ("other", "input"), ("q1", "select1"),
    ]  # fmt: skip
    assert form.named("by").choices == (("loa", "Loa"), ("mang", "Mạng"), ("khac", "Khác"))
    assert form.binds["/data/age"].type == "int"
    assert form.binds["/data/age"].constraint == ". >= 18 and . < 120"
    assert form.binds["/data/consent_text"].readonly
    assert form.binds["/data/visit/q1"].required == "true()"


def test_what_a_language_lacks_is_there_in_vietnamese():
    form = read_form(to_xform(FORM), "Êđê (rad)")
    assert form.named("consent_text").label == "Akâo klei"
    assert form.named("age").label == "Tuổi"
    assert form.named("been").choices == (("1", "Mâo"), ("0", "Không"))


def test_a_wave_may_give_a_form_its_own_id_and_title():
    xform = to_xform(FORM, form_id="thu.wave-3", title=Words((("vi", "Đợt 3 <&>"),)))
    form = read_form(xform)
    assert (form.form_id, form.title) == ("thu.wave-3", "Đợt 3 <&>")


def test_texts_are_not_tidied_on_the_way():
    odd = "Sở  “Nội vụ”\n‘hai’ <b> & **đậm** {a}"
    form = read_form(to_xform(small(("Chào", odd.replace("\n", "\\n")))))
    assert form.named("hello").label == odd


def test_no_phone_number_or_device_is_asked_of_the_telephone():
    # Answers never meet names: the form carries the two times and nothing else by itself.
    assert set(re.findall(r'jr:preload="(\w+)"', to_xform(FORM))) == {"timestamp", "uid"}


def test_what_the_compiler_refuses_is_told(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise PyXFormError("[row : 3] On the\n'survey' sheet")

    monkeypatch.setattr(xls2xform, "convert", refuse)
    with pytest.raises(UnusableInputError) as caught:
        to_xform(FORM)
    assert (
        "no XForm can be made of it: [row : 3] On the 'survey' sheet" in caught.value.say("en")[0]
    )


# ---- ODK Validate


@JAVA
@pytest.mark.parametrize("name", ["template/sipas/citizens/2017", "template/sipas/citizens/2022"])
def test_odk_validate_takes_the_shipped_forms(name: str):
    path = SHIPPED.find(name)
    assert path is not None
    xform = to_xform(read_questionnaire(path.read_bytes(), file=name))
    assert validate_xform(xform) is Verdict.VALID


@JAVA
def test_odk_validate_takes_every_construct():
    everything = for_bodies(small(*RATING), BODIES)
    assert validate_xform(to_xform(everything)) is Verdict.VALID
    odd = (
        '{constraint: ". * 2 + 1 - -3 div 4 mod 5 != 0 and not(string-length(.) > 3 or false())", '
    )
    form = small(("{name: paid,", odd + "name: paid,"), (', constraint: ". >= 0"', ""))
    assert validate_xform(to_xform(form)) is Verdict.VALID


@JAVA
def test_odk_validate_refuses_what_it_should():
    xform = to_xform(FORM)
    broken = xform.replace(
        'relevant="selected( /data/visit/by , ', 'relevant="selectid( /data/visit/by , '
    )
    assert broken != xform
    with pytest.raises(UnusableInputError) as caught:
        validate_xform(broken, file="x.xlsx")
    (said,) = caught.value.say("en")
    assert said.startswith("x.xlsx:0: ODK Validate refuses the form: ")
    assert "selectid" in said
    assert "\tat " not in said


def test_without_java_nobody_claims_to_have_looked(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    assert validate_xform("no form at all") is Verdict.NO_JAVA


@pytest.mark.parametrize(
    ("status", "said"),
    [("exit 3", "did not come to an end (3: broken)"), ("sleep 9", "did not come to an end (1 s)")],
)
def test_a_validator_that_fails_is_no_verdict(
    status: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
):
    folder = tmp_path_factory.mktemp("bin")
    program = folder / "java"
    program.write_text(f"#!/bin/sh\necho broken >&2\nexec /bin/sh -c '{status}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setattr(odk_validate, "SECONDS", 1)
    with pytest.raises(UnusableInputError) as caught:
        validate_xform("<h/>")
    assert said in caught.value.say("en")[0]


# ---- the telephone and the server agree


def test_a_response_comes_back_as_its_answers():
    answers = {
        "age": "30",
        "been": "1",
        "day": "2025-11-24",
        "paid": "12.5",
        "by": "loa khac",
        "other": "Báo <&>",
        "q1": "9",
    }
    form = read_form(to_xform(FORM))
    sent = read_submission(
        form.fill(answers, today=TODAY, instance_id="uuid:0B1C2D3E-0000-4000-8000-000000000001")
    )
    assert (sent.form_id, sent.version) == ("thu", "2")
    assert sent.instance_id == "uuid:0b1c2d3e-0000-4000-8000-000000000001"
    assert sent.answers == answers
    assert sent.started == sent.ended == "2025-11-24T08:30:00.000"
    assert sent.replaces == ""
    assert check_answers(FORM, sent.answers, today=TODAY) == ()


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({"been": "1"}, "required: /data/age"),
        ({"age": "17"}, "constraint: /data/age"),
        ({"age": "30", "been": "5"}, "no such choice: /data/been"),
        ({"age": "30", "been": "1", "by": "khac"}, "required: /data/visit/other"),
        ({"age": "30", "been": "1", "day": "2025-11-25"}, "constraint: /data/visit/day"),
    ],
)
def test_the_telephone_stops_where_the_server_would(answers: dict[str, str], why: str):
    with pytest.raises(NotFilledError, match=re.escape(why)):
        read_form(to_xform(FORM)).fill(answers, today=TODAY)
    assert check_answers(FORM, answers, today=TODAY) != ()


def test_the_telephone_skips_what_the_server_skips():
    form = read_form(to_xform(FORM))
    sent = read_submission(form.fill({"age": "30", "been": "0", "q1": "3"}, today=TODAY))
    assert sent.answers == {"age": "30", "been": "0"}


def test_the_own_unit_is_skipped_on_the_telephone_too():
    full = for_bodies(small(*RATING), BODIES)
    form = read_form(to_xform(full))

    def answer(control: Control) -> str:
        if control.name == "mine":
            return "so-tai-chinh"
        return {"age": "30", "been": "1"}.get(
            control.name, control.choices[0][0] if control.choices else ""
        )

    sent = read_submission(form.fill(answer, today=TODAY))
    assert "q1.so-noi-vu-2020" in sent.answers
    assert not any(name.endswith(".so-tai-chinh") for name in sent.answers)
    assert check_answers(full, sent.answers, today=TODAY) == ()


def _pick(random: Random, form: OdkForm) -> dict[str, str]:
    """Answers of the right kind, whatever checks and skips say."""
    found = {}
    for control in form.controls:
        if form.binds[control.path].readonly:
            continue
        kind = form.binds[control.path].type
        codes = [code for code, _ in control.choices]
        if control.tag == "select":
            found[control.name] = " ".join(random.sample(codes, random.randint(0, 2)))
        elif codes:
            found[control.name] = random.choice(["", *codes])
        else:
            of = {
                "int": ["", "0", "7", "-3"],
                "decimal": ["", "0.5", "12"],
                "date": ["", "2025-02-28", "1999-12-31"],
            }
            found[control.name] = random.choice(of.get(kind, ["", "a", "x y", "ế", "12"]))
    return found


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_the_telephone_and_the_server_agree_on_any_form_and_answers(seed: int):
    random = Random(seed)
    questionnaire = _with_bodies(Maker(random).questionnaire())
    form = read_form(to_xform(questionnaire))
    answers = _pick(random, form)
    today = date(2025, 11, 24)
    kept = settle(questionnaire, answers, today=today)
    accepted = check_answers(questionnaire, kept, today=today) == ()
    try:
        sent = read_submission(form.fill(answers, today=today))
    except NotFilledError:
        assert not accepted
    else:
        assert accepted
        assert sent.answers == kept
        assert set(kept) <= asked_questions(questionnaire, kept, today=today)


def _with_bodies(questionnaire: Questionnaire) -> Questionnaire:
    return questionnaire if questionnaire.rates is None else for_bodies(questionnaire, BODIES)
