import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parindex.errors import UnusableInputError
from parindex.forms.submission import MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS, read_submission

UUID = "uuid:0b1c2d3e-0000-4000-8000-000000000001"
META = f"<orx:meta><orx:instanceID>{UUID}</orx:instanceID></orx:meta>"


def response(
    inside: str, *, meta: str = META, attributes: str = 'id="thu" version="2"', head: str = ""
) -> bytes:
    return f'{head}<data xmlns:orx="http://openrosa.org/xforms" {attributes}>{inside}{meta}</data>'.encode()


def refusal(content: bytes) -> str:
    with pytest.raises(UnusableInputError) as caught:
        read_submission(content, file="phieu.xml")
    (said,) = caught.value.say("en")
    return said.split("; ")[0].removeprefix("phieu.xml:0: ")


def test_answers_are_the_leaves_in_groups_or_not():
    sent = read_submission(
        response(
            "<start>2025-11-24T08:30:00.000+07:00</start><end>2025-11-24T08:41:00.000+07:00</end>"
            "<consent_text/><age> 30 </age><visit><paid>12.5</paid><deep><other>Sở &amp; phòng</other></deep>"
            "<by/></visit><empty_group/>"
        )
    )
    assert sent.answers == {"age": "30", "paid": "12.5", "other": "Sở & phòng"}
    assert (sent.form_id, sent.version, sent.instance_id, sent.replaces) == ("thu", "2", UUID, "")
    assert (sent.started[:16], sent.ended[11:16]) == ("2025-11-24T08:30", "08:41")


@pytest.mark.parametrize(
    "content",
    [
        f'<data id="thu" version="2"><a>1</a><meta><instanceID>{UUID}</instanceID></meta></data>'.encode(),
        f'<d xmlns="http://www.w3.org/2002/xforms" id="thu" version="2"><a>1</a><meta><instanceID>{UUID}</instanceID></meta></d>'.encode(),
        response("<a>1</a>", head='<?xml version="1.0" encoding="UTF-8"?>'),
        response("<a>1</a>", head='<?xml version="1.0" encoding="UTF-16"?>')
        .decode()
        .encode("utf-16"),
        response("<!-- x --><a><![CDATA[1]]></a><?x y?>"),
    ],
)
def test_spellings_of_the_same_response(content: bytes):
    sent = read_submission(content)
    assert (sent.form_id, sent.version, sent.answers, sent.instance_id) == (
        "thu",
        "2",
        {"a": "1"},
        UUID,
    )


def test_a_correction_names_the_response_that_it_replaces():
    meta = f"<meta><instanceID>{UUID}</instanceID><deprecatedID>{UUID.upper().replace('UUID', 'uuid')}</deprecatedID></meta>"
    assert read_submission(response("<a>1</a>", meta=meta)).replaces == UUID


BOMB = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
HOSTILE = [
    (b"", "the response is no valid XML"),
    (b"\x00\xff\x00", "the response is no valid XML"),
    (b"PK\x03\x04", "the response is no valid XML"),
    (b'{"a": 1}', "the response is no valid XML"),
    (response("<a>1</a>")[:-7], "the response is no valid XML"),
    (response("<a>&b;</a>", head='<?xml version="1.0" encoding="tiếng"?>'), "the response is no valid XML"),
    (response("<a>&unknown;</a>"), "the response is no valid XML"),
    (response("<a>&b;</a>", head=BOMB), "the response declares a document type"),
    (response("<a>1</a>", head='<!DOCTYPE d SYSTEM "http://example.com/x.dtd">'), "the response declares a document type"),
    (response("<a>&f;</a>", head='<!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/passwd">]>'), "the response declares a document type"),
    (response("<a>" + "x" * MAX_BYTES + "</a>"), "the response is too large"),
    (response("<a>" * MAX_DEPTH + "1" + "</a>" * MAX_DEPTH), "the response follows none of our forms (at “a”)"),
    (response("<a/>" * MAX_ELEMENTS), "“a” is answered twice in one response"),
    (response("".join(f"<a{n}/>" for n in range(MAX_ELEMENTS))), f"the response follows none of our forms (at “a{MAX_ELEMENTS - 1}”)"),
    (response("<g>words<a>1</a></g>"), "the response follows none of our forms (at “g”)"),
    (response("<g><a>1</a>words</g>"), "the response follows none of our forms (at “g”)"),
    (response("words<a>1</a>"), "the response follows none of our forms (at “data”)"),
    (response("<r><a>1</a></r><r><a>2</a></r>"), "“a” is answered twice in one response"),
    (response("<a>1</a>", attributes=""), "the response names no form"),
    (response("<a>1</a>", meta=""), "the response has no id of its own"),
    (response("<a>1</a>", meta="<meta><instanceID>1</instanceID></meta>"), "the response has no id of its own"),
    (response(f"<a>1</a><instanceID>{UUID}</instanceID>", meta=""), "the response has no id of its own"),
    (b'<data id="thu"/>', "the response has no id of its own"),
    (f"<data id='thu'>{UUID}</data>".encode(), "the response has no id of its own"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "said"), HOSTILE)
def test_what_is_no_response_of_ours_is_refused_whole(content: bytes, said: str):
    assert refusal(content) == said


@settings(max_examples=300)
@given(st.binary(max_size=200) | st.text("<>/ai d=\"'&;!?-[]x", max_size=80).map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes):
    problems, form_id = 1, "thu"
    try:
        form_id = read_submission(content).form_id
    except UnusableInputError as error:
        problems = len(error.problems)
    assert (problems, bool(form_id)) == (1, True)
