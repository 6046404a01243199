"""Sealed answers: anybody can put one in, only a wave's private key opens them, and it is burnt.

X25519 with a fresh key an answer, HKDF-SHA-256, ChaCha20-Poly1305 (RFC 7748, 5869, 8439). All
sealed answers of a wave have the same length, so that length tells nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_INFO: Final = b"parindex.box/1"
_POINT: Final = 32
_HEAD: Final = 4
# A key is used for one answer only, so that its nonce may be always the same.
_NONCE: Final = bytes(12)


class DamagedError(Exception):
    """A sealed answer does not open: it was altered, or sealed to another wave."""


class TooLongError(Exception):
    """An answer is longer than what this wave seals."""


def seal(content: bytes, *, public_key: str, wave: UUID, size: int) -> bytes:
    """The content sealed to a wave, padded to ``size`` bytes inside.

    Raises TooLongError where it does not fit.
    """
    if len(content) > size:
        raise TooLongError
    fresh = X25519PrivateKey.generate()
    point = fresh.public_key().public_bytes_raw()
    shared = fresh.exchange(X25519PublicKey.from_public_bytes(bytes.fromhex(public_key)))
    padded = len(content).to_bytes(_HEAD, "big") + content + bytes(size - len(content))
    cipher = ChaCha20Poly1305(_derived(shared, point, public_key))
    return point + cipher.encrypt(_NONCE, padded, wave.bytes)


def open_sealed(sealed: bytes, *, private_key: bytes, wave: UUID) -> bytes:
    """What a sealed answer holds. Raises DamagedError."""
    private = X25519PrivateKey.from_private_bytes(private_key)
    public_key = public_of(private_key)
    point, rest = sealed[:_POINT], sealed[_POINT:]
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(point))
        cipher = ChaCha20Poly1305(_derived(shared, point, public_key))
        padded = cipher.decrypt(_NONCE, rest, wave.bytes)
    except (InvalidTag, ValueError) as error:
        raise DamagedError from error
    length = int.from_bytes(padded[:_HEAD], "big")
    return padded[_HEAD : _HEAD + length]


def _derived(shared: bytes, point: bytes, public_key: str) -> bytes:
    salt = point + bytes.fromhex(public_key)
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=_INFO).derive(shared)


# ---- the private keys of waves, each a file


def make_key(folder: Path, wave: UUID) -> str:
    """Make a wave's key and give its public half; the private one stands on the disk before.

    A key that is there already is kept.
    """
    kept = key_of(folder, wave)
    if kept is None:
        kept = X25519PrivateKey.generate().private_bytes_raw()
        put_key(folder, wave, kept)
    return public_of(kept)


def public_of(private_key: bytes) -> str:
    """The public half of a key, in hexadecimal. Raises ValueError for what is no key."""
    private = X25519PrivateKey.from_private_bytes(private_key)
    return private.public_key().public_bytes_raw().hex()


def put_key(folder: Path, wave: UUID, private_key: bytes) -> None:
    """Put a wave's private key in its place, for this user alone; it stands on the disk then."""
    path = _path(folder, wave)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(private_key)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    _sync_folder(path.parent)


def key_of(folder: Path, wave: UUID) -> bytes | None:
    """The private key of a wave, None where there is none (any more)."""
    path = _path(folder, wave)
    return path.read_bytes() if path.exists() else None


def destroy_key(folder: Path, wave: UUID) -> None:
    """Write over a wave's key; its file stays, and says that the burning is not finished.

    Nothing happens where it is gone.
    """
    with suppress(FileNotFoundError), _path(folder, wave).open("r+b") as file:
        file.write(os.urandom(_POINT))
        file.flush()
        os.fsync(file.fileno())


def remove_key(folder: Path, wave: UUID) -> None:
    """Remove the file of a key that was destroyed; nothing happens where it is gone."""
    path = _path(folder, wave)
    path.unlink(missing_ok=True)
    if path.parent.exists():
        _sync_folder(path.parent)


def kept_keys(folder: Path) -> Iterator[tuple[UUID, Path]]:
    """The waves whose private keys are there, with their files."""
    for path in sorted(_path(folder, UUID(int=0)).parent.glob("*.key")):
        yield UUID(path.stem), path


def _path(folder: Path, wave: UUID) -> Path:
    return folder / "waves" / f"{wave}.key"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
