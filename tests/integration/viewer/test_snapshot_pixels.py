"""The picture without a display, held against a camera of our own: every side has its colour where its joints are."""

import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from stream.files.angle_tables import read_angles_parquet
from stream.files.point_tables import read_points_parquet
from viewer import subject, views
from viewer.overlay.paint import PANEL_WIDTH_PX
from viewer.palette import BACKGROUND, LEFT, RIGHT, Colour
from viewer.replay import trial_frame
from viewer.snapshot import PICTURE_SIZE, representative_frame

Picture = NDArray[np.uint8]
Array = NDArray[np.float64]

COLOURS = {"L": LEFT, "R": RIGHT}
SWAP = {"L": "R", "R": "L"}
SEEN = ("Shoulder", "Elbow", "Wrist", "Knee", "Ankle")


@pytest.fixture(scope="module")
def picture(squat_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Picture:
    path = tmp_path_factory.mktemp("pictures") / "squat.png"
    done = snapshot(squat_folder, path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == done.stderr == ""
    read = cv2.imread(str(path))
    assert read is not None
    return np.asarray(read[:, :, ::-1], np.uint8)


def snapshot(folder: Path, path: Path) -> "subprocess.CompletedProcess[str]":
    """Run the command as on a server without display or runtime folder."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    command = [sys.executable, "-m", "valgus", "view", str(folder), "--snapshot", str(path)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200, check=False)


def pixels(folder: Path) -> dict[str, Array]:
    """Where joints and cameras must be, by a look-at camera written out here."""
    points, angles = read_points_parquet(folder / "points.parquet"), read_angles_parquet(folder / "angles.parquet")
    frame = trial_frame(points, angles, representative_frame(points, angles))
    view = views.close(*subject.whereabouts(frame)).beside_panel(PANEL_WIDTH_PX, PICTURE_SIZE)
    width, height = PICTURE_SIZE
    ahead = (view.target - view.eye) / np.linalg.norm(view.target - view.eye)
    right = np.cross(ahead, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    above = np.cross(right, ahead)
    focal = height / 2 / np.tan(np.radians(views.FIELD_OF_VIEW_DEG / 2))
    offsets = frame.points.xyz - view.eye
    u = (width - 1) / 2 + focal * (offsets @ right) / (offsets @ ahead)
    v = (height - 1) / 2 - focal * (offsets @ above) / (offsets @ ahead)
    return dict(zip(points.keypoint_set.names, np.stack([u, v], axis=-1), strict=True))


def shows(picture: Picture, at: Array, colour: Colour) -> bool:
    """Whether most of the 5 x 5 pixels around a place have the hue of a colour."""
    u, v = np.round(at).astype(int)
    patch = picture[v - 2 : v + 3, u - 2 : u + 3].reshape(-1, 3).astype(float)
    hue = patch / patch.max(axis=1, keepdims=True) - np.divide(colour, max(colour))
    return bool((np.abs(hue).max(axis=1) < 0.06).mean() > 0.5)


def test_every_joint_is_where_it_must_be_in_the_colour_of_its_side(picture: Picture, squat_folder: Path) -> None:
    assert picture.shape == (PICTURE_SIZE[1], PICTURE_SIZE[0], 3)
    places = pixels(squat_folder)
    found = [shows(picture, places[side + part], colour) for side, colour in COLOURS.items() for part in SEEN]
    swapped = [shows(picture, places[SWAP[side] + part], colour) for side, colour in COLOURS.items() for part in SEEN]
    # One joint may be hidden behind a limb of the other side.
    assert sum(found) >= 9
    assert sum(swapped) <= 1


def test_empty_places_show_the_background(picture: Picture) -> None:
    background = np.round(np.multiply(BACKGROUND, 255))
    assert np.abs(picture[5:60, 300:600].astype(int) - background).max() <= 1


def test_the_panel_is_written_in_the_colours_of_the_sides(picture: Picture) -> None:
    header = picture[20:58, -PANEL_WIDTH_PX:-16].astype(float)
    dark = header.min(axis=-1) < 150
    is_right = dark & (header[..., 0] > header[..., 2] + 80)
    is_left = dark & (header[..., 2] > header[..., 0] + 60)
    assert is_right.sum() > 100
    assert is_left.sum() > 100
    assert np.nonzero(is_right)[1].max() < np.nonzero(is_left)[1].min()
