"""Every keypoint set gets a whole, mirror-symmetric skeleton in the colours of its sides."""

import numpy as np
import pytest

from capture.keypoint_sets import KEYPOINT_SETS
from viewer.bones import bones_of, side_colour
from viewer.palette import LEFT, MIDDLE, RIGHT


def _mirrored(name: str) -> str:
    swapped = {"L": "R", "R": "L"}.get(name[0], name[0]) + name[1:]
    return swapped if name[1:2].isupper() else name


@pytest.mark.parametrize("name", list(KEYPOINT_SETS))
def test_bones_mirror(name: str) -> None:
    points = KEYPOINT_SETS[name]
    bones = bones_of(points)
    pairs = {frozenset((points.names[a], points.names[b])) for a, b in zip(bones.starts, bones.ends, strict=True)}
    assert {frozenset(map(_mirrored, pair)) for pair in pairs} == pairs
    assert len(pairs) == len(bones.starts)


@pytest.mark.parametrize("name", list(KEYPOINT_SETS))
def test_both_legs_and_arms_are_joined_to_the_trunk(name: str) -> None:
    points = KEYPOINT_SETS[name]
    bones = bones_of(points)
    reached = {points.index("LHip")}
    for _ in points.names:
        for a, b in zip(bones.starts.tolist(), bones.ends.tolist(), strict=True):
            if {a, b} & reached:
                reached |= {a, b}
    limbs = [side + part for side in "LR" for part in ("Hip", "Knee", "Ankle", "Shoulder", "Elbow", "Wrist")]
    assert {points.index(limb) for limb in limbs} <= reached


def test_sides_have_their_colours() -> None:
    expected = {"LKnee": LEFT, "RKnee": RIGHT, "Neck": MIDDLE, "LEye": LEFT, "Head": MIDDLE, "Hip": MIDDLE}
    assert {name: side_colour(name) for name in expected} == expected
    points = KEYPOINT_SETS["coco_17"]
    bones = bones_of(points)
    for a, b, colour in zip(bones.starts, bones.ends, bones.bone_colours, strict=True):
        sides = {points.names[a][0], points.names[b][0]}
        np.testing.assert_array_equal(colour, MIDDLE if len(sides) == 2 else LEFT if sides == {"L"} else RIGHT)
