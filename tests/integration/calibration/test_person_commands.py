"""`valgus rig person|refine|register|watch` on what cameras saw of a virtual walker."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.formats.aniposelib import read_rig, write_rig
from capture.keypoint_sets import keypoint_set
from geometry import se3
from geometry.camera_model import project
from geometry.rig import Rig
from tests.support.virtual_boards import aligned_errors, ring
from tests.support.walker import EARS, HEELS, HEIGHT_M, HIP, KNEE, walker
from valgus.cli.main import main

Array = NDArray[np.float64]

RIG = ring(4)
SET = keypoint_set("halpe_26")
FRAMES = 480


def _body() -> Array:
    """(FRAMES, 26, 3) the walker's points under the names of a keypoint set."""
    points = walker(FRAMES)
    body = np.concatenate([points, points[:, 6:12]], axis=1)
    named = {"LEar": EARS[0], "REar": EARS[1], "LHeel": HEELS[0], "RHeel": HEELS[1], "LHip": HIP, "LKnee": KNEE}
    order = dict(zip(SET.names, (i for i in range(26) if i not in named.values()), strict=False))
    body = np.stack([body[:, named.get(name, order.get(name, 0))] for name in SET.names], axis=1)
    for side in "LR":
        body[:, SET.index(f"{side}BigToe")] = body[:, SET.index(f"{side}Heel")] + [0.18, 0.0, 0.0]
    return body


BODY = _body()


def _turned(rig: Rig, camera: int, turn_deg: list[float]) -> Rig:
    cameras = list(rig.cameras)
    step = se3.compose(se3.rotation_from_vector(np.deg2rad(turn_deg)), np.zeros(3))
    cameras[camera] = replace(cameras[camera], T_camera_world=step @ cameras[camera].T_camera_world)
    return Rig(tuple(cameras))


def _record(folder: Path, real: Rig, bumped_at: int = 0) -> Path:
    """keypoints.npz as `RIG` sees the walker before a frame, and `real` from then on."""
    rng = np.random.default_rng(3)
    uv = np.array(
        [
            [project((RIG if f < bumped_at else real).arrays, c, points) for f, points in enumerate(BODY)]
            for c in range(len(RIG))
        ]
    ) + rng.normal(0.0, 1.0, (len(RIG), FRAMES, 26, 2))
    folder.mkdir()
    np.savez(
        folder / "keypoints.npz",
        uv=uv,
        conf=np.ones(uv.shape[:3]),
        timestamps=np.tile(np.arange(FRAMES) / 60.0, (len(RIG), 1)),
        cameras=np.array(RIG.names),
    )
    return folder


@pytest.fixture(scope="module")
def rig_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rig as it was calibrated."""
    path = tmp_path_factory.mktemp("rig") / "rig.toml"
    write_rig(path, RIG)
    return path


def test_a_bumped_camera_is_named_and_registered_again(
    rig_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bumped = _turned(RIG, 2, [0.7, 0.8, 0.0])
    session = _record(tmp_path / "session", bumped, bumped_at=240)
    assert main(["rig", "watch", str(rig_file), "--keypoints", str(session)]) == 1
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert "camera 'cam03' moved" in said
    assert 4.0 < float(said.split()[0]) < 5.0
    after = _record(tmp_path / "after", bumped)
    arguments = ["rig", "register", str(rig_file), "--camera", "cam03", "--keypoints", str(after)]
    assert main([*arguments, "--out", str(tmp_path / "new.toml")]) == 0
    apart_m, turned_rad = aligned_errors(read_rig(tmp_path / "new.toml"), bumped)
    assert apart_m.max() < 0.005
    assert np.rad2deg(turned_rad).max() < 0.1
    assert main(["rig", "watch", str(tmp_path / "new.toml"), "--keypoints", str(after)]) == 0


def test_refining_a_good_rig_leaves_it_good(rig_file: Path, tmp_path: Path) -> None:
    session = _record(tmp_path / "session", RIG)
    out = tmp_path / "refined.toml"
    assert main(["rig", "refine", str(rig_file), "--keypoints", str(session), "--out", str(out)]) == 0
    apart_m, turned_rad = aligned_errors(read_rig(out), RIG)
    assert apart_m.max() < 0.003
    assert np.rad2deg(turned_rad).max() < 0.05


@pytest.mark.parametrize("metre", [["--height-m", str(HEIGHT_M)], ["--segment", "LHip,LKnee=0.42"]])
def test_a_rig_from_a_person_has_metres_and_a_floor(rig_file: Path, tmp_path: Path, metre: list[str]) -> None:
    session = _record(tmp_path / "session", RIG)
    out = tmp_path / "person.toml"
    arguments = ["rig", "person", "--lenses", str(rig_file), "--keypoints", str(session), "--out", str(out)]
    assert main([*arguments, *metre]) == 0
    found = read_rig(out)
    assert aligned_errors(found, RIG)[0].max() < 0.06
    heights = [camera.centre_world[2] for camera in found.cameras]
    np.testing.assert_allclose(heights, [camera.centre_world[2] for camera in RIG.cameras], atol=0.05)


def test_feet_show_where_the_floor_is(rig_file: Path, tmp_path: Path) -> None:
    session = _record(tmp_path / "session", RIG)
    tilted = RIG.moved(se3.compose(se3.rotation_from_vector([0.2, -0.1, 0.4]), np.array([1.0, 2.0, 0.7])))
    write_rig(tmp_path / "tilted.toml", tilted)
    arguments = ["rig", "floor", str(tmp_path / "tilted.toml"), "--keypoints", str(session)]
    assert main([*arguments, "--out", str(tmp_path / "upright.toml")]) == 0
    found = read_rig(tmp_path / "upright.toml")
    assert aligned_errors(found, RIG)[0].max() < 1e-9
    heights = [camera.centre_world[2] for camera in found.cameras]
    np.testing.assert_allclose(heights, [camera.centre_world[2] for camera in RIG.cameras], atol=0.03)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["register", "RIG", "--camera", "cam9"], "camera 'cam9' is not in the rig; it has cam01"),
        (["person", "--lenses", "RIG"], "give either --height-m or --segment"),
        (["person", "--lenses", "RIG", "--height-m", "178"], "a known length of 178 m is not a person's"),
        (["person", "--lenses", "RIG", "--segment", "LHip,0.4"], "--segment LHip,0.4: wanted two keypoints and metres"),
        (["person", "--lenses", "RIG", "--segment", "LHip,Knee=0.4"], "keypoint 'Knee' is not in halpe_26"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    rig_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    session = _record(tmp_path / "session", RIG)
    given = [str(rig_file) if word == "RIG" else word for word in arguments]
    assert main(["rig", *given, "--keypoints", str(session), "--out", str(tmp_path / "out.toml")]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert message in said
    assert not (tmp_path / "out.toml").exists()
