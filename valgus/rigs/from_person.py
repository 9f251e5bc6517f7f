"""A rig from a moving person alone: cameras placed by keypoints, metres from the person, floor from the feet."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.people.known_length import metres_per_unit_from_height, metres_per_unit_from_segment
from calibration.people.refinement import median_distances
from calibration.people.structure import place_by_points
from calibration.world_frame.feet import world_from_feet
from calibration.world_frame.world import World
from geometry import se3
from geometry.camera_model import CameraArrays
from geometry.rays import triangulate_linear
from geometry.rig import Rig
from valgus.errors import ValgusError
from valgus.rigs.person_views import PersonViews

Array = NDArray[np.float64]

_EARS = ("LEar", "REar")
_FEET = ("LHeel", "RHeel", "LBigToe", "RBigToe")


@dataclass(frozen=True)
class KnownLength:
    """What fixes the metre: the standing height, or the distance between two keypoints (`segment`)."""

    length_m: float
    segment: tuple[str, str] | None = None


@dataclass(frozen=True, eq=False)
class PersonRig:
    """The rig in its world, the median pixel distance of each camera (C,), and how flat the feet say the floor is."""

    rig: Rig
    distance_px: Array
    floor_rms_m: float


def rig_from_person(person: PersonViews, known: KnownLength) -> PersonRig:
    """Place the cameras anew; only the lenses of `person.rig` are used.

    Raises
    ------
    CalibrationError : too few common points, the known length is not seen, or the feet do not span a floor
    """
    if not 0.1 <= known.length_m <= 3.0:
        raise ValgusError(f"a known length of {known.length_m:g} m is not a person's; give metres, such as 1.78")
    views = person.points
    cameras = place_by_points(person.rig.names, views, person.rig.arrays)
    points = triangulate_linear(cameras, views.uv, views.seen.astype(float)).reshape(*person.uv.shape[1:3], 3)
    metres = _metres_per_unit(person, points, known)
    world = _world_under(person, metres * points)
    rig = _placed(person.rig, cameras, metres).moved(world.T_world_rig)
    return PersonRig(rig, median_distances(rig, views), world.floor_rms_m)


def rig_on_the_floor(person: PersonViews) -> PersonRig:
    """The same rig in the world whose floor carries the person's feet, Z up.

    Raises
    ------
    CalibrationError : the feet do not span a floor
    """
    views = person.points
    points = triangulate_linear(person.rig.arrays, views.uv, views.seen.astype(float))
    world = _world_under(person, points.reshape(*person.uv.shape[1:3], 3))
    return PersonRig(person.rig.moved(world.T_world_rig), median_distances(person.rig, views), world.floor_rms_m)


def _world_under(person: PersonViews, points: Array) -> World:
    """World by the feet among points (F, K, 3) in metres."""
    _require_feet(person)
    index = person.keypoint_set.index
    feet = points[:, [index(name) for name in _FEET]]
    head = points[:, [index(name) for name in _EARS]].mean(axis=1)
    return world_from_feet(feet, head, person.time_s)


def _metres_per_unit(person: PersonViews, points: Array, known: KnownLength) -> float:
    index = person.keypoint_set.index
    if known.segment is not None:
        one, other = (points[:, index(name)] for name in known.segment)
        return metres_per_unit_from_segment(one, other, known.length_m)
    ears, heels = ([index(name) for name in names] for names in (_EARS, _FEET[:2]))
    return metres_per_unit_from_height(points[:, ears], points[:, heels], known.length_m)


def _placed(rig: Rig, cameras: CameraArrays, metres: float) -> Rig:
    return Rig(
        tuple(
            replace(camera, T_camera_world=se3.compose(R, metres * t))
            for camera, R, t in zip(rig.cameras, cameras.R, cameras.t, strict=True)
        )
    )


def _require_feet(person: PersonViews) -> None:
    if not person.keypoint_set.has_feet:
        raise ValgusError(
            f"{person.keypoint_set.name} has no heels and toes, so there is no floor; detect with halpe_26, body_25, "
            "body_25b or blazepose_33"
        )
