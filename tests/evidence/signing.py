"""A certification authority of the tests, its officials, and PDFs signed by them."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from asn1crypto import keys, pem
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from evidence.good import good_pdf

START, END = datetime(2024, 1, 1, tzinfo=UTC), datetime(2034, 1, 1, tzinfo=UTC)
AT = datetime(2026, 12, 1, tzinfo=UTC)

Pair = tuple[ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, x509.Certificate]


def named(common: str, organisation: str) -> x509.Name:
    return x509.Name([
        x509.NameAttribute(NameOID.COMMON_NAME, common),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
    ])  # fmt: skip


def certified(
    name: x509.Name, by: Pair | None = None, *, until: datetime = END, stamps: bool = False
) -> Pair:
    # The library's stamping clerk knows RSA only.
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = (
        rsa.generate_private_key(65537, 2048) if stamps else ec.generate_private_key(ec.SECP256R1())
    )
    signer, issuer = (key, name) if by is None else (by[0], by[1].subject)
    usage = x509.KeyUsage(
        digital_signature=by is not None, content_commitment=by is not None, key_cert_sign=by is None,
        crl_sign=by is None, key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(START)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(usage, critical=True)
    )
    if stamps:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
    return key, builder.sign(signer, hashes.SHA256())


@cache
def authority(name: str = "CA thử nghiệm Chính phủ") -> Pair:
    return certified(named(name, "Ban Cơ yếu Chính phủ"))


@cache
def official() -> Pair:
    return certified(named("Nguyễn Thị Đào", "Sở Nội vụ tỉnh Quảng Trị"), authority())


@cache
def lapsed() -> Pair:
    return certified(
        named("Trần Văn Cũ", "Sở Tài chính"), authority(), until=datetime(2026, 1, 1, tzinfo=UTC)
    )


def as_asn1(certificate: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def key_of(pair: Pair) -> keys.PrivateKeyInfo:
    private = pair[0].private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return keys.PrivateKeyInfo.load(private)


@cache
def stamper() -> DummyTimeStamper:
    pair = certified(named("Dấu thời gian", "Ban Cơ yếu Chính phủ"), authority(), stamps=True)
    store = SimpleCertificateStore()
    store.register(as_asn1(authority()[1]))
    return DummyTimeStamper(
        as_asn1(pair[1]), key_of(pair), store, fixed_dt=datetime(2025, 12, 20, 3, 0, tzinfo=UTC)
    )


def signed(
    content: bytes, pair: Pair | None = None, *, field: str = "Ky1", stamped: bool = False
) -> bytes:
    pair = official() if pair is None else pair
    store = SimpleCertificateStore()
    store.register(as_asn1(authority()[1]))
    signer = signers.SimpleSigner(
        signing_cert=as_asn1(pair[1]), signing_key=key_of(pair), cert_registry=store
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    fields.append_signature_field(writer, fields.SigFieldSpec(field))
    out = signers.sign_pdf(
        writer,
        signers.PdfSignatureMetadata(field_name=field, md_algorithm="sha256"),
        signer=signer,
        timestamper=stamper() if stamped else None,
    )
    return bytes(out.getvalue())


@cache
def signed_report() -> bytes:
    return signed(good_pdf())


def written_on(content: bytes) -> bytes:
    """The file with its page changed by a later revision."""
    from pyhanko.pdf_utils import generic  # noqa: PLC0415 - slow import

    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"q Q"))
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def roots(folder: Path, *certificates: x509.Certificate) -> Path:
    folder.mkdir(exist_ok=True)
    for number, one in enumerate(certificates):
        content = pem.armor("CERTIFICATE", one.public_bytes(serialization.Encoding.DER))
        (folder / f"{number}.pem").write_bytes(content)
    return folder
