"""Wrong calibrations are named, right ones are not."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from geometry import se3
from geometry.rig import Camera, Rig
from reconstruct.pixel_noise import PixelNoise
from reconstruct.tracking.suspects import suspect_notices
from reconstruct.tracking.view_cleaning import clean_views
from tests.unit.reconstruct.tracking.squatting import Seen


def notices(seen: Seen, cameras: tuple[Camera, ...]) -> tuple[str, ...]:
    rig = Rig(cameras)
    views = clean_views(rig, seen.keypoints, seen.time_s, seen.uv, seen.confidence, PixelNoise())
    return suspect_notices(rig.names, views)


def test_a_good_rig_raises_no_suspicion(squatting: Callable[..., Seen]):
    seen = squatting(seed=1)
    assert notices(seen, seen.rig.cameras) == ()


def test_a_camera_with_anothers_calibration_is_named(squatting: Callable[..., Seen]):
    seen = squatting(seed=1)
    first, second, third, fourth = seen.rig.cameras
    found = notices(seen, (first, replace(third, name=second.name), third, fourth))
    assert len(found) == 1
    assert found[0].startswith("camera 'cam01' contradicts the others")


def test_a_camera_that_was_turned_is_named(squatting: Callable[..., Seen]):
    seen = squatting(seed=2)
    turn = se3.compose(se3.rotation_from_vector([0.0, np.radians(4.0), 0.0]), np.zeros(3))
    first, second, *others = seen.rig.cameras
    found = notices(seen, (first, replace(second, T_camera_world=turn @ second.T_camera_world), *others))
    assert [text.split("'")[1] for text in found] == ["cam01"]


def test_exchanged_calibrations_are_both_named(squatting: Callable[..., Seen]):
    seen = squatting(seed=3)
    first, second, third, fourth = seen.rig.cameras
    found = notices(seen, (first, second, replace(fourth, name=third.name), replace(third, name=fourth.name)))
    assert {"cam02", "cam03"} <= {text.split("'")[1] for text in found} or {"cam00", "cam01"} <= {
        text.split("'")[1] for text in found
    }
