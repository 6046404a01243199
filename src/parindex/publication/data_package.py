"""The open data as files: CSV and JSON of every table, and what describes them, byte for byte.

Frictionless Data Package (datapackage.org, version 2) with what stands in ``describing`` and
``sdmx``. Equal bundles and terms give equal bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from parindex.canonical import sha256
from parindex.csvtable import csv_line, harmless
from parindex.publication.describing import MEDIA, csvw, dcat
from parindex.publication.open_data import Published, Table, Terms, citation, data_tables, title
from parindex.publication.readme import readme
from parindex.publication.sdmx import sdmx_files
from parindex.vietnamese import folded

BUNDLE: Final = "bundle.zip"
PACKAGE: Final = "datapackage.json"
WORKBOOK: Final = "open-data.xlsx"
_TYPES: Final = {
    "string": "string", "integer": "integer", "decimal": "number", "boolean": "boolean",
    "date": "date",
}  # fmt: skip


def files(of: Published, terms: Terms, *, workbook: bytes) -> dict[str, bytes]:
    """Every file of the folder by its path, whose names stay the same from round to round.

    ``workbook`` is the same tables as a workbook, which another room writes.
    """
    tables = data_tables(of)
    made: dict[str, bytes] = {}
    for table in tables:
        made[f"csv/{table.name}.csv"] = csv_bytes(table)
        made[f"csv/{table.name}.csv-metadata.json"] = _pretty(csvw(table, of, terms))
        made[f"json/{table.name}.json"] = json_bytes(table, of, terms)
    made.update(sdmx_files(of, terms))
    made[WORKBOOK] = workbook
    made[BUNDLE] = of.content
    made["README.md"] = readme(of, terms, tables).encode("utf-8")
    made[PACKAGE] = _pretty(_package(of, terms, tables, made))
    made["dcat.jsonld"] = _pretty(dcat(of, terms, made))
    return dict(sorted(made.items()))


def csv_bytes(table: Table) -> bytes:
    """A table as CSV; texts that a spreadsheet would run begin with an apostrophe."""
    texts = [at for at, field in enumerate(table.fields) if field.type == "string"]
    lines = [csv_line(field.name for field in table.fields)]
    for row in table.rows:
        cells = list(row)
        for at in texts:
            cells[at] = harmless(cells[at])
        lines.append(csv_line(cells))
    return "".join(lines).encode("utf-8")


def json_bytes(table: Table, of: Published, terms: Terms) -> bytes:
    """A table as JSON, one row a line; decimals are texts, so that no reader rounds them."""
    cited = citation(of, terms)
    head = {
        "table": table.name,
        "title": _both(table.title.vi, table.title.say("en")),
        "licence": terms.licence.url,
        "citation": _both(cited.vi, cited.en),
        "bundle": of.digest,
    }
    lines = ",\n".join(
        json.dumps(
            {
                field.name: _value(field.type, cell)
                for field, cell in zip(table.fields, row, strict=True)
            },
            ensure_ascii=False,
        )
        for row in table.rows
    )
    opened = json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}")
    return f'{opened},\n "rows": [\n{lines}\n]}}\n'.encode()


def _value(kind: str, cell: str) -> object:
    if not cell:
        return None
    if kind == "integer":
        return int(cell)
    return cell == "yes" if kind == "boolean" else cell


def package_name(of: Published) -> str:
    """The name of the data package: the round's own, in letters that every system takes."""
    return "parindex-" + re.sub(r"[^a-z0-9._-]+", "-", folded(of.run.round.spec.round)).strip("-")


def _package(
    of: Published, terms: Terms, tables: Sequence[Table], made: Mapping[str, bytes]
) -> dict[str, Any]:
    named, cited = title(of.run), citation(of, terms)
    resources = []
    for table in tables:
        one = _resource(table.name, f"csv/{table.name}.csv", made, terms)
        resources.append(one | _described(table) | {"schema": _schema(table)})
    for table in tables:
        one = _resource(f"{table.name}-json", f"json/{table.name}.json", made, terms)
        # The validator counts no bytes of JSON; they stand in the catalogue entry.
        del one["bytes"], one["hash"]
        # A list of no rows is no table to the validator. The rows are those of the CSV: their
        # references are checked once.
        schema = {key: part for key, part in _schema(table).items() if key != "foreignKeys"}
        dialect = {"json": {"property": "rows", "keyed": True}}
        read = {"dialect": dialect, "schema": schema} if table.rows else {"type": "file"}
        resources.append(one | _described(table) | read)
    described = {one["path"] for one in resources}
    for path in made:
        if path not in described and not path.endswith(("-metadata.json", ".md")):
            name = re.sub(r"[^a-z0-9-]+", "-", path)
            resources.append(_resource(name, path, made, terms) | {"type": "file"})
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": package_name(of),
        "id": of.digest,
        "title": named.vi,
        "description": f"{named.en}. {cited.en}",
        **({"homepage": terms.url} if terms.url else {}),
        **({"created": f"{terms.issued.isoformat()}T00:00:00Z"} if terms.issued else {}),
        "licenses": [_licence(terms)],
        "sources": [{"title": cited.vi, "path": BUNDLE}],
        "contributors": [
            {"title": terms.publisher or one, "roles": ["publisher"]}
            for one in dict.fromkeys(
                "" if terms.publisher else criteria.issuer
                for criteria in of.run.round.criteria.values()
            )
        ],
        "resources": resources,
    }


def _described(table: Table) -> dict[str, str]:
    return {"type": "table", "title": table.title.vi, "description": table.title.say("en")}


def _resource(name: str, path: str, made: Mapping[str, bytes], terms: Terms) -> dict[str, Any]:
    ending = path.rpartition(".")[2]
    return {
        "name": name,
        "path": path,
        "format": ending,
        "mediatype": MEDIA[ending],
        "encoding": "utf-8",
        "bytes": len(made[path]),
        "hash": sha256(made[path]),
        "licenses": [_licence(terms)],
        "sources": [{"title": "bundle", "path": BUNDLE}],
    }


def _licence(terms: Terms) -> dict[str, str]:
    return {
        "name": terms.licence.id,
        "path": terms.licence.url,
        "title": terms.licence.title.say("en"),
    }


def _schema(table: Table) -> dict[str, Any]:
    fields = []
    for field in table.fields:
        one: dict[str, Any] = {
            "name": field.name,
            "type": _TYPES[field.type],
            "title": field.about.vi,
            "description": _measured(field.about.say("en"), field.measure),
        }
        if field.type == "boolean":
            one |= {"trueValues": ["yes"], "falseValues": ["no"]}
        if field.name in table.key:
            one["constraints"] = {"required": True}
        fields.append(one)
    return {
        "fields": fields,
        "missingValues": [""],
        **({"primaryKey": list(table.key)} if table.key else {}),
        **(
            {
                "foreignKeys": [
                    {"fields": [field], "reference": {"resource": other, "fields": [field]}}
                    for field, other in table.refers.items()
                ]
            }
            if table.refers
            else {}
        ),
    }


def _measured(words: str, measure: str) -> str:
    return f"{words} ({measure})" if measure else words


def _both(vi: str, en: str) -> dict[str, str]:
    return {"vi": vi, "en": en}


def _pretty(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
