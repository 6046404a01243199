"""What catalogues and the web are told of the open data: CSVW beside each CSV, and a DCAT entry.

CSV on the Web metadata (W3C Recommendation, 2015) and DCAT 3 (W3C Recommendation, 2024) in
JSON-LD.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from parindex.canonical import sha256
from parindex.publication.open_data import Published, Table, Terms, citation, title

MEDIA: Final = {
    "csv": "text/csv",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "md": "text/markdown",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
_XSD: Final = {"string": "string", "integer": "integer", "decimal": "decimal", "date": "date"}
_DCAT: Final = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_VIETNAM: Final = "http://publications.europa.eu/resource/authority/country/VNM"


def csvw(table: Table, of: Published, terms: Terms) -> dict[str, Any]:
    """What stands beside a CSV: its licence, its citation, its columns."""
    cited = citation(of, terms)
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "vi"}],
        "url": f"{table.name}.csv",
        "dc:title": [
            {"@value": table.title.vi, "@language": "vi"},
            {"@value": table.title.say("en"), "@language": "en"},
        ],
        "dc:license": {"@id": terms.licence.url},
        "dc:bibliographicCitation": cited.vi,
        "dc:source": of.digest,
        "tableSchema": {
            "columns": [
                {
                    "name": field.name,
                    "titles": field.name,
                    "dc:description": field.about.vi,
                    "datatype": {"base": "boolean", "format": "yes|no"}
                    if field.type == "boolean"
                    else _XSD[field.type],
                }
                for field in table.fields
            ],
            **({"primaryKey": list(table.key)} if table.key else {}),
        },
    }


def dcat(of: Published, terms: Terms, made: Mapping[str, bytes]) -> dict[str, Any]:
    """The catalogue entry: one dataset, and each file that people load as a distribution of it."""
    named, cited, spec = title(of.run), citation(of, terms), of.run.round.spec
    publisher = terms.publisher or next(iter(of.run.round.criteria.values())).issuer
    return {
        "@context": _DCAT,
        "@id": terms.url or f"urn:{of.digest}",
        "@type": "dcat:Dataset",
        "dct:identifier": of.digest,
        "dct:title": _languages(named.vi, named.en),
        "dct:description": _languages(cited.vi, cited.en),
        "dct:bibliographicCitation": cited.vi,
        "dct:license": {"@id": terms.licence.url},
        "dct:publisher": {"@type": "foaf:Organization", "foaf:name": publisher},
        "dct:language": ["vi", "en"],
        "dct:spatial": {"@id": _VIETNAM},
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _typed(f"{spec.year:04}-01-01", "date"),
            "dcat:endDate": _typed(f"{spec.year:04}-12-31", "date"),
        },
        **({"dct:issued": _typed(terms.issued.isoformat(), "date")} if terms.issued else {}),
        "dcat:keyword": [spec.index, str(spec.year), *spec.groups],
        "dcat:distribution": [
            {
                "@id": f"{terms.url}{path}",
                "@type": "dcat:Distribution",
                "dct:title": path,
                "dct:license": {"@id": terms.licence.url},
                "dcat:accessURL": {"@id": f"{terms.url}{path}"},
                "dcat:downloadURL": {"@id": f"{terms.url}{path}"},
                "dcat:mediaType": MEDIA[path.rpartition(".")[2]],
                "dcat:byteSize": _typed(str(len(content)), "nonNegativeInteger"),
                "spdx:checksum": {
                    "@type": "spdx:Checksum",
                    "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
                    "spdx:checksumValue": sha256(content).removeprefix("sha256:"),
                },
            }
            for path, content in made.items()
            if not path.endswith("-metadata.json")
        ],
    }


def _languages(vi: str, en: str) -> list[dict[str, str]]:
    return [{"@value": vi, "@language": "vi"}, {"@value": en, "@language": "en"}]


def _typed(text: str, kind: str) -> dict[str, str]:
    return {"@value": text, "@type": f"xsd:{kind}"}
