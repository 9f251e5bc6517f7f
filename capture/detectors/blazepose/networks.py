"""The two networks, compiled by OpenVINO from their .tflite files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from capture.errors import CaptureError

Outputs = dict[str, NDArray[np.float32]]
Network = Callable[[NDArray[np.uint8]], Outputs]


def load_network(path: Path, mean: float, scale: float, threads: int) -> Network:
    """Compile a network that takes a BGR picture (n, n, 3) and returns its outputs by name, batch axis dropped.

    Parameters
    ----------
    path : .tflite file with one RGB float32 input (1, n, n, 3)
    mean, scale : the network sees (picture - mean) / scale
    threads : CPU threads of one inference

    Raises
    ------
    CaptureError : the file is not a network that OpenVINO can read
    """
    import openvino
    from openvino.preprocess import ColorFormat, PrePostProcessor

    core: Any = openvino.Core()
    try:
        model = core.read_model(path)
    except RuntimeError as error:
        raise CaptureError(f"{path}: not a network that can be read ({str(error).splitlines()[0]})") from None
    steps = PrePostProcessor(model)
    picture = steps.input()
    picture.tensor().set_element_type(openvino.Type.u8).set_layout(openvino.Layout("NHWC"))
    picture.tensor().set_color_format(ColorFormat.BGR)
    picture.preprocess().convert_element_type(openvino.Type.f32).convert_color(ColorFormat.RGB)
    picture.preprocess().mean(mean).scale(scale)
    # The default precision of some CPUs is bfloat16, which moves landmarks by up to 38 px.
    options = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1}
    compiled = openvino.compile_model(steps.build(), "CPU", options)
    request = compiled.create_infer_request()
    names = [output.get_any_name() for output in compiled.outputs]

    def run(image: NDArray[np.uint8]) -> Outputs:
        results = request.infer(image[None], share_inputs=True)
        return {name: results[i][0] for i, name in enumerate(names)}

    return run
