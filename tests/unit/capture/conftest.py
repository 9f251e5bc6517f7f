from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

MakeVideo = Callable[..., Path]


@pytest.fixture
def make_video(tmp_path: Path) -> MakeVideo:
    """Writes a video whose frame i is grey of level 20 + 20 i (modulo 240) with a white top left corner."""

    def make(
        name: str = "cam01.mp4",
        times_ms: tuple[int, ...] = tuple(range(0, 200, 20)),
        rotation: int = 0,
        size: tuple[int, int] = (64, 48),
    ) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as container:
            stream = container.add_stream("mpeg4", rate=50)
            stream.width, stream.height = size
            stream.pix_fmt = "yuv420p"
            stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
            stream.bit_rate = 4_000_000
            if rotation:
                stream.set_display_rotation(rotation)
            for i, time_ms in enumerate(times_ms):
                picture = np.full((size[1], size[0], 3), (20 + 20 * i) % 240, dtype=np.uint8)
                picture[:16, :16] = 255
                frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
                frame.pts, frame.time_base = time_ms, Fraction(1, 1000)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return path

    return make
