"""A live session on running nodes, from its configuration to its last frame."""

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from calibration.formats.aniposelib import read_rig
from capture.guard import Guard
from capture.keypoint_files.tags import TagPlates
from capture.keys import HubKeys, read_allowed, read_key_pair
from capture.node import StopSign
from geometry.rig import Rig
from reconstruct.noise_profiles import noise_profile
from reconstruct.tracking.live_subjects import LiveSubjects
from stream.commands.listener import open_listener
from stream.commands.zmq import ZmqListener
from valgus.live.admission import Admission
from valgus.live.config import HubTable, LiveConfig
from valgus.live.desk import Desk
from valgus.live.hub import ANY_LOCAL_PORT, Hub, HubBinding, Pace
from valgus.live.outputs import Outputs
from valgus.live.person import KnownSubject, keypoints_of, known_subjects, plates_of
from valgus.live.preparation import reconstructors_of
from valgus.live.report import HubReport
from valgus.live.subject_choice import Follower, SubjectChoice
from valgus.live.typed import obey_typed
from valgus.live.window import can_show, open_window
from valgus.rigs.live_drift import WatchedReconstructor

Tell = Callable[[str], None]


def run_live(config: LiveConfig, stop: StopSign, tell: Tell, typed: Iterable[str] = ()) -> HubReport:
    """Estimate what running nodes see until `stop` is set.

    Parameters
    ----------
    config : of the session
    stop : ends it
    tell : receives lines for a person, from any thread
    typed : lines of commands, as they are typed

    Raises
    ------
    InputError : something of the configuration cannot be used
    """
    rig = read_rig(Path(config.rig))
    known = known_subjects(config, rig)
    plates, keypoints = plates_of(known), keypoints_of(known[0].person)
    tell(f"getting ready for {len(rig)} cameras; the very first time this takes minutes")
    subjects = LiveSubjects(rig, keypoints, noise_profile(keypoints), len(known))
    chosen = SubjectChoice(_followers(rig, known, tell), subjects, tell)
    with ExitStack() as closing:
        desk = _desk(config, rig, tell, plates, chosen.ask)
        closing.callback(desk.close)
        binding = closing.enter_context(_binding(config.hub))
        admission = Admission(rig, keypoints)
        pace = Pace.TRIGGERED if config.triggered else Pace.LIVE
        dictionary = None if plates is None else plates.dictionary
        hub = closing.enter_context(Hub(binding, admission, pace, tell, desk, dictionary))
        closing.enter_context(Outputs(config.streams, hub.direct_line, tell))
        for table in config.commands:
            closing.callback(open_listener(table, desk).close)
        obey_typed(typed, desk, tell)
        if config.viewer:
            _show(closing, hub, rig, tell, desk)
        tell(f"ready: nodes send to {hub.addresses.messages}, results are published at {hub.results}")
        return hub.run(chosen, stop)


def _followers(rig: Rig, known: Sequence[KnownSubject], tell: Tell) -> list[Follower]:
    """Of every subject; the rig is watched by the views of the first, as two watchers would say the same twice."""
    first, *others = reconstructors_of(rig, known, tell)
    return [
        Follower(WatchedReconstructor(first, rig, tell), first.begin_again),
        *(Follower(other, other.begin_again) for other in others),
    ]


def _desk(config: LiveConfig, rig: Rig, tell: Tell, plates: TagPlates | None, choose: Callable[[str], str]) -> Desk:
    if config.recording is None:
        return Desk(rig, None, tell, plates=plates, choose=choose)
    return Desk(rig, Path(config.recording.folder), tell, config.recording.signals, plates, choose)


@contextmanager
def _binding(table: HubTable) -> Generator[HubBinding]:
    if table.own_key is None or table.node_keys is None:
        yield HubBinding(table.messages, table.clock, table.results)
        return
    keys = HubKeys(read_key_pair(Path(table.own_key)), read_allowed(Path(table.node_keys)))
    with Guard(keys) as guard:
        yield HubBinding(table.messages, table.clock, table.results, guard)


def _show(closing: ExitStack, hub: Hub, rig: Rig, tell: Tell, desk: Desk) -> None:
    """A window, and a way for its clicks that nobody else knows of."""
    if not can_show():
        tell("no window: there is no display here, or no Open3D; `valgus doctor` says which")
        return
    clicks = ZmqListener(ANY_LOCAL_PORT, desk)
    closing.callback(clicks.close)
    closing.callback(open_window(hub.results, rig, "valgus live", tell, clicks.address).kill)
