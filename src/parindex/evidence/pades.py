"""PDF signatures as pyHanko sees them; runs in the worker only, for it takes a second to load."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from asn1crypto import pem, x509
from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    PdfSignatureStatus,
    SignatureCoverageLevel,
    async_validate_pdf_signature,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext

from parindex.evidence.limits import Limits
from parindex.evidence.refusals import Plain, refused
from parindex.evidence.signatures import Change, Signature

_CHANGES: Final = {
    ModificationLevel.NONE: Change.NOTHING,
    ModificationLevel.LTA_UPDATES: Change.ARCHIVING,
    ModificationLevel.FORM_FILLING: Change.FILLING,
    ModificationLevel.ANNOTATIONS: Change.CONTENT,
    ModificationLevel.OTHER: Change.CONTENT,
}
# Certificates of Vietnamese offices carry either of the two.
_USAGE: Final = KeyUsageConstraints(
    key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
)
_CERTIFICATES: Final = ("*.pem", "*.crt", "*.cer")


def read(source: Path, *, limits: Limits, made: Path, options: Plain) -> Plain:  # noqa: ARG001 - tasks have one signature
    """Every signature of a PDF as a plain row."""
    at = datetime.fromisoformat(str(options["at"]))
    roots, others = _certificates(str(options["roots"]))
    rows = []
    with source.open("rb") as stream:
        reader = PdfFileReader(stream, strict=False)
        for name, value, place in enumerate_sig_fields(reader, filled_status=True):
            if str(value.get_object().get("/Type", "/Sig")) != "/Sig":
                continue  # a time stamp of the file, which nobody signed
            context = ValidationContext(
                trust_roots=roots,
                other_certs=others,
                moment=at,
                allow_fetching=False,
                revocation_mode="soft-fail",
            )
            rows.append(_judged(reader, str(name), place.get_object(), context).as_plain())
    return {"signatures": rows}


def _judged(
    reader: PdfFileReader, name: str, place: DictionaryObject, context: ValidationContext
) -> Signature:
    certificate = None
    try:
        embedded = EmbeddedPdfSignature(reader, place, name)
        certificate = embedded.signer_cert
        status = asyncio.run(
            async_validate_pdf_signature(embedded, context, key_usage_settings=_USAGE)
        )
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # noqa: BLE001 - one bad signature must not hide the others
        return _unjudged(name, certificate, f"{type(error).__name__}: {error}"[:300])
    return _row(name, certificate, status)


def _row(name: str, certificate: x509.Certificate, status: PdfSignatureStatus) -> Signature:
    stamp = status.timestamp_validity
    stamped = stamp.timestamp if stamp is not None and stamp.valid and stamp.intact else None
    stamp_is_trusted = stamped is not None and stamp is not None and stamp.trusted
    reported = status.signer_reported_dt
    moment = stamped if stamp_is_trusted else reported
    validity = certificate["tbs_certificate"]["validity"]
    first, last = validity["not_before"].native, validity["not_after"].native
    level = status.modification_level
    return Signature(
        **_who(certificate),
        field=name,
        signed_at=_moment(reported),
        stamped_at=_moment(stamped),
        stamp_is_trusted=stamp_is_trusted,
        is_intact=bool(status.intact and status.valid),
        covers_whole_file=status.coverage is SignatureCoverageLevel.ENTIRE_FILE,
        changed_since=Change.UNKNOWN if level is None else _CHANGES[level],
        is_trusted=bool(status.trusted),
        was_certified_when_signed=moment is not None and first <= _aware(moment) <= last,
    )


def _unjudged(name: str, certificate: x509.Certificate | None, trouble: str) -> Signature:
    return Signature(
        **_who(certificate),
        field=name,
        signed_at="",
        stamped_at="",
        stamp_is_trusted=False,
        is_intact=False,
        covers_whole_file=False,
        changed_since=Change.UNKNOWN,
        is_trusted=False,
        was_certified_when_signed=False,
        trouble=trouble,
    )


def _who(certificate: x509.Certificate | None) -> dict[str, str]:
    """The names in a certificate, as people write them."""
    if certificate is None:
        names = ("signer", "organisation", "issuer", "serial", "certified_from", "certified_until")
        return dict.fromkeys(names, "")
    validity = certificate["tbs_certificate"]["validity"]
    return {
        "signer": _named(certificate.subject, "common_name") or certificate.subject.human_friendly,
        "organisation": _named(certificate.subject, "organization_name"),
        "issuer": _named(certificate.issuer, "common_name") or certificate.issuer.human_friendly,
        "serial": f"{certificate.serial_number:x}",
        "certified_from": _moment(validity["not_before"].native),
        "certified_until": _moment(validity["not_after"].native),
    }


def _named(name: x509.Name, part: str) -> str:
    value = name.native.get(part, "")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _moment(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return _aware(moment).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _certificates(folder: str) -> tuple[list[x509.Certificate], list[x509.Certificate]]:
    """The certificates of a folder: those that signed themselves, and the others."""
    roots: list[x509.Certificate] = []
    others: list[x509.Certificate] = []
    if not folder:
        return roots, others
    for path in sorted(path for pattern in _CERTIFICATES for path in Path(folder).glob(pattern)):
        try:
            found = [x509.Certificate.load(one) for one in _unwrapped(path.read_bytes())]
            for one in found:
                (roots if one.self_issued else others).append(one)
        except (ValueError, TypeError) as error:
            raise refused("evidence.bad_root", got=path.name) from error
    return roots, others


def _unwrapped(content: bytes) -> Iterator[bytes]:
    if not pem.detect(content):
        yield content
        return
    for _, _, unwrapped in pem.unarmor(content, multiple=True):
        yield unwrapped
