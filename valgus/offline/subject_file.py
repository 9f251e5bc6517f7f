"""`subject.toml`: what is known of a person's body, to begin the next session with."""

import tomllib
from pathlib import Path

import msgspec
import numpy as np

from reconstruct.estimator.known_body import PARAMETERS, KnownBody
from valgus.errors import ValgusError

SUBJECT_FILE = "subject.toml"
VERSION = 1
_HEAD = (
    "# What is known of one person's body: lengths and keypoint offsets in metres (ISB axes of their segments),\n"
    "# means of joint angles in radians, each with its standard deviation, and how their errors hang together\n"
    "# (correlations; row i belongs to parameter i + 1 and holds those with the parameters before it).\n"
)


class _Parameter(msgspec.Struct, forbid_unknown_fields=True):
    value: float
    sd: float


class _SubjectFile(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    correlation: list[list[float]]
    body: dict[str, _Parameter]


def subject_text(body: KnownBody) -> str:
    """The file's content for a body."""
    sd = np.sqrt(np.diag(body.covariance))
    correlation = body.covariance / np.outer(sd, sd)
    rows = ",\n".join("  [" + ", ".join(map(repr, correlation[i, :i].tolist())) + "]" for i in range(1, len(sd)))
    values = "\n".join(
        f"{name} = {{ value = {value!r}, sd = {error!r} }}"
        for name, value, error in zip(PARAMETERS, body.mean.tolist(), sd.tolist(), strict=True)
    )
    return f"{_HEAD}version = {VERSION}\ncorrelation = [\n{rows},\n]\n\n[body]\n{values}\n"


def read_subject(path: Path) -> KnownBody:
    """Read a body.

    Raises
    ------
    ValgusError : the file is missing, damaged, of another version, or describes another set of parameters
    """
    try:
        content = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _SubjectFile, strict=False)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValgusError(
            f"{path}: not a subject file ({error}); give the {SUBJECT_FILE} of a processed trial"
        ) from None
    if content.version != VERSION or tuple(content.body) != PARAMETERS:
        raise ValgusError(f"{path}: describes another body model (version {content.version}); process the trial again")
    lower = content.correlation
    sd = np.array([parameter.sd for parameter in content.body.values()])
    if [len(row) for row in lower] != list(range(1, len(sd))) or not (sd > 0).all():
        raise ValgusError(f"{path}: correlations or standard deviations are damaged; process the trial again")
    correlation = np.eye(len(sd))
    for i, row in enumerate(lower, start=1):
        correlation[i, :i] = correlation[:i, i] = row
    if np.linalg.eigvalsh(correlation)[0] <= 0.0:
        raise ValgusError(f"{path}: the correlations contradict each other; process the trial again")
    mean = np.array([parameter.value for parameter in content.body.values()])
    return KnownBody(mean, correlation * np.outer(sd, sd))
