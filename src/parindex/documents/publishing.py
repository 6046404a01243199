"""The documents that go out with a publication, from a bundle that verifies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import partial

from parindex.criteria.model import Status
from parindex.documents.catalogue import Paper
from parindex.documents.docx import write_docx
from parindex.documents.form import Document, Kind, Provenance
from parindex.documents.office import Office
from parindex.documents.pdf import write_pdf
from parindex.documents.reports import report
from parindex.documents.results import decision, notice
from parindex.documents.satisfaction import sipas_report
from parindex.publication.open_data import Published
from parindex.scoring.run import IndexRun

Progress = Callable[[int, int], None]
FOLDER = "documents"


def documents(
    of: Published,
    office: Office,
    *,
    day: date | None,
    address: str,
    confidence: Decimal,
    notices: bool,
    progress: Progress,
) -> Iterator[tuple[str, bytes]]:
    """Path and content of each file: the decision, the reports, each unit's notice if asked for.

    ``address`` is where a reader verifies, ``confidence`` that of the survey's intervals, between
    0 and 1. ``progress`` is told how many documents of how many are done.
    """
    made = list(_made(of, office, day, address, confidence, notices=notices))
    for at, (path, paper, make) in enumerate(made):
        document = make()
        yield f"{FOLDER}/{path}.docx", write_docx(document, paper)
        yield f"{FOLDER}/{path}.pdf", write_pdf(document, paper)
        progress(at + 1, len(made))


def _made(
    of: Published,
    office: Office,
    day: date | None,
    address: str,
    confidence: Decimal,
    *,
    notices: bool,
) -> Iterator[tuple[str, Paper, Callable[[], Document]]]:
    run = of.run
    shown = Provenance(digest=of.digest, journal_head=of.bundle.links.journal_head, address=address)
    decides = office.head(Kind.DECISION, day=day, bases=_bases(run))
    yield (
        "decision",
        Paper.DECISION,
        partial(decision, run, decides, provenance=shown, scope=office.scope),
    )
    reports = office.head(Kind.REPORT, day=day)
    yield (
        "report",
        Paper.REPORT,
        partial(report, run, reports, provenance=shown, scope=office.scope),
    )
    if run.round.findings:
        yield (
            "sipas-report",
            Paper.SIPAS_REPORT,
            partial(
                sipas_report,
                run,
                reports,
                provenance=shown,
                scope=office.scope,
                confidence=confidence,
            ),
        )
    if notices:
        tells = office.head(Kind.NOTICE, day=day)
        for group in run.groups:
            for unit in group.units:
                yield (
                    f"notices/{unit.id}",
                    Paper.NOTICE,
                    partial(notice, run, unit.id, tells, provenance=shown),
                )


def _bases(run: IndexRun) -> tuple[str, ...]:
    """The legal bases of the criteria sets that are law; a template has none."""
    return tuple(
        f"Căn cứ {basis.text.vi}"
        for group in run.groups
        if group.criteria.status is Status.OFFICIAL
        for basis in group.criteria.legal_basis
    )
