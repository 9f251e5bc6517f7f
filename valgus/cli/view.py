"""`valgus view`: a trial or a live session on the screen, or one picture of it."""

import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from viewer.display import require_display
from viewer.errors import ViewerError
from viewer.picture_file import require_png, write_png

if TYPE_CHECKING:
    from reconstruct.types import AngleTrial, PointTrial
    from viewer.room import Room

_FIRST_FRAME_WAIT_S = 5.0


def view(
    source: Annotated[str, typer.Argument(metavar="TRIAL|ADDRESS", help="Folder of a trial, or tcp://HOST:PORT.")],
    snapshot: Annotated[Path | None, typer.Option(metavar="PNG", help="Write one picture; needs no display.")] = None,
    rig: Annotated[Path | None, typer.Option(help="Cameras to draw; by default the trial's own rig.toml.")] = None,
    commands: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="The session's zmq commands: a click on somebody else's mark follows them."
        ),
    ] = None,
) -> None:
    """Watch a trial or a live session in 3-D; H in the window lists the keys."""
    if snapshot is None:
        require_display()
    else:
        require_png(snapshot)
    if "://" in source:
        _view_live(source, rig, snapshot, commands)
    else:
        _view_trial(Path(source), rig, snapshot)


def _view_trial(folder: Path, rig: Path | None, snapshot: Path | None) -> None:
    points, angles = _read_trial(folder)
    own_rig = folder / "rig.toml"
    room = _room(rig or (own_rig if own_rig.exists() else None))
    _require_open3d()
    from viewer.app import watch
    from viewer.choosing import NobodyToAsk
    from viewer.replay import Replay, trial_frame
    from viewer.snapshot import draw_snapshot, representative_frame

    replay = Replay(points, angles, time.monotonic)
    if snapshot is None:
        watch(replay, room, folder.resolve().name, NobodyToAsk())
        return
    index = representative_frame(points, angles)
    seconds = points.time_s[index] - points.time_s[0]
    status = (f"{seconds:.2f} s, frame {index + 1} of {len(points.time_s)}",)
    write_png(snapshot, draw_snapshot(room, trial_frame(points, angles, index), status))


def _view_live(address: str, rig: Path | None, snapshot: Path | None, commands: str | None) -> None:
    from viewer.feed import LiveFeed
    from viewer.newest import NewestMessages

    room = _room(rig)
    _require_open3d()
    from valgus.live.wishes import chooser_at
    from viewer.app import watch
    from viewer.snapshot import draw_snapshot

    with NewestMessages(address) as subscription:
        feed = LiveFeed(subscription, time.monotonic)
        if snapshot is None:
            with chooser_at(commands) as chooser:
                watch(feed, room, address, chooser)
            return
        frame = feed.wait(_FIRST_FRAME_WAIT_S)
        write_png(snapshot, draw_snapshot(room, frame, feed.status(), others=feed.others()))


def _read_trial(folder: Path) -> "tuple[PointTrial, AngleTrial]":
    from stream.files.angle_tables import read_angles_parquet
    from stream.files.point_tables import read_points_parquet

    if not folder.is_dir():
        raise ViewerError(f"{folder}: there is no such folder; give one that `valgus process` wrote")
    return read_points_parquet(folder / "points.parquet"), read_angles_parquet(folder / "angles.parquet")


def _room(rig: Path | None) -> "Room":
    from calibration.formats.aniposelib import read_rig
    from viewer.room import room_of

    return room_of(None if rig is None else read_rig(rig))


def _require_open3d() -> None:
    try:
        import_module("viewer.open3d_window")
    except ImportError as error:
        raise ViewerError(f"Open3D cannot be loaded ({error}); `valgus doctor` says what to install") from error
