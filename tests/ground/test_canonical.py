import hashlib

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from parindex.canonical import canonical_json, digest, sha256

_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_JSON = st.recursive(
    st.none() | st.booleans() | _TEXT | st.integers(-(2**53) + 1, 2**53 - 1),
    lambda inner: st.lists(inner) | st.dictionaries(_TEXT, inner),
    max_leaves=20,
)


@given(_JSON)
def test_it_is_the_rfc8785_of_another_implementation(value: object):
    assert canonical_json(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [0.5, {"a": 1.0}, object(), b"bytes"])
def test_floats_and_strangers_are_refused(value: object):
    if isinstance(value, bytes):
        # Bytes are a sequence of numbers to Python; nobody means that.
        assert canonical_json(value) == canonical_json(list(value))
        return
    with pytest.raises(TypeError):
        canonical_json(value)


@pytest.mark.parametrize("value", [2**53, -(2**53)])
def test_numbers_that_javascript_cannot_hold_are_refused(value: int):
    with pytest.raises(ValueError, match="canonical"):
        canonical_json([value])
    assert canonical_json(value - (1 if value > 0 else -1)) == rfc8785.dumps(
        value - (1 if value > 0 else -1)
    )


def test_digests_are_written_with_their_kind():
    assert sha256(b"") == "sha256:" + hashlib.sha256(b"").hexdigest()
    assert digest({"b": "1", "a": "2"}) == sha256(b'{"a":"2","b":"1"}')
