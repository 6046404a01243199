"""A wave in the field for each test, and a client that sends JSON as the pages do."""

import json
import os
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import sync_playwright
from web.answering.browsing import CHROMIUM, Telephone, chromium
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


@pytest.fixture(scope="module")
def play():
    """The browsers' driver. It keeps a loop in this thread, in which Django is let work."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    if finders.find("fonts/be-vietnam-pro-vietnamese-400-normal.woff2") is None:
        pytest.skip("the front is not built: make front")
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as one:
        yield one
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="module")
def browser(play):
    """One for a module."""
    with chromium(play) as one:
        yield one


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """Where pictures of every screen are kept: PARINDEX_ARTEFACTS, else a folder of this run."""
    asked = os.environ.get("PARINDEX_ARTEFACTS")
    folder = Path(asked) if asked else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def site(browser, live_server):
    """The address of the site, on a database of this test's own."""
    return live_server.url


@pytest.fixture
def field(site):
    return in_the_field()


@pytest.fixture
def telephones(browser, site, pictures):
    """What gives telephones; each is looked over for complaints at the end."""
    made = []

    def telephone(**more):
        made.append(Telephone(browser, site, pictures, **more))
        return made[-1]

    yield telephone
    for one in made:
        one.close()
