"""A light in made-up videos, with known moments at which it went on."""

from pathlib import Path

import av
import numpy as np
import pytest

from capture.errors import CaptureError
from capture.trigger.light import LightFinder, align_events, switched_on
from valgus.cli.main import main

FPS, SECONDS = 60.0, 10.0
TRIGGERS = np.array([1.0, 1.83, 3.01, 4.4, 6.2, 6.95, 8.1])
LASTS_S, EXPOSURE_S, OFFSET_S = 0.2, 0.004, 0.35


def scene(seed: int = 0) -> tuple[np.ndarray, list[np.ndarray]]:
    """Times of exposure and pictures: noise, a bright thing that moves, and a light that the trigger switches."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(SECONDS * FPS)) / FPS + 0.0031
    pictures: list[np.ndarray] = []
    for now in time_s:
        picture = rng.normal(90, 3, (96, 128))
        walker = round(20 + 60 * (0.5 + 0.5 * np.sin(now)))
        picture[30:90, walker : walker + 20] = 200
        since = now - OFFSET_S - TRIGGERS
        lit = np.clip(np.minimum(since, LASTS_S - since + EXPOSURE_S) / EXPOSURE_S, 0, 1).max()
        picture[8:16, 112:120] = 60 + 180 * lit
        pictures.append(np.repeat(np.clip(picture, 0, 255).astype(np.uint8)[..., None], 3, axis=2))
    return time_s, pictures


def test_the_light_is_found_and_aligned_within_a_frame_s_share() -> None:
    time_s, pictures = scene()
    finder = LightFinder()
    for picture in pictures:
        finder.watch(picture)
    light = finder.find()
    np.testing.assert_allclose(light.centre, (116, 12), atol=4)
    seen_s, sd_s = switched_on(time_s, light)
    assert len(seen_s) == len(TRIGGERS)
    aligned = align_events(seen_s, sd_s, TRIGGERS.tolist())
    assert (aligned.matched, aligned.unmatched) == (7, 0)
    assert aligned.sd_s < 0.004
    assert abs(aligned.offset_s - OFFSET_S - EXPOSURE_S / 2) < 3 * aligned.sd_s


def test_missing_and_foreign_events_are_left_out() -> None:
    seen = TRIGGERS[[0, 2, 3, 5, 6]] - 12.0
    triggers = [*TRIGGERS, 2.4, 5.15]
    aligned = align_events(seen, np.full(5, 0.005), triggers)
    assert aligned.matched == 5
    assert aligned.offset_s == pytest.approx(-12.0, abs=0.005)
    with pytest.raises(CaptureError, match="no two flashes are as far apart"):
        align_events(np.array([1.0, 2.0, 4.0]), np.full(3, 0.005), [0.0, 0.37, 0.91])
    with pytest.raises(CaptureError, match="0 flashes and 1 triggers"):
        align_events(np.zeros(0), np.zeros(0), [1.0])


def test_a_video_without_a_light_is_one_line() -> None:
    finder = LightFinder()
    with pytest.raises(CaptureError, match="no frames"):
        finder.find()
    for _ in range(30):
        finder.watch(np.full((64, 64, 3), 90, np.uint8))
    with pytest.raises(CaptureError, match="nothing in the video goes on and off"):
        finder.find()


def test_the_command_says_what_to_add(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, pictures = scene()
    video, triggers = tmp_path / "cam01.mp4", tmp_path / "triggers.txt"
    with av.open(str(video), "w") as container:
        stream = container.add_stream("mpeg4", rate=60)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 128, 96, "yuv420p", 4_000_000
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())
    triggers.write_text("\n".join(f"{value}" for value in TRIGGERS))
    assert main(["cameras", "light", str(video), "--triggers", str(triggers)]) == 0
    added = float(capsys.readouterr().out.partition("add ")[2].split()[0])
    assert abs(added - OFFSET_S) < 0.008
    triggers.write_text("time\n1.0\n")
    assert main(["cameras", "light", str(video), "--triggers", str(triggers)]) == 2
    assert "is not a list of times" in capsys.readouterr().err
