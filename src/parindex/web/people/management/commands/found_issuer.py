"""`found_issuer`: begin an issuer with its first administrator."""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.core.validators import validate_email, validate_slug

from parindex.web.journal import clock
from parindex.web.people import actions, queries


class Command(BaseCommand):
    """Begin an issuer: done once on the host; everything after is done on the web."""

    help = "Begin an issuer (a province, a ministry) with its first administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to name; the password is asked for, or read from standard input."""
        parser.add_argument("slug", help="short name, as tay-ninh")
        parser.add_argument("name", help="full name, as “Tỉnh Tây Ninh”")
        parser.add_argument("--administrator", required=True, help="account name to log in by")
        parser.add_argument("--person", required=True, help="the administrator’s own name")
        parser.add_argument("--email", required=True)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Check what was said, ask for the password, and begin."""
        slug, username = options["slug"], options["administrator"].lower()
        try:
            validate_slug(slug)
            validate_email(options["email"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if queries.issuer_exists(slug):
            raise CommandError(f"The issuer {slug} exists already.")
        if queries.account_exists(username):
            raise CommandError(f"The account {username} exists already.")
        password = self._password()
        try:
            validate_password(password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        actions.found_issuer(
            slug, options["name"], administrator=username, email=options["email"],
            password=password, person_name=options["person"], on=clock.today(),
        )  # fmt: skip
        self.stdout.write(
            f"{options['name']} begins. {username} logs in and sets up a second factor first."
        )

    def _password(self) -> str:
        if not sys.stdin.isatty():
            return sys.stdin.readline().rstrip("\n")
        first = getpass.getpass("Password: ")
        if getpass.getpass("Again: ") != first:
            raise CommandError("The two passwords differ.")
        return first
