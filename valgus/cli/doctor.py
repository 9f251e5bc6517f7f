"""`valgus doctor`."""

import typer


def doctor() -> None:
    """Look at this machine and say what is missing.

    One line per question: ok, -- for what is absent but not always needed, NO with the remedy for what must be put
    right.  The exit code is 0 when nothing must be put right, else 1.
    """
    from valgus.doctor.examination import examine
    from valgus.doctor.finding import Verdict

    wrong = 0
    for finding in examine():
        typer.echo(str(finding))
        wrong += finding.verdict is Verdict.BAD
    typer.echo(f"{wrong} to put right" if wrong else "ready")
    if wrong:
        raise typer.Exit(1)
