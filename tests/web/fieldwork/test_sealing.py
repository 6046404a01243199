"""Codes and sealed answers: what is typed is read, what is sealed opens for its wave alone."""

from pathlib import Path
from uuid import uuid4

import pytest
import web_setup
from hypothesis import given
from hypothesis import strategies as st

web_setup.set_up()

from parindex.web.fieldwork import codes, sealing  # noqa: E402


def test_codes_are_of_128_bits_and_differ():
    made = {codes.new_code() for _ in range(2000)}
    assert len(made) == 2000
    assert all(len(codes.plain_code(one)) == 26 for one in made)
    letters = {letter for one in made for letter in codes.plain_code(one)}
    assert len(letters) == 32
    # The first letter holds three bits of the 130 that 26 letters have.
    assert {codes.plain_code(one)[0] for one in made} == set("01234567")


@given(st.integers(0, 2**128 - 1), st.sampled_from(["", "-", " ", "\u00a0"]), st.booleans())
def test_a_code_is_known_however_it_is_typed(number, between, small):
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    plain = "".join(alphabet[number >> 5 * at & 31] for at in reversed(range(26)))
    typed = between.join(plain[at : at + 4] for at in range(0, 26, 4))
    typed = typed.replace("0", "o").replace("1", "l") if small else typed
    assert codes.plain_code(f" {typed.lower() if small else typed} ") == plain


def test_what_is_sealed_opens_with_its_key_for_its_wave_alone(tmp_path: Path):
    wave, other = uuid4(), uuid4()
    public = sealing.make_key(tmp_path, wave)
    assert sealing.make_key(tmp_path, wave) == public
    key = sealing.key_of(tmp_path, wave)
    sealed = sealing.seal(b"abc", public_key=public, wave=wave, size=64)
    assert sealing.open_sealed(sealed, private_key=key, wave=wave) == b"abc"
    assert len(sealing.seal(b"", public_key=public, wave=wave, size=64)) == len(sealed)
    assert sealing.seal(b"abc", public_key=public, wave=wave, size=64) != sealed
    sealing.make_key(tmp_path, other)
    for wrong in (
        {"private_key": sealing.key_of(tmp_path, other), "wave": wave},
        {"private_key": key, "wave": other},
    ):
        with pytest.raises(sealing.DamagedError):
            sealing.open_sealed(sealed, **wrong)
    with pytest.raises(sealing.TooLongError):
        sealing.seal(b"a" * 65, public_key=public, wave=wave, size=64)


@given(st.data())
def test_an_altered_byte_never_opens(data):
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    wave, private = uuid4(), X25519PrivateKey.generate().private_bytes_raw()
    sealed = sealing.seal(b"abc", public_key=sealing.public_of(private), wave=wave, size=16)
    at = data.draw(st.integers(0, len(sealed) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    # The last bit of a point is no part of it (RFC 7748, 5).
    if (at, bit) != (31, 128):
        altered = bytes([*sealed[:at], sealed[at] ^ bit, *sealed[at + 1 :]])
        with pytest.raises(sealing.DamagedError):
            sealing.open_sealed(altered, private_key=private, wave=wave)
    with pytest.raises(sealing.DamagedError):
        sealing.open_sealed(sealed[:at], private_key=private, wave=wave)


def test_a_destroyed_key_is_gone_and_its_file_was_written_over(tmp_path: Path):
    wave = uuid4()
    sealing.make_key(tmp_path, wave)
    (path,) = [path for _, path in sealing.kept_keys(tmp_path)]
    assert path.stat().st_mode & 0o777 == 0o600
    kept = path.read_bytes()
    # A second name for the same file shows what became of its bytes.
    other = tmp_path / "other"
    other.hardlink_to(path)
    sealing.destroy_key(tmp_path, wave)
    assert sealing.key_of(tmp_path, wave) == other.read_bytes()
    sealing.remove_key(tmp_path, wave)
    assert sealing.key_of(tmp_path, wave) is None
    assert len(other.read_bytes()) == 32
    assert other.read_bytes() != kept
    # Another one may have been there first, at any time.
    sealing.destroy_key(tmp_path, wave)
    sealing.remove_key(tmp_path, wave)
    sealing.remove_key(tmp_path / "nowhere", wave)
