"""Generated requests to every operation, by an appraiser, an officer and an administrator: no 5xx."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from web.province import build, when

from parindex.web.api import door
from parindex.web.api.urls import api
from parindex.web.assessment.actions import phasing
from parindex.web.assessment.states import PhaseKind
from parindex.web.journal import clock
from parindex.web.journal.queries import verify
from parindex.web.people import actions as people
from parindex.web.people.states import Scope

pytestmark = pytest.mark.django_db
SCHEMA = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/"), default=str))
ITEMS = ["1.1.1", "1.1.2", "1.2.1", "2.1.1", "2.1.2", "2.2.1", "9.9", "", "../x", "é\x00"]
WORDS = ["", "không", "2025-01-01", "1", "0.5", "1,5", "-1", "1e999", "NaN", "timely", "late", "yes",
         "\x00", "\ud7ff", "x" * 400, "2025-11-04T01:00:00Z", "9999-12-31T23:59:59+14:00",
         "tay-ninh", "departments", "home-affairs", "=1+1", "'; drop table x; --"]  # fmt: skip
TEXTS = st.one_of(st.sampled_from(WORDS), st.text(max_size=20))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)


def operations():
    for path, methods in SCHEMA["paths"].items():
        for method, one in methods.items():
            yield method, path, one


def values(schema, ids, depth=0):
    """A strategy of values that mostly are what a schema says."""
    if "$ref" in schema:
        return values(SCHEMA["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], ids, depth)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([values(one, ids, depth) for one in schema["anyOf"]])
    kind = schema.get("type")
    if kind == "object":
        fields = schema.get("properties", {})
        needed = {
            k: values(v, ids, depth + 1)
            for k, v in fields.items()
            if k in schema.get("required", ())
        }
        extra = {k: values(v, ids, depth + 1) for k, v in fields.items() if k not in needed}
        return st.fixed_dictionaries(needed, optional=extra)
    if kind == "array":
        return st.lists(values(schema.get("items", {}), ids, depth + 1), max_size=3)
    simple = {
        "integer": st.integers(-2, 5) | st.integers(),
        "number": st.floats(),
        "boolean": st.booleans(),
        "null": st.none(),
    }
    if kind in simple:
        return simple[kind]
    if schema.get("format") == "uuid":
        return st.sampled_from(ids)
    if schema.get("format") == "date":
        return st.dates().map(str)
    if schema.get("format") == "date-time":
        return st.datetimes().map(lambda one: one.isoformat() + "Z")
    return TEXTS if kind == "string" else ANYTHING


def sent_to(draw, client, method, path, one, ids):
    for parameter in one.get("parameters", ()):
        name = parameter["name"]
        if parameter["in"] == "path":
            known = st.sampled_from(
                ids if name.endswith("_id") else [*ITEMS[:6], "tay-ninh", "findings.csv"]
            )
            path = path.replace("{" + name + "}", draw(known))
    query = {
        p["name"]: draw(values(p["schema"], ids))
        for p in one.get("parameters", ()) if p["in"] == "query"
    }  # fmt: skip
    query = {k: v for k, v in query.items() if v is not None}
    body = one.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in body:
        fields = draw(values(body["multipart/form-data"]["schema"], ids))
        fields = {k: str(v) for k, v in fields.items() if k != "file" and v is not None}
        content = draw(
            st.binary(max_size=40) | st.sampled_from([b"%PDF-1.4", b"unit,item\n", b"PK\x03\x04"])
        )
        fields["file"] = SimpleUploadedFile(draw(TEXTS) or "a.pdf", content)
        return client.post(path, fields, query_params=query)
    content = b""
    if "application/json" in body:
        schema = body["application/json"]["schema"]
        content = json.dumps(
            draw(st.one_of(values(schema, ids), values(schema, ids), ANYTHING))
        ).encode()
    return client.generic(
        method.upper(), path, content, content_type="application/json", query_params=query
    )


def test_no_generated_request_breaks_any_operation(monkeypatch):
    monkeypatch.setattr(door, "rate", door.Rate(1_000_000))
    province = build()
    with clock.at(when(PhaseKind.SELF_SCORING)):
        phasing.open_phase(province.admin, province.phase(PhaseKind.SELF_SCORING).id)
    with clock.at(when(PhaseKind.APPRAISAL)):
        phasing.open_phase(province.admin, province.phase(PhaseKind.APPRAISAL).id)
        clients = {}
        for who in ("officer", "appraiser", "admin"):
            _, secret = people.make_token(
                province.actor(who),
                "thử",
                scopes=tuple(Scope),
                expires_at=clock.now() + timedelta(days=3),
            )
            clients[who] = Client(headers={"Authorization": f"Bearer {secret}"})
        ids = [str(one.id) for one in province.sheets.values()]
        ids += [str(province.round.id), *(str(one.id) for one in province.round.phases.all())]
        ids += [str(province.units["finance"].id), str(province.people["officer"].id), str(uuid4())]
        seen = set()

        @settings(
            max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
        )
        @given(st.data())
        def play(data) -> None:
            for who, client in clients.items():
                for method, path, one in operations():
                    # What runs the round would end it for all the others.
                    if (
                        who == "admin"
                        and method != "get"
                        and ("/phases/" in path or "approval" in path)
                    ):
                        continue
                    response = sent_to(data.draw, client, method, path, one, ids)
                    seen.add((method, path, response.status_code // 100))
                    assert response.status_code < 500, (who, method, path, response.content[:300])

        play()
        assert {(method, path) for method, path, _ in seen} == {(m, p) for m, p, _ in operations()}
        assert sum(code == 2 for _, _, code in seen) > 15
        assert list(verify()) == []
