"""What is known about human joints before any keypoint is seen.

Every number is a standard deviation of adults' movement, stated so that a reader can disagree with it.  Angles in
degrees here, because that is how the field publishes them; everything that leaves this file is in radians.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reconstruct.kernels.skeleton import DOF_NAMES, LEG_L, LEG_R, N_DOF, PELVIS_ROTATION, TRUNK

Array = NDArray[np.float64]

UNKNOWN_ANGLE_SD = math.radians(60.0)
"""Stated prior sd of a free angle, against which its observability is judged."""
_PELVIS_ROLL = PELVIS_ROTATION + 1
_SAGITTAL = [leg + joint for leg in (LEG_R, LEG_L) for joint in (0, 3, 6)]
"""Hips, knees and ankles in the plane of flexion: free, and nothing else holds them where a joint is never seen."""
_LEVEL_SD_DEG = 2.5
"""How far from level the pelvis of a standing person is seen from the front"""
_FIRST_SPEED_SD = 5.0
"""rad/s or m/s of a free degree of freedom in the first frame"""


@dataclass(frozen=True)
class BoundedJoint:
    """A joint angle that stays near a mean: mean with its sd, and a Matern deviation from it, degrees."""

    mean_deg: float
    mean_sd_deg: float
    deviation_sd_deg: float


# Means are of standing and squatting adults; the knee's are about its passive coupling (see KneeCoupling).
_TRUNK = (BoundedJoint(0.0, 10.0, 12.0), BoundedJoint(0.0, 4.0, 6.0), BoundedJoint(0.0, 4.0, 6.0))
_HIP_ADDUCTION = BoundedJoint(-4.0, 6.0, 8.0)
_HIP_ROTATION = BoundedJoint(0.0, 8.0, 12.0)
_KNEE_ADDUCTION = BoundedJoint(0.0, 2.5, 4.0)
_KNEE_ROTATION = BoundedJoint(0.0, 4.0, 5.0)
_SUBTALAR = BoundedJoint(0.0, 5.0, 10.0)
_MIDFOOT = BoundedJoint(0.0, 2.0, 3.0)


@dataclass(frozen=True)
class KneeCoupling:
    """Passive knee: adduction, internal rotation and rolling that come with flexion when nothing loads the knee.

    Internal rotation follows the screw-home movement (about 11 deg, most of it in the first 30 deg of flexion) and
    adduction drifts by 3 deg to 100 deg of flexion, the means that Walker et al. 1988 (J Biomech 21:965) published
    for cadaver knees and that OpenSim's gait models carry; there the condyles' rolling also brings the ankle closer to
    the knee by about 2 mm.
    """

    adduction_per_flexion: float = 0.03
    rotation_plateau_deg: float = 11.0
    shortening_mm: float = 2.3
    fold_deg: float = 26.0

    @property
    def array(self) -> Array:
        """(4,) as the kernels take it: slope, plateaus (rad, m) and e-folding flexion (rad)."""
        plateau, fold = math.radians(self.rotation_plateau_deg), math.radians(self.fold_deg)
        return np.array([self.adduction_per_flexion, plateau, 1e-3 * self.shortening_mm, fold])


_BOUNDED: dict[int, BoundedJoint] = {TRUNK + i: joint for i, joint in enumerate(_TRUNK)} | {
    leg + i: joint
    for leg in (LEG_R, LEG_L)
    for i, joint in {
        1: _HIP_ADDUCTION,
        2: _HIP_ROTATION,
        4: _KNEE_ADDUCTION,
        5: _KNEE_ROTATION,
        7: _SUBTALAR,
        8: _MIDFOOT,
    }.items()
}
MEAN_DOFS = tuple(sorted(_BOUNDED))
"""Degrees of freedom that have a mean among the globals, in the order of those means."""
N_MEANS = len(MEAN_DOFS)


@dataclass(frozen=True, eq=False)
class MotionPrior:
    """Expected movement of the 27 degrees of freedom, SI.

    Attributes
    ----------
    mean, mean_sd : (15,) of the bounded joints, rad
    deviation : (27,) sd about the mean, rad; 0 where free
    length_s : correlation length of the deviations
    acceleration_psd : (27,) of the free ones, m^2/s^3 or rad^2/s^3
    coupling : passive knee
    first_roll_sd : sd of the pelvis' sideways tilt in the first frame, rad
    """

    mean: Array
    mean_sd: Array
    deviation: Array
    length_s: float
    acceleration_psd: Array
    coupling: KneeCoupling
    first_roll_sd: float = math.inf

    @property
    def mean_column(self) -> NDArray[np.int64]:
        """(27,) place of each degree of freedom among the means, -1 where free."""
        columns = np.full(N_DOF, -1)
        columns[list(MEAN_DOFS)] = np.arange(N_MEANS)
        return columns

    @property
    def rate(self) -> float:
        """sqrt(3) / length, the Matern-3/2 rate in 1/s."""
        return math.sqrt(3.0) / self.length_s

    @property
    def start_precision(self) -> Array:
        """(27, 2) precision of pose and velocity in a first frame."""
        bounded = self.deviation > 0
        precision = np.zeros((N_DOF, 2))
        precision[bounded, 0] = self.deviation[bounded] ** -2
        precision[bounded, 1] = (self.deviation[bounded] * self.rate) ** -2
        precision[_SAGITTAL, 0] = UNKNOWN_ANGLE_SD**-2
        precision[_PELVIS_ROLL, 0] = self.first_roll_sd**-2
        precision[~bounded, 1] = _FIRST_SPEED_SD**-2
        return precision

    @property
    def stationary_sd(self) -> Array:
        """(27,) prior sd of a single frame, rad; `UNKNOWN_ANGLE_SD` where free."""
        sd = np.full(N_DOF, UNKNOWN_ANGLE_SD)
        bounded = list(MEAN_DOFS)
        sd[bounded] = np.hypot(self.mean_sd, self.deviation[bounded])
        return sd

    def about(self, mean: Array) -> "MotionPrior":
        """The same about other means (15,), rad."""
        return replace(self, mean=mean)

    def from_standing(self) -> "MotionPrior":
        """The same, beginning with a level pelvis; sway keeps the rest of a static trial near it."""
        return replace(self, first_roll_sd=math.radians(_LEVEL_SD_DEG))

    def with_knee_adduction_sd(self, sd_deg: float, sides: Iterable[str] = "rl") -> "MotionPrior":
        """The same with another deviation of knee adduction on some sides, `r` or `l`."""
        deviation = self.deviation.copy()
        deviation[[DOF_NAMES.index(f"knee_adduction_{side}") for side in sides]] = math.radians(sd_deg)
        return replace(self, deviation=deviation)


def motion_prior(acceleration_psd: float = 1000.0, length_s: float = 0.4) -> MotionPrior:
    """Prior of everyday adult movement.

    Parameters
    ----------
    acceleration_psd : of the sagittal joint angles and the pelvis orientation, rad^2/s^3: about 100 in squats, 3000
        in landings; the pelvis position takes the same number times (0.4 m)^2
    length_s : correlation length of the bounded joints, about 0.6 in squats, 0.25 in landings
    """
    joints = [_BOUNDED[j] for j in MEAN_DOFS]
    deviation, psd = np.zeros(N_DOF), np.full(N_DOF, float(acceleration_psd))
    deviation[list(MEAN_DOFS)] = np.radians([joint.deviation_sd_deg for joint in joints])
    psd[:3] *= 0.4**2
    return MotionPrior(
        mean=np.radians([joint.mean_deg for joint in joints]),
        mean_sd=np.radians([joint.mean_sd_deg for joint in joints]),
        deviation=deviation,
        length_s=length_s,
        acceleration_psd=psd,
        coupling=KneeCoupling(),
    )
