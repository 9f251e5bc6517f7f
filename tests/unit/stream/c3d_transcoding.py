"""The same C3D file as other programs would have written it: DEC floats, 16-bit integers."""

import struct

import numpy as np

BLOCK = 512
INTEL, DEC, MIPS = 84, 85, 86
SCALE_MM = 0.1
PARAMETER_BYTES = {-1: 1, 1: 1, 2: 2, 4: 4}


def dec_floats(data: bytes) -> bytes:
    """Little-endian IEEE floats as VAX F: exponents two higher, 16-bit halves exchanged."""
    values = np.frombuffer(data, dtype="<f4") * 4.0
    return values.astype("<f4").view("<u2").reshape(-1, 2)[:, ::-1].tobytes()


def dec(intel: bytes) -> bytes:
    """A whole file of Intel floats with DEC floats instead."""
    data = bytearray(intel)
    data[12:16], data[20:24] = dec_floats(intel[12:16]), dec_floats(intel[20:24])
    data[_parameters(intel) + 3] = DEC
    for start, end in _parameter_values(intel, kind=4):
        data[start:end] = dec_floats(intel[start:end])
    first = _first_data(intel)
    data[first:] = dec_floats(intel[first : len(intel) - len(intel) % 4])
    return bytes(data)


def integers(intel: bytes) -> bytes:
    """A whole file of Intel floats without analog channels with 16-bit integers of `SCALE_MM` instead."""
    data = bytearray(intel)
    data[12:16] = struct.pack("<f", SCALE_MM)
    start = intel.find(b"SCALE") + len("SCALE") + 2 + 1 + 1
    dimensions = intel[start - 1]
    data[start + dimensions : start + dimensions + 4] = struct.pack("<f", SCALE_MM)
    samples = np.frombuffer(intel[_first_data(intel) :], dtype="<f4")
    points = samples[: len(samples) // 4 * 4].reshape(-1, 4)
    stored = np.column_stack([np.round(np.nan_to_num(points[:, :3]) / SCALE_MM), points[:, 3]]).astype("<i2").tobytes()
    return bytes(data[: _first_data(intel)]) + stored + bytes(-len(stored) % BLOCK)


def _first_data(intel: bytes) -> int:
    return (struct.unpack_from("<H", intel, 16)[0] - 1) * BLOCK


def _parameters(intel: bytes) -> int:
    return (intel[0] - 1) * BLOCK


def _parameter_values(intel: bytes, kind: int) -> list[tuple[int, int]]:
    """Where the values of all parameters of a kind (4: floats) begin and end."""
    found: list[tuple[int, int]] = []
    place = _parameters(intel) + 4
    while intel[place] != 0:
        length, group = struct.unpack_from("<bb", intel, place)
        offset_at = place + 2 + abs(length)
        (offset,) = struct.unpack_from("<h", intel, offset_at)
        if group > 0 and intel[offset_at + 2] == kind:
            dimensions = intel[offset_at + 3]
            sizes = np.frombuffer(intel, dtype=np.uint8, count=dimensions, offset=offset_at + 4).astype(int)
            start = offset_at + 4 + dimensions
            found.append((start, start + int(np.prod(sizes)) * PARAMETER_BYTES[kind]))
        if offset == 0:
            break
        place = offset_at + offset
    return found
