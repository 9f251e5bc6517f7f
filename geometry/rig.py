"""A calibrated camera, and the set of cameras that watch one volume."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from geometry import se3
from geometry.camera_model import CameraArrays
from geometry.errors import GeometryError

Array = NDArray[np.float64]

DISTORTION_COEFFICIENTS = 8


@dataclass(frozen=True, eq=False)
class Camera:
    """One calibrated camera.

    Attributes
    ----------
    name : identity of the camera within its rig
    size : (width, height) in px that the calibration is for
    matrix : (3, 3) intrinsic matrix, px, without skew
    distortion : (n,) pinhole k1 k2 p1 p2 [k3 [k4 k5 k6]], or fisheye k1..k4
    T_camera_world : (4, 4) maps world points in metres into the camera frame (x right, y down, z forward)
    fisheye : which lens model `distortion` belongs to
    """

    name: str
    size: tuple[int, int]
    matrix: Array
    distortion: Array
    T_camera_world: Array
    fisheye: bool = False

    def __post_init__(self) -> None:
        if not np.all(np.isfinite(self.matrix)) or not np.all(np.isfinite(self.T_camera_world)):
            raise GeometryError(
                f"camera '{self.name}': its calibration holds values that are not finite; calibrate it again"
            )
        if self.matrix[0, 0] <= 0 or self.matrix[1, 1] <= 0:
            raise GeometryError(
                f"camera '{self.name}': focal length {self.matrix[0, 0]:g}, {self.matrix[1, 1]:g} px must be positive"
            )
        if len(self.distortion) > DISTORTION_COEFFICIENTS:
            raise GeometryError(
                f"camera '{self.name}': {len(self.distortion)} distortion coefficients; "
                f"at most {DISTORTION_COEFFICIENTS} are known"
            )

    @property
    def centre_world(self) -> Array:
        """(3,) position of the optical centre, metres."""
        return se3.invert(self.T_camera_world)[:3, 3]

    @property
    def viewing_direction_world(self) -> Array:
        """(3,) unit vector of the optical axis."""
        return self.T_camera_world[2, :3]

    @property
    def projection(self) -> Array:
        """(3, 4) matrix K [R t], lens distortion left out."""
        return self.matrix @ self.T_camera_world[:3]


@dataclass(frozen=True, eq=False)
class Rig:
    """Cameras with one common world: right-handed, metres, Z up, origin on the floor."""

    cameras: tuple[Camera, ...]

    def __post_init__(self) -> None:
        names = [camera.name for camera in self.cameras]
        if twice := {name for name in names if names.count(name) > 1}:
            raise GeometryError(
                f"camera '{sorted(twice)[0]}' stands twice in the rig; every camera needs a name of its own"
            )

    def __len__(self) -> int:
        return len(self.cameras)

    @property
    def names(self) -> tuple[str, ...]:
        """Camera names in rig order."""
        return tuple(camera.name for camera in self.cameras)

    def select(self, names: Iterable[str]) -> "Rig":
        """The cameras of these names, in this order."""
        by_name = {camera.name: camera for camera in self.cameras}
        wanted = list(names)
        if missing := [name for name in wanted if name not in by_name]:
            raise GeometryError(f"camera '{missing[0]}' is not in the rig; it has {', '.join(self.names)}")
        return Rig(tuple(by_name[name] for name in wanted))

    def moved(self, T_new_old: Array) -> "Rig":
        """The same cameras described in another world frame."""
        T_old_new = se3.invert(T_new_old)
        return Rig(tuple(replace(c, T_camera_world=c.T_camera_world @ T_old_new) for c in self.cameras))

    @cached_property
    def arrays(self) -> CameraArrays:
        """The cameras packed for kernels, in rig order."""
        cameras = self.cameras
        distortion = np.zeros((len(cameras), DISTORTION_COEFFICIENTS))
        for row, camera in zip(distortion, cameras, strict=True):
            row[: len(camera.distortion)] = camera.distortion
        return CameraArrays(
            focal=np.array([[c.matrix[0, 0], c.matrix[1, 1]] for c in cameras]).reshape(-1, 2),
            centre=np.array([[c.matrix[0, 2], c.matrix[1, 2]] for c in cameras]).reshape(-1, 2),
            distortion=distortion,
            fisheye=np.array([c.fisheye for c in cameras], dtype=np.bool_),
            R=np.array([c.T_camera_world[:3, :3] for c in cameras]).reshape(-1, 3, 3),
            t=np.array([c.T_camera_world[:3, 3] for c in cameras]).reshape(-1, 3),
        )
