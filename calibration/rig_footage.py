"""All footage of a calibration, looked through once."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from calibration.boards import Board
from calibration.errors import CalibrationError
from calibration.extrinsics.board_sightings import BoardPicture, pictures_of
from calibration.footage.clips import Clip, Gray
from calibration.footage.folder import matched, open_folder
from calibration.footage.pairing import Pairing, pair_frames
from calibration.footage.scan import CameraFootage, require_boards, scan, worth_a_look

_GOOD_PICTURES = 8


@dataclass(frozen=True, eq=False)
class PairedFootage:
    """Footage of several cameras on common instants.

    Attributes
    ----------
    names, sizes : of the cameras, in order; (width, height) px
    pictures : every sighting of the board, cameras numbered in that order
    footage : by camera name
    timed : picture times come from timestamps.csv
    clocked : picture times are known at all (videos and timestamps; not folders of pictures)
    notices : what a user should know
    """

    names: tuple[str, ...]
    sizes: tuple[tuple[int, int], ...]
    pictures: tuple[BoardPicture, ...]
    footage: Mapping[str, CameraFootage]
    timed: bool
    clocked: bool
    notices: tuple[str, ...] = ()
    clips: Sequence[Clip] = field(default_factory=tuple)


@dataclass(frozen=True, eq=False)
class Seen:
    """All that a calibration goes by.

    Attributes
    ----------
    paired : the board moved through the volume
    lens_footage : for the lenses, by camera name
    floor : the board on the floor, cameras numbered as in `paired`; None without
    notices : what a user should know
    seconds : spent looking
    """

    paired: PairedFootage
    lens_footage: Mapping[str, CameraFootage]
    floor: tuple[BoardPicture, ...] | None = None
    notices: tuple[str, ...] = ()
    seconds: float = 0.0


def look_at_footage(board: Board, intrinsics: Path | None, extrinsics: Path, floor: Path | None) -> Seen:
    """Look through the folders of a calibration; CalibrationError names the footage that cannot be used.

    Without `intrinsics` the lenses have only what `extrinsics` shows.
    """
    began_s = time.perf_counter()
    paired = look_for_boards(board, extrinsics)
    if len(paired.names) < 2:
        raise CalibrationError(
            f"{extrinsics}: holds one camera, {', '.join(paired.names)}; a rig needs the footage of two or more"
        )
    lens_footage, notices = look_for_lenses(board, intrinsics or extrinsics, paired, extrinsics)
    on_floor = None if floor is None else look_for_boards(board, floor, paired.names).pictures
    return Seen(paired, lens_footage, on_floor, notices, time.perf_counter() - began_s)


def look_for_boards(board: Board, folder: Path, names: Sequence[str] | None = None) -> PairedFootage:
    """Boards in a folder of footage whose frames belong together.

    `names` are the cameras to look at, in order; without them all of the folder. A camera that never sees the board
    is an error only when `names` is None.
    """
    clips = open_folder(folder)
    notices: list[str] = []
    if names is not None:
        by_name, notices = matched(names, clips, folder)
        clips = [by_name[name] for name in names]
    pairing = pair_frames(clips, folder)
    footage = scan(clips, board, worth_a_look(pairing))
    if names is None:
        require_boards(footage, board, clips)
    seen = pictures_of(footage, pairing, [clip.name for clip in clips])
    return PairedFootage(
        tuple(names or (clip.name for clip in clips)),
        tuple(footage[clip.name].size for clip in clips),
        tuple(seen),
        footage,
        pairing.timed,
        pairing.timed or all(picture.time_s == picture.time_s for picture in seen),
        (*notices, *pairing.notices, *_thinned(footage, pairing)),
        clips,
    )


def look_for_lenses(
    board: Board, folder: Path, extrinsic: PairedFootage, extrinsic_folder: Path
) -> tuple[dict[str, CameraFootage], tuple[str, ...]]:
    """Boards in the footage for the lenses, by camera name of the extrinsic footage; one folder is not read twice."""
    if folder.resolve() == extrinsic_folder.resolve():
        return dict(extrinsic.footage), ()
    clips, notices = matched(extrinsic.names, open_folder(folder), folder)
    footage = scan(list(clips.values()), board)
    require_boards(footage, board, list(clips.values()))
    return {name: footage[clip.name] for name, clip in clips.items()}, tuple(notices)


def good_pictures(paired: PairedFootage) -> list[Gray]:
    """A few pictures of the camera that saw most of the board, those that show most of it."""
    clip = max(paired.clips, key=lambda clip: sum(len(seen.detection.ids) for seen in paired.footage[clip.name].seen))
    fullest = sorted(paired.footage[clip.name].seen, key=lambda seen: -len(seen.detection.ids))[:_GOOD_PICTURES]
    return [picture.gray for picture in clip.pictures({seen.number for seen in fullest})]


def _thinned(footage: Mapping[str, CameraFootage], pairing: Pairing) -> list[str]:
    inspected = max(one.inspected for one in footage.values())
    frames = max(len(clock.number) for clock in pairing.clocks.values())
    return [f"{inspected} of {frames} frames were inspected, evenly spread"] if inspected < frames else []
