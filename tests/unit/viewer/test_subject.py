"""Where the person is and which way the person faces."""

from dataclasses import replace

import numpy as np

from reconstruct.types import LiveFrame
from viewer import subject


def _turned(frame: LiveFrame, degrees: float, shift: tuple[float, float]) -> LiveFrame:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    xyz = frame.points.xyz @ np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]]).T + [*shift, 0.0]
    return replace(frame, points=replace(frame.points, xyz=xyz))


def test_heading_and_centre_move_with_the_person(standing: LiveFrame) -> None:
    turned = _turned(standing, 70.0, (1.0, -2.0))
    centre, heading = subject.whereabouts(turned)
    np.testing.assert_allclose(heading, [np.cos(np.radians(70)), np.sin(np.radians(70)), 0.0], atol=1e-12)
    np.testing.assert_allclose(centre[:2], [1.0, -2.0], atol=1e-12)


def test_without_hips_there_is_still_a_place_to_look_at(standing: LiveFrame) -> None:
    xyz = standing.points.xyz.copy()
    xyz[standing.points.keypoint_set.index("LHip")] = np.nan
    hidden = replace(standing, points=replace(standing.points, xyz=xyz))
    assert subject.centre(hidden.points) is None
    assert subject.heading(hidden.points) is None
    for place, nowhere in zip(subject.whereabouts(hidden), subject.whereabouts(None), strict=True):
        np.testing.assert_array_equal(place, nowhere)
        assert np.isfinite(place).all()


def test_hips_above_each_other_face_nowhere(standing: LiveFrame) -> None:
    xyz = standing.points.xyz.copy()
    names = standing.points.keypoint_set
    xyz[names.index("LHip")] = xyz[names.index("RHip")] + [0.0, 0.0, 0.2]
    assert subject.heading(replace(standing.points, xyz=xyz)) is None
