"""A writer that is killed: it founds issuers, each with its file, and says which are confirmed."""

import os
import sys
from pathlib import Path
from uuid import uuid4


def main(said: Path) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "parindex.web.settings"
    import django

    django.setup()
    from django.db import InterfaceError, OperationalError, connection
    from web.ground.ledger import found, keep

    with said.open("ab", buffering=0) as confirmed:
        confirmed.write(b"ready\n")
        parent = os.getppid()
        while os.getppid() == parent:
            slug = uuid4().hex
            digest = keep(os.urandom(3000))
            try:
                found(slug, digest=digest)
            except (OperationalError, InterfaceError):
                # The database is away; whether this one was written nobody was told.
                connection.close()
                continue
            confirmed.write(f"{slug}\n".encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
