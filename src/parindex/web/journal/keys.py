"""The key that signs checkpoints: Ed25519, kept apart from the database."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_PRIVATE: Final = "journal.key"
_PUBLIC: Final = "journal.pub"


def sign(folder: Path, text: str) -> str:
    """The signature of a text, in base64; the key is made when there is none."""
    return base64.b64encode(_private(folder).sign(text.encode())).decode()


def is_signed(folder: Path, text: str, signature: str) -> bool:
    """Whether this installation's key signed the text."""
    try:
        _public(folder).verify(base64.b64decode(signature, validate=True), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


@cache
def _private(folder: Path) -> Ed25519PrivateKey:
    file = folder / _PRIVATE
    if not file.exists():
        key = Ed25519PrivateKey.generate()
        folder.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        (folder / _PUBLIC).write_bytes(
            key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )
    kept = serialization.load_pem_private_key(file.read_bytes(), password=None)
    assert isinstance(kept, Ed25519PrivateKey)  # noqa: S101 - nothing else is ever written there
    return kept


def _public(folder: Path) -> Ed25519PublicKey:
    key = serialization.load_pem_public_key((folder / _PUBLIC).read_bytes())
    assert isinstance(key, Ed25519PublicKey)  # noqa: S101 - nothing else is ever written there
    return key
