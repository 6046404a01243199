"""A wave in the field for each test, and a client that sends JSON as the pages do."""

import json

import pytest
from django.test import Client
from web.answering.field import in_the_field

from parindex.web.answering import openrosa
from parindex.web.answering.tries import tries


@pytest.fixture(autouse=True)
def nobody_has_tried_yet():
    tries.forget()
    openrosa.tries.forget()


@pytest.fixture
def wave(db):
    return in_the_field()


@pytest.fixture
def post():
    """What sends JSON to an address, without a cookie."""
    client = Client(raise_request_exception=False)
    return lambda url, **said: client.post(url, json.dumps(said), content_type="application/json")
