"""What a telephone asks a server for: the list of forms, their files, the receipt of a response.

After https://docs.getodk.org/openrosa-form-list/ and …/openrosa-form-submission/, version 1.0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

# Sent with every answer, as the standard demands.
HEADERS: Final = {"X-OpenRosa-Version": "1.0"}
CONTENT_TYPE: Final = "text/xml; charset=utf-8"
# The part of a multipart request that holds the response.
SUBMISSION_PART: Final = "xml_submission_file"

_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_LIST: Final = "http://openrosa.org/xforms/xformsList"
_MANIFEST: Final = "http://openrosa.org/xforms/xformsManifest"
_RESPONSE: Final = "http://openrosa.org/http/response"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedForm:
    """One form of the list; ``hash`` is that of :func:`form_hash`."""

    form_id: str
    version: str
    name: str
    hash: str
    download_url: str


def form_hash(xform: str) -> str:
    """By what a telephone tells that it has this very form; the standard has MD5 only.

    >>> form_hash("")
    'md5:d41d8cd98f00b204e9800998ecf8427e'
    """
    return f"md5:{hashlib.md5(xform.encode(), usedforsecurity=False).hexdigest()}"


def form_list(forms: Iterable[ListedForm]) -> str:
    """The answer to ``GET /formList``."""
    return f"{_HEAD}<xforms xmlns={quoteattr(_LIST)}>{''.join(map(_listed, forms))}</xforms>\n"


def _listed(form: ListedForm) -> str:
    told = (
        ("formID", form.form_id),
        ("name", form.name),
        ("version", form.version),
        ("hash", form.hash),
        ("downloadUrl", form.download_url),
    )
    inside = "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in told)
    return f"<xform>{inside}</xform>"


def manifest() -> str:
    """The answer to the request for a form's other files: our forms have none."""
    return f"{_HEAD}<manifest xmlns={quoteattr(_MANIFEST)}/>\n"


def receipt(message: str, *, accepted: bool) -> str:
    """The answer to a response that was sent; its HTTP status is 201, or 4xx where refused."""
    nature = "submit_success" if accepted else "error"
    return (
        f"{_HEAD}<OpenRosaResponse xmlns={quoteattr(_RESPONSE)}>"
        f"<message nature={quoteattr(nature)}>{escape(message)}</message></OpenRosaResponse>\n"
    )
