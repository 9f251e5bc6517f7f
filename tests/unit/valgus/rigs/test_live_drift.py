"""The watch beside a live session: passes everything through, and names a bumped camera once."""

from dataclasses import replace

import numpy as np

from capture.types import FrameSet, Keypoints2D
from geometry import se3
from geometry.camera_model import project
from geometry.rig import Rig
from tests.support.virtual_boards import ring
from tests.support.walker import walker
from valgus.rigs.live_drift import WatchedReconstructor

LOOK_NS = 50_000_000

RIG = ring(4)
FPS = 20


class _Times:
    """Finds nothing but the time of the views; has one thing to do for every view it is told of."""

    def __init__(self) -> None:
        self.collected = 0

    def collect(self, view: Keypoints2D) -> None:
        self.collected += 1

    def work_ahead(self) -> bool:
        self.collected -= 1
        return self.collected >= 0

    def update(self, views: FrameSet) -> int:
        return views.time_ns


def _bumped() -> Rig:
    cameras = list(RIG.cameras)
    step = se3.compose(se3.rotation_from_vector(np.deg2rad([0.8, 0.8, 0.0])), np.zeros(3))
    cameras[1] = replace(cameras[1], T_camera_world=step @ cameras[1].T_camera_world)
    return Rig(tuple(cameras))


def _views(rig: Rig, frame: int, points: np.ndarray, rng: np.random.Generator) -> FrameSet:
    time_ns = frame * 1_000_000_000 // FPS
    views: list[Keypoints2D | None] = []
    for c, camera in enumerate(rig.cameras):
        uv = (project(rig.arrays, c, points) + rng.normal(0, 1.5, (len(points), 2))).astype(np.float32)
        stranger = np.zeros_like(uv)
        confidence = np.stack([np.full(len(points), 0.1), np.ones(len(points))]).astype(np.float32)
        people = np.stack([stranger, uv])
        views.append(Keypoints2D(camera.name, frame, time_ns, 0, "coco_17", camera.size, people, confidence))
    return FrameSet(time_ns, tuple(views))


def test_a_bumped_camera_is_told_once_and_nothing_is_held_up() -> None:
    told, rng, bumped = list[str](), np.random.default_rng(0), _bumped()
    watched = WatchedReconstructor(_Times(), RIG, told.append)
    for frame, points in enumerate(walker(320)):
        views = _views(RIG if frame < 160 else bumped, frame, points, rng)
        assert watched.update(views) == views.time_ns
        while watched.work_ahead():
            pass
        if frame == 160:
            assert told == []
    assert len(told) == 1
    assert "camera 'cam02' moved" in told[0]


def test_an_empty_volume_is_no_news() -> None:
    told = list[str]()
    watched = WatchedReconstructor(_Times(), RIG, told.append)
    for time_ns in range(0, 200 * LOOK_NS, LOOK_NS):
        assert watched.update(FrameSet(time_ns, (None, None, None, None))) == time_ns
        assert watched.work_ahead()
    assert told == []


def test_the_inner_reconstructor_goes_first() -> None:
    inner = _Times()
    watched = WatchedReconstructor(inner, RIG, list[str]().append)
    views = _views(RIG, 0, next(iter(walker(1))), np.random.default_rng(0))
    watched.update(views)
    assert views.views[0] is not None
    watched.collect(views.views[0])
    assert [watched.work_ahead() for _ in range(3)] == [True, True, False]
