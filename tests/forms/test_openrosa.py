from datetime import date
from urllib.parse import parse_qs, urlsplit

from forms.odk_client import Answered, OdkClient
from survey.questionnaires import TODAY, small

from parindex.errors import UnusableInputError
from parindex.forms.openrosa import (
    CONTENT_TYPE,
    HEADERS,
    SUBMISSION_PART,
    ListedForm,
    form_hash,
    form_list,
    manifest,
    receipt,
)
from parindex.forms.submission import Submission, read_submission
from parindex.forms.xform import to_xform
from parindex.survey.answers import check_answers


class Server:
    """The pure functions behind two doors, as a web application would put them."""

    def __init__(self) -> None:
        self.form = small(("Phiếu thử", "Phiếu <thử> & “hỏi”"))
        self.xform = to_xform(self.form)
        self.kept: dict[str, Submission] = {}

    def get(self, url: str) -> Answered:
        at = urlsplit(url)
        body = {"/formList": self.listed, "/form": lambda: self.xform, "/manifest": manifest}[
            at.path
        ]()
        assert parse_qs(at.query) in ({}, {"id": ["thu"], "v": ["2"]})
        return self.answer(200, body)

    def post(self, url: str, kind: str, body: bytes) -> Answered:
        assert url == "/submission"
        assert f'name="{SUBMISSION_PART}"'.encode() in body
        mark = kind.partition("boundary=")[2].encode()
        content = body.split(b"\r\n\r\n", 1)[1].split(b"\r\n--" + mark)[0]
        try:
            sent = read_submission(content)
        except UnusableInputError as error:
            return self.answer(400, receipt(error.say("vi")[0], accepted=False))
        problems = check_answers(self.form, sent.answers, today=TODAY)
        if problems:
            return self.answer(400, receipt(problems[0].say("vi"), accepted=False))
        self.kept[sent.instance_id] = sent
        return self.answer(201, receipt("Đã nhận phiếu. <Cảm ơn> & chào", accepted=True))

    def listed(self) -> str:
        return form_list(
            [
                ListedForm(
                    form_id=self.form.id,
                    version=str(self.form.version),
                    name=self.form.title.say("vi"),
                    hash=form_hash(self.xform),
                    download_url="/form?id=thu&v=2",
                )
            ]
        )

    def answer(self, status: int, text: str) -> Answered:
        headers = {**HEADERS, "Content-Type": CONTENT_TYPE}
        return Answered(status=status, headers=headers, body=text.encode())


def test_a_telephone_finds_fetches_fills_and_sends():
    server = Server()
    client = OdkClient(server.get, server.post)
    forms = client.list_forms("/formList")
    assert {name: one["name"] for name, one in forms.items()} == {"thu": "Phiếu <thử> & “hỏi”"}
    form = client.download({**forms["thu"], "manifestUrl": "/manifest"})
    assert form.title == "Phiếu <thử> & “hỏi”"
    answers = {"age": "44", "been": "1", "q1": "2"}
    response = form.fill(answers, today=TODAY)
    assert client.send("/submission", response) == (201, "Đã nhận phiếu. <Cảm ơn> & chào")
    # Sent again, as a telephone does that lost the answer: the same response, once.
    assert client.send("/submission", response)[0] == 201
    assert [one.answers for one in server.kept.values()] == [answers]


def test_a_response_that_does_not_keep_to_the_form_is_refused_with_the_reason():
    server = Server()
    client = OdkClient(server.get, server.post)
    form = client.download(client.list_forms("/formList")["thu"])
    late = form.fill(
        {"age": "44", "been": "1", "q1": "2", "day": "2025-12-01"}, today=date(2025, 12, 1)
    )
    status, said = client.send("/submission", late)
    assert (status, said.split("; ")[0]) == (400, "câu “day” (Ngày) không hợp lệ")
    status, said = client.send("/submission", b"<data/>")
    assert (status, said.split("; ")[0]) == (400, "phiếu gửi lên không nói là của biểu mẫu nào")
    assert server.kept == {}


def test_a_list_may_be_empty_and_names_are_escaped():
    assert form_list([]).endswith(
        '<xforms xmlns="http://openrosa.org/xforms/xformsList"></xforms>\n'
    )
    listed = ListedForm(form_id="a", version="1", name="<b>", hash="md5:0", download_url="/a")
    assert "<name>&lt;b&gt;</name>" in form_list([listed])
