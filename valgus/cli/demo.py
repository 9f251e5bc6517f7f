"""`valgus demo`."""

from pathlib import Path
from typing import Annotated

import typer

from valgus.errors import ValgusError

LEAST_SECONDS, CAMERAS = 2.0, range(2, 17)


def demo(
    seconds: Annotated[float, typer.Option(help="How long the person squats.")] = 10.0,
    cameras: Annotated[int, typer.Option(help="How many virtual cameras look on, 2 to 16.")] = 4,
    headless: Annotated[bool, typer.Option("--headless", help="Open no window.")] = False,
    footage: Annotated[bool, typer.Option("--footage", help="Real footage and the real detector instead.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Another number is another person in another lab.")] = 0,
    out: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("demo-output"),
) -> None:
    """Run the whole live system on this machine, and judge it by a truth that it does not know.

    Camera nodes, hub and viewer are processes of their own that talk over ZeroMQ.  A virtual person squats with a known
    fault before virtual cameras whose detector errs like a real one.  The end is a table, summary.json and a trial that
    `valgus view` can show.  With --footage a published clip of a balancing person goes through real detectors, every
    frame in turn; nobody knows its truth.
    """
    if not LEAST_SECONDS <= seconds < float("inf"):
        raise ValgusError(f"--seconds {seconds:g}: a squat takes longer; give {LEAST_SECONDS:g} or more")
    if cameras not in CAMERAS:
        raise ValgusError(f"--cameras {cameras}: give {CAMERAS[0]} to {CAMERAS[-1]}")
    from valgus.demo.demonstration import demonstrate_footage, demonstrate_squats
    from valgus.demo.script import Script

    if footage:
        demonstrate_footage(out, show=not headless, tell=typer.echo)
    else:
        demonstrate_squats(Script(seed, cameras, seconds), out, show=not headless, tell=typer.echo)
