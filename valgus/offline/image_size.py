"""Whether pictures have the size that the calibration is for."""

from capture.errors import CaptureError
from capture.types import KeypointTrial
from geometry.rig import Rig

SAME_WITHIN = 0.01


def fits(seen: tuple[int, int], calibrated: tuple[int, int]) -> bool:
    """Whether neither side differs from the calibration by more than 1 %."""
    return all(abs(a - b) <= SAME_WITHIN * b for a, b in zip(seen, calibrated, strict=True))


def check_image_sizes(rig: Rig, trial: KeypointTrial) -> tuple[str, ...]:
    """Notices about cameras whose pictures differ a little from the calibration; pixel coordinates are kept.

    Raises
    ------
    CaptureError : a side differs by more than 1 %
    """
    notices: list[str] = []
    for camera, size in zip(rig.cameras, trial.image_sizes, strict=True):
        if size is None or size == camera.size:
            continue
        seen, expected = f"{size[0]}x{size[1]}", f"{camera.size[0]}x{camera.size[1]}"
        if not fits(size, camera.size):
            raise CaptureError(
                f"camera '{camera.name}': pictures are {seen} but the rig is calibrated for {expected}; "
                "record at that size or calibrate again"
            )
        notices.append(f"camera '{camera.name}': pictures are {seen}, calibration {expected}; pixel coordinates kept")
    return tuple(notices)
