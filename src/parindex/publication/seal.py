"""Freeze a scored round into a bundle, full or public."""

from __future__ import annotations

from importlib.resources import files

from parindex.canonical import canonical_json
from parindex.publication import normal
from parindex.publication.bundle import INPUT, RESULTS, VERIFIER, Bundle, Links
from parindex.publication.tables import result_files
from parindex.scoring.folder import RoundFolder
from parindex.scoring.run import IndexRun

NO_LINKS = Links()


def seal(
    opened: RoundFolder, run: IndexRun, *, public: bool = False, links: Links = NO_LINKS
) -> Bundle:
    """Freeze an opened round and the run that was scored from it.

    The same round gives the same bytes on any machine, locale and time zone.
    """
    documents = normal.normalise(opened)
    return assemble(
        originals={} if public else _originals(opened),
        documents=_encoded(normal.publish(documents) if public else documents),
        run=run,
        public=public,
        links=links,
    )


def assemble(
    *,
    originals: dict[str, bytes],
    documents: dict[str, bytes],
    run: IndexRun,
    public: bool,
    links: Links,
) -> Bundle:
    """The bundle of what was read, what it means and what follows from it."""
    return Bundle(
        members={
            **originals,
            **documents,
            **{
                RESULTS + name: "".join(pieces).encode("utf-8")
                for name, pieces in result_files(run, claims=not public)
            },
            VERIFIER: standalone_verifier(),
        },
        public=public,
        links=links,
    )


def standalone_verifier() -> bytes:
    """The single-file verifier that lies inside every bundle."""
    return files("parindex.publication").joinpath("standalone.py").read_bytes()


def _encoded(documents: normal.Documents) -> dict[str, bytes]:
    return {name: canonical_json(document) for name, document in documents.items()}


def _originals(opened: RoundFolder) -> dict[str, bytes]:
    """The round's own files, byte for byte; those that it does not have are left out."""
    originals: dict[str, bytes] = {}
    for name in opened.names():
        stream = opened.files.open(name)
        if stream is not None:
            with stream:
                originals[INPUT + name] = stream.read()
    return originals
