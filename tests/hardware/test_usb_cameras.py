"""USB cameras that compress (MJPG), through the kernel's `uvcvideo` and its USB/IP host controller.

The cameras are programs in the virtual machine (tests/hardware/guest/video_class.py), as the kernel's own gadget cannot
be one here: `usb_f_uvc` streams isochronously, which the kernel's loop-back controller `dummy_hcd` refuses.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.hardware.vm import run_in_guest

pytestmark = [pytest.mark.hardware, pytest.mark.timeout(700)]
CAMERAS = ("left", "right")
RECOVERED_S = 2.0


@pytest.fixture(scope="module")
def measured(shared_data: Path) -> dict[str, Any]:
    """What happened in the machine."""
    clip = shared_data / "pose2sim_single/videos/cam01.mp4"
    figures = run_in_guest("usb_cameras.py", ["uvcvideo", "vhci_hcd"], clip)
    print(figures)
    return figures


def test_cameras_are_called_by_their_serial_numbers(measured: dict[str, Any]) -> None:
    mode = ["Film camera", "MJPG 640x360 at 15, 10 fps"]
    assert measured["devices"] == {"1209:5750:FILM1": mode, "1209:5750:FILM2": mode}


def test_compressed_pictures_come_through_bit_by_bit_and_a_damaged_one_is_a_gap(measured: dict[str, Any]) -> None:
    alone = measured["alone"]
    assert alone["exact"]
    assert alone["rising"]
    assert alone["gaps"] >= 1
    assert alone["sd_ms"] == 0.5


def test_settings_reach_the_camera(measured: dict[str, Any]) -> None:
    assert measured["alone"]["settings"] == {"automatic": 1, "exposure": 40, "gain": 60}
    assert measured["alone"]["notices"] == ["focus: this camera has no such setting"]


def test_another_form_than_the_camera_has_is_one_line(measured: dict[str, Any]) -> None:
    asked = "delivers MJPG 640x360 where YUYV 640x360 was asked; it offers MJPG 640x360 at 15, 10 fps"
    assert asked in measured["alone"]["wrong form"]


def test_a_camera_that_is_pulled_out_is_back_at_once_and_the_other_never_stops(measured: dict[str, Any]) -> None:
    pulled_out = measured["pulled out"]
    assert pulled_out["struck"] == ["left"]
    assert pulled_out["opened anew"] >= 1
    assert pulled_out["back_s"] < RECOVERED_S + pulled_out["starved_s"]


def test_every_frame_is_accounted_for(measured: dict[str, Any]) -> None:
    assert measured["balances"] == {name: {"frames": 0, "missed": 0, "left out": 0} for name in CAMERAS}


def test_recordings_hold_the_camera_s_own_pictures(measured: dict[str, Any]) -> None:
    for name in CAMERAS:
        film = measured["recorded"][name]
        assert film["exact"]
        assert film["frames"] == film["rows"] == film["told"] >= 8
