"""`python -m parindex` is the command."""

from parindex.cli.app import main

main()
