"""LIVE.toml: paths below its folder, unknown words refused with the valid ones."""

from pathlib import Path

import numpy as np
import pytest

from capture.errors import CaptureError
from capture.keypoint_sets import keypoint_set
from capture.types import KeypointTrial
from geometry.errors import InputError
from stream.config import LslStream, ZmqCommands
from valgus.errors import ValgusError
from valgus.live.config import LiveConfig, SubjectTable, read_live_config
from valgus.live.person import KnownSubject, keypoints_of, known_subjects
from valgus.virtual_lab.files import write_keypoints
from valgus.virtual_lab.trial import virtual_lab


def written(folder: Path, text: str) -> Path:
    path = folder / "live.toml"
    path.write_text(text)
    return path


def test_everything_at_once(tmp_path: Path) -> None:
    config = read_live_config(
        written(
            tmp_path,
            """
            rig = "rig.toml"
            keypoint_set = "halpe_26"
            viewer = true
            [hub]
            messages = "tcp://0.0.0.0:5750"
            own_key = "keys/hub.key"
            node_keys = "/lab/keys"
            [subject]
            static = "p01/static"
            [recording]
            folder = "recordings"
            [[streams]]
            kind = "lsl"
            [[commands]]
            kind = "zmq"
            """,
        )
    )
    assert config.rig == str(tmp_path / "rig.toml")
    assert config.hub.own_key == str(tmp_path / "keys/hub.key")
    assert config.hub.node_keys == "/lab/keys"
    assert config.people == (SubjectTable(str(tmp_path / "p01/static")),)
    assert config.recording is not None
    assert config.recording.folder == str(tmp_path / "recordings")
    assert (config.streams, config.commands) == ([LslStream()], [ZmqCommands()])


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            'rig = "r"\n[hub]\nport = 1',
            r"hub: Object contains unknown field `port`; keys here: messages, clock, results",
        ),
        (
            'rig = "r"\n[[streams]]\nkind = "tcpip"',
            r"streams\[0\].kind: Invalid value 'tcpip'; choices for kind: lsl, osc, udp",
        ),
        ("viewer = true", "missing required field `rig`"),
        ('rig = "r"\n[hub]\nnode_keys = "k"', "hub: own_key and node_keys belong together"),
        ('rig = "r"\nsubjects = 0', "subjects: Expected `int` >= 1"),
        (
            'rig = "r"\n[[subject]]\nstatic = "a"\n[[subject]]\nstatic = "b"',
            r"2 \[\[subject\]\] tables where `subjects` is 1; raise it, or take tables away",
        ),
        (
            'rig = "r"\nsubjects = 2\n[[subject]]\nstatic = "a"\ntags = "t"\n[[subject]]\nstatic = "b"\ntags = "u"',
            "subject: 2 tables name `tags`; plates can be worn by one of the subjects",
        ),
        (
            'rig = "r"\nsubjects = 2\n[[streams]]\nkind = "osc"\nsubject = 3',
            "streams: subject 3 is not followed; choose one of 1 to 2, or raise `subjects`",
        ),
        (
            'rig = "r"\nsubjects = 2\n[[streams]]\nkind = "osc"\n[[streams]]\nkind = "osc"\nsubject = 2',
            r"streams: subjects 1 and 2 both go to osc 127\.0\.0\.1 9000; give each a name, port or address of its own",
        ),
    ],
)
def test_what_does_not_fit(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(CaptureError, match=complaint):
        read_live_config(written(tmp_path, text))


def test_a_static_trial_is_laid_out_as_the_rig(tmp_path: Path) -> None:
    lab = virtual_lab(seed=0, cameras=3)
    standing = lab.record_standing(30.0)
    write_keypoints(tmp_path, standing)
    reordered = lab.rig.select(["cam03", "cam01", "cam02"])
    config = LiveConfig("rig.toml", "halpe_26", subject=SubjectTable(str(tmp_path)))
    (subject,) = known_subjects(config, reordered)
    person = subject.person
    assert keypoints_of(person) == keypoint_set("halpe_26")
    assert isinstance(person, KeypointTrial)
    assert person.cameras == reordered.names
    np.testing.assert_allclose(person.uv, standing.uv[[2, 0, 1]], rtol=1e-6)


def test_nobody_in_particular(tmp_path: Path) -> None:
    rig = virtual_lab(seed=0).rig
    assert known_subjects(LiveConfig("rig.toml", "coco_17"), rig) == (KnownSubject(keypoint_set("coco_17")),)
    with pytest.raises(InputError, match="coco_17"):
        known_subjects(LiveConfig("rig.toml", "coco"), rig)


def test_a_static_trial_of_another_detector(tmp_path: Path) -> None:
    lab = virtual_lab(seed=0)
    write_keypoints(tmp_path, lab.record_standing(30.0))
    with pytest.raises(ValgusError, match="holds halpe_26 where the session expects blazepose_33"):
        known_subjects(LiveConfig("rig.toml", subject=SubjectTable(str(tmp_path))), lab.rig)


def test_two_subjects_of_whom_one_is_known(tmp_path: Path) -> None:
    lab = virtual_lab(seed=0)
    write_keypoints(tmp_path / "p01", lab.record_standing(30.0))
    text = """
        rig = "rig.toml"
        keypoint_set = "halpe_26"
        subjects = 2
        streams = [{kind = "lsl"}, {kind = "lsl", name = "second", subject = 2}]
        [[subject]]
        static = "p01"
        """
    config = read_live_config(written(tmp_path, text))
    assert config.people == (SubjectTable(str(tmp_path / "p01")), None)
    assert [stream.subject for stream in config.streams] == [1, 2]
    known, unknown = known_subjects(config, lab.rig)
    assert isinstance(known.person, KeypointTrial)
    assert unknown == KnownSubject(keypoint_set("halpe_26"))
