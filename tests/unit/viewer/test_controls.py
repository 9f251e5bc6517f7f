"""Keys switch what they say, and views turn to the person."""

import numpy as np
import pytest

from reconstruct.types import LiveFrame
from viewer import subject
from viewer.controls import KEYS, Controls, view_of_key
from viewer.room import room_of
from viewer.scene import SceneOptions


@pytest.mark.parametrize(
    ("key", "switched"),
    [
        ("c", Controls(SceneOptions(frusta=False))),
        ("e", Controls(SceneOptions(ellipsoids=True))),
        ("a", Controls(SceneOptions(axes=True))),
        ("f", Controls(follow=True)),
        ("h", Controls(help=True)),
    ],
)
def test_a_switch_goes_on_and_off(key: str, switched: Controls) -> None:
    assert Controls().after(key) == switched
    assert switched.after(key) == Controls()


@pytest.mark.parametrize("key", ["1", "space", "left", "z"])
def test_other_keys_switch_nothing(key: str) -> None:
    assert Controls().after(key) == Controls()


@pytest.mark.parametrize("key", ["1", "2", "3", "4", "5"])
def test_view_keys_look_at_the_person_or_where_one_would_be(standing: LiveFrame, key: str) -> None:
    for frame in (standing, None):
        view = view_of_key(key, room_of(None), frame)
        assert view is not None
        np.testing.assert_allclose(view.target, subject.whereabouts(frame)[0])


def test_other_keys_leave_the_view_alone(standing: LiveFrame) -> None:
    assert view_of_key("c", room_of(None), standing) is None


def test_the_help_tells_every_key_that_does_something() -> None:
    told = {key.lower() for key in KEYS}
    assert {"1", "2", "3", "4", "5", "f", "c", "e", "a", "h", "q", "space", "home"} <= told
