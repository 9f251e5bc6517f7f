"""A guided calibration: listens to the nodes, tells a person what is missing, and ends when it is enough."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from calibration.boards import Board
from calibration.extrinsics.board_sightings import BoardPicture
from calibration.rig_footage import Seen
from capture.clock_service import ClockService
from capture.guard import Guard
from capture.intake import Intake
from capture.keypoint_sets import board_points
from capture.keys import HubKeys, read_allowed, read_key_pair
from capture.messages import KeypointsMessage, StreamEnd
from capture.node import StopSign
from capture.synchronizer import LIVE_WAIT_INTERVALS, Synchronizer
from capture.types import FrameSet
from valgus.errors import ValgusError
from valgus.rigs.guide.collection import Collection
from valgus.rigs.guide.config import GuideConfig
from valgus.rigs.guide.floor import FloorWatch
from valgus.rigs.guide.guidance import Guidance, guide

Tell = Callable[[str], None]

_WAIT_S = 0.1
_SAY_EVERY_S = 2.0


def collect_live(config: GuideConfig, board: Board, stop: StopSign, tell: Tell) -> Seen:
    """Collect sightings of a board until they suffice, `stop` is set, every camera has ended or time is up.

    Raises
    ------
    InputError : an address cannot be used, or nothing came from one of the cameras
    """
    with _sockets(config) as intake:
        tell(f"waiting for {', '.join(config.cameras)} at {intake.address}: start `valgus rig node` at each computer")
        session = _Session(config, board, tell)
        deadline_s = time.monotonic() + config.longest_s
        while not (session.finished or stop.is_set() or time.monotonic() > deadline_s):
            session.receive(intake)
            session.say_now_and_then(time.monotonic())
    return session.outcome()


@contextmanager
def _sockets(config: GuideConfig) -> Generator[Intake]:
    guard = None
    if config.hub.own_key is not None and config.hub.node_keys is not None:
        guard = Guard(HubKeys(read_key_pair(Path(config.hub.own_key)), read_allowed(Path(config.hub.node_keys))))
    try:
        with ClockService(config.hub.clock, guard=guard):
            intake = Intake(config.hub.messages, guard=guard)
            try:
                yield intake
            finally:
                intake.close()
    finally:
        if guard is not None:
            guard.close()


class _Session:
    """First the board in the hands, then the board on the floor."""

    def __init__(self, config: GuideConfig, board: Board, tell: Tell) -> None:
        names = tuple(config.cameras)
        self._config, self._tell = config, tell
        self._keypoint_set = board_points(len(board.points)).name
        self._collection = Collection(names, board)
        self._synchronizer = Synchronizer(names, LIVE_WAIT_INTERVALS)
        self._floor_watch: FloorWatch | None = None
        self._floor: tuple[BoardPicture, ...] | None = None
        self._ended: set[str] = set()
        self._strangers: set[str] = set()
        self._said_s = 0.0
        self.finished = False

    def receive(self, intake: Intake) -> None:
        """Take the next message, if one comes."""
        message = intake.receive(_WAIT_S)
        if isinstance(message, KeypointsMessage):
            if self._is_ours(message):
                self._take(self._synchronizer.add(message.keypoints))
        elif isinstance(message, StreamEnd):
            self._ended.add(message.camera)
            self._take(self._synchronizer.end(message.camera))
            self.finished |= set(self._config.cameras) <= self._ended

    def say_now_and_then(self, now_s: float) -> None:
        """Tell how far it is, every other second, and turn to the floor when the board may rest."""
        if now_s - self._said_s < _SAY_EVERY_S or self._floor_watch is not None:
            return
        self._said_s = now_s
        guidance = self._guidance()
        self._tell(guidance.line)
        if guidance.enough and self._config.floor:
            self._tell("now lay the board on the floor, print up, where two cameras see it, and step back")
            self._floor_watch = FloorWatch()
        elif guidance.enough:
            self.finished = True

    def outcome(self) -> Seen:
        """What was collected; ValgusError names a camera that sent nothing."""
        silent = [name for c, name in enumerate(self._config.cameras) if c not in self._collection.sizes]
        if silent:
            raise ValgusError(f"nothing came from camera {', '.join(silent)}; start `valgus rig node` where it is")
        guidance = self._guidance()
        if guidance.missing:
            self._tell(f"ended early: {'; '.join(guidance.missing)}")
        return self._collection.seen(self._floor)

    def _guidance(self) -> Guidance:
        collection = self._collection
        return guide(collection.names, collection.pictures, collection.sizes, self._config.enough)

    def _take(self, sets: list[FrameSet]) -> None:
        for frames in sets:
            if self._floor_watch is None:
                self._collection.add(frames)
            elif (found := self._floor_watch.add(frames)) is not None:
                self._floor, self.finished = found, True

    def _is_ours(self, message: KeypointsMessage) -> bool:
        seen = message.keypoints
        if seen.camera in self._config.cameras and seen.keypoint_set == self._keypoint_set:
            return True
        if seen.camera not in self._strangers:
            self._strangers.add(seen.camera)
            self._tell(f"camera '{seen.camera}' sends {seen.keypoint_set}, which is not what was asked for")
        return False
