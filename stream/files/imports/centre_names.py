"""Which markers of other programs mark our keypoints.

A centre is the mean of the first of its groups that a file holds completely: a marker of our own name, a joint centre
that another program calculated, or the medial and lateral marker of the joint.
"""

from collections.abc import Mapping

import numpy as np

from reconstruct.types import PointTrial
from stream.files.marker_trial import marker_trial

Groups = tuple[tuple[str, ...], ...]

# Plug-in Gait's segments begin at the distal joint: FEP is the hip, FEO the knee, TIO the ankle centre.
_SIDED: dict[str, Groups] = {
    "Hip": (("{S}Hip",), ("{S}FEP",), ("{S}HJC",), ("{S}_HJC",), ("{S}HJC_study",), ("{Side}HipCenter",)),
    "Knee": (("{S}Knee",), ("{S}FEO",), ("{S}KJC",), ("{r}_knee", "{r}_mknee"), ("{S}KNE", "{S}KNEin")),
    "Ankle": (("{S}Ankle",), ("{S}TIO",), ("{S}AJC",), ("{r}_ankle", "{r}_mankle"), ("{S}ANK", "{S}ANKin")),
    "Heel": (("{S}Heel",), ("{S}HEE",), ("{r}_calc",)),
    "Shoulder": (("{S}Shoulder",), ("{S}SHO",), ("{S}_Shoulder",)),
}
_SIDES = ({"S": "R", "r": "r", "Side": "Right"}, {"S": "L", "r": "L", "Side": "Left"})
_MIDDLE: dict[str, Groups] = {
    "Neck": (("Neck",), ("C7", "CLAV"), ("C7",)),
    "Hip": (("Hip",), ("midHip",)),
}

GROUPS: Mapping[str, Groups] = {
    **_MIDDLE,
    **{
        side["S"] + joint: tuple(tuple(name.format(**side) for name in group) for group in groups)
        for joint, groups in _SIDED.items()
        for side in _SIDES
    },
}


def with_keypoint_names(markers: PointTrial) -> PointTrial:
    """The same trial with the keypoints that its markers mark in front, under our names."""
    column = {name: k for k, name in enumerate(markers.keypoint_set.names)}
    chosen: dict[str, tuple[str, ...]] = {}
    for keypoint, groups in GROUPS.items():
        if group := next((group for group in groups if all(name in column for name in group)), None):
            chosen[keypoint] = group
    if all(group == (keypoint,) for keypoint, group in chosen.items()):
        return markers
    centres = [markers.xyz[:, [column[name] for name in group]].mean(axis=1) for group in chosen.values()]
    renamed = {group[0] for group in chosen.values() if len(group) == 1}
    rest = [name for name in column if name not in renamed]
    xyz = np.concatenate([np.stack(centres, axis=1), markers.xyz[:, [column[name] for name in rest]]], axis=1)
    return marker_trial(markers.time_s, [*chosen, *rest], xyz)
