"""`python -m valgus` is the `valgus` program."""

from valgus.cli.main import run

if __name__ == "__main__":  # processes that it starts import this file too
    run()
