"""The bundle as an archive of bytes that are the same on every machine.

Specified in docs/spec/bundle.md, section 1.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from parindex.canonical import canonical_json, sha256
from parindex.errors import NotGoodBundleError, Problem

SCHEMA: Final = "parindex.bundle/1"
MANIFEST: Final = "manifest.json"
VERIFIER: Final = "verify.py"
INPUT: Final = "input/"
NORMAL: Final = "normal/"
RESULTS: Final = "results/"
_DATE: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_REGULAR_FILE: Final = 0o100644 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """What a bundle is tied to: the journal, the bundle before it, a signature; None for none."""

    journal_head: str | None = None
    bundle_before: str | None = None
    signature: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """The members of a bundle by name, its manifest apart."""

    members: Mapping[str, bytes]
    public: bool
    links: Links

    def manifest(self) -> dict[str, Any]:
        """What the bundle says of itself: its members' digests and its links."""
        return {
            "schema": SCHEMA,
            "public": self.public,
            "members": {name: sha256(content) for name, content in self.members.items()},
            "journal_head": self.links.journal_head,
            "bundle_before": self.links.bundle_before,
            "signature": self.links.signature,
        }

    def part(self, prefix: str) -> dict[str, bytes]:
        """The members whose names start with a prefix."""
        return {name: one for name, one in self.members.items() if name.startswith(prefix)}

    def to_bytes(self) -> bytes:
        """The archive: stored members in order, one date, no extra fields."""
        everything = {**self.members, MANIFEST: canonical_json(self.manifest())}
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as zip_file:
            for name in sorted(everything):
                info = zipfile.ZipInfo(name, date_time=_DATE)
                info.create_system = _UNIX
                info.external_attr = _REGULAR_FILE
                zip_file.writestr(info, everything[name])
        return archive.getvalue()


def read_bundle(content: bytes, *, file: str) -> Bundle:
    """The bundle that bytes hold, whether or not it verifies.

    Raises NotGoodBundleError when they are no such archive at all.
    """
    # Whatever bytes do to the readers of zip and JSON, the answer is the same: no bundle.
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as zip_file:
            infos = zip_file.infolist()
            # What is deflated is never inflated: a small file could unpack to a disk full.
            stored = all(info.compress_type == zipfile.ZIP_STORED for info in infos)
            members = {info.filename: zip_file.read(info) for info in infos} if stored else {}
    except Exception as error:
        raise _refusal("bundle.unreadable", file) from error
    if not stored:
        raise _refusal("bundle.deflated", file)
    try:
        manifest = json.loads(members.pop(MANIFEST))
        links = Links(**{key: _text_or_none(manifest[key]) for key in Links.__slots__})
        return Bundle(members=members, public=manifest["public"], links=links)
    except Exception as error:
        raise _refusal("bundle.no_manifest", file) from error


def _refusal(code: str, file: str) -> NotGoodBundleError:
    return NotGoodBundleError([Problem(code=code, file=file)])


def _text_or_none(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise TypeError(MANIFEST)
