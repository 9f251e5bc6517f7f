"""A recorded trial played as if live: real time, pause and seek."""

from collections.abc import Callable

import numpy as np

from reconstruct.types import AngleTrial, JointAngles, LiveFrame, Points3D, PointTrial
from viewer.errors import ViewerError

SEEK_S = 1.0

_NS_PER_S = 1_000_000_000


def trial_frame(points: PointTrial, angles: AngleTrial, index: int) -> LiveFrame:
    """Frame `index` of a trial in the form of a live frame; what only a live session knows is NaN."""
    time_ns = round(float(points.time_s[index]) * _NS_PER_S)
    return LiveFrame(
        sequence=index,
        points=Points3D(
            time_ns=time_ns,
            keypoint_set=points.keypoint_set,
            xyz=points.xyz[index],
            covariance=points.covariance[index],
            views=points.views[index],
            residual_px=points.residual_px[index],
        ),
        angles=JointAngles(
            time_ns=time_ns,
            values=angles.values[index],
            standard_error=angles.standard_error[index],
            observability=angles.observability[index],
        ),
        views=int(points.views[index].max()),
        latency_ms=np.nan,
        sync_error_ms=np.nan,
        dropped=0,
    )


class Replay:
    """Plays a trial from its first frame over and over; `clock` tells seconds."""

    def __init__(self, points: PointTrial, angles: AngleTrial, clock: Callable[[], float]) -> None:
        if len(points.time_s) != len(angles.time_s):
            raise ViewerError(
                f"the trial has {len(points.time_s)} frames of points and {len(angles.time_s)} of angles; "
                "write the trial again"
            )
        if not len(points.time_s):
            raise ViewerError("the trial has no frames; there is nothing to show")
        self._points, self._angles, self._clock = points, angles, clock
        self._times = points.time_s - points.time_s[0]
        self._period = float(self._times[-1]) + self._frame_interval_s()
        self._shown = trial_frame(points, angles, 0)
        self._from_s = 0.0
        self._playing_since: float | None = clock()

    def newest(self) -> LiveFrame:
        """Frame to show now; the same object until the next is due."""
        index = self._index()
        if index != self._shown.sequence:
            self._shown = trial_frame(self._points, self._angles, index)
        return self._shown

    def others(self) -> tuple[LiveFrame, ...]:
        """Nobody: a trial is one person's."""
        return ()

    def choose(self, subject: int) -> None:
        """There is nobody else to choose."""

    def status(self) -> tuple[str, ...]:
        """Time within the trial and frame number."""
        paused = "   paused" if self._playing_since is None else ""
        return (
            f"{self._position_s():.2f} of {self._times[-1]:.2f} s{paused}",
            f"frame {self._index() + 1} of {len(self._times)}",
        )

    def alert(self) -> str | None:
        """Nothing can go wrong with a recording."""
        return None

    def press(self, key: str) -> None:
        """Obey `space` (pause), `left` and `right` (seek), `home` (start)."""
        if key == "space":
            self._toggle_pause()
        elif key == "home":
            self.seek(0.0)
        elif key in ("left", "right"):
            step_s = SEEK_S if key == "right" else -SEEK_S
            self.seek(min(max(self._position_s() + step_s, 0.0), float(self._times[-1])))

    def seek(self, position_s: float) -> None:
        """Go on from a time within the trial."""
        self._from_s = position_s
        if self._playing_since is not None:
            self._playing_since = self._clock()

    def _toggle_pause(self) -> None:
        self._from_s = self._position_s()
        self._playing_since = self._clock() if self._playing_since is None else None

    def _position_s(self) -> float:
        played_s = 0.0 if self._playing_since is None else self._clock() - self._playing_since
        return (self._from_s + played_s) % self._period

    def _index(self) -> int:
        return max(int(np.searchsorted(self._times, self._position_s(), side="right")) - 1, 0)

    def _frame_interval_s(self) -> float:
        """Time for which the last frame is shown."""
        return float(np.median(np.diff(self._times))) if len(self._times) > 1 else 1.0
