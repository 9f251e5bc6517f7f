"""`python -m valgus` is the `valgus` program."""

from valgus.cli.main import run

run()
