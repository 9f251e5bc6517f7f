"""A person's body as a file: nothing is lost, and nothing damaged is believed."""

from pathlib import Path

import numpy as np
import pytest

from reconstruct.estimator.belief import first_belief
from reconstruct.estimator.known_body import PARAMETERS, KnownBody, belief_about, known_body
from reconstruct.estimator.priors import motion_prior
from reconstruct.kernels.skeleton import N_POINTS
from valgus.errors import ValgusError
from valgus.offline.subject_file import read_subject, subject_text

BIAS_SD = np.full((4, N_POINTS), 3.0)


@pytest.fixture
def body() -> KnownBody:
    """A body whose parameters hang together."""
    belief = first_belief(0.84, motion_prior(), BIAS_SD)
    rng = np.random.default_rng(0)
    mix = rng.normal(0.0, 1.0, (len(PARAMETERS), len(PARAMETERS)))
    sd = np.sqrt(np.diag(belief.covariance))[: len(PARAMETERS)]
    covariance = (mix @ mix.T / len(mix) + 0.2 * np.eye(len(mix))) * np.outer(sd, sd)
    return KnownBody(known_body(belief).mean, covariance)


def test_a_body_survives_the_file(body: KnownBody, tmp_path: Path) -> None:
    path = tmp_path / "subject.toml"
    path.write_text(subject_text(body))
    again = read_subject(path)
    np.testing.assert_array_equal(again.mean, body.mean)
    np.testing.assert_allclose(again.covariance, body.covariance, rtol=1e-12)


def test_a_known_body_begins_a_session_with_unknown_biases(body: KnownBody) -> None:
    belief = belief_about(body, BIAS_SD)
    np.testing.assert_array_equal(belief.mean[: len(PARAMETERS)], body.mean)
    np.testing.assert_allclose(np.diag(belief.covariance)[belief.biases], 9.0)
    lengths = slice(0, belief.geometry.size)
    np.testing.assert_allclose(belief.covariance[lengths, lengths], body.covariance[lengths, lengths])
    assert (np.diag(belief.covariance)[belief.geometry.size : len(PARAMETERS)] > np.diag(body.covariance)[-15:]).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("version = 1", "version = 7"), "another body model"),
        (("thigh_r = ", "femur_r = "), "another body model"),
        (("correlation = [", "correlation = [[0.5],"), "damaged"),
        (("sd = ", "sd = -"), "damaged"),
        (("sd = ", "width = "), "not a subject file"),
        (("[body]", "[body"), "not a subject file"),
    ],
)
def test_damaged_files_are_refused(body: KnownBody, tmp_path: Path, change: tuple[str, str], message: str) -> None:
    path = tmp_path / "subject.toml"
    path.write_text(subject_text(body).replace(*change))
    with pytest.raises(ValgusError, match=message) as refused:
        read_subject(path)
    assert "\n" not in str(refused.value)


def test_correlations_that_cannot_be_are_refused(body: KnownBody, tmp_path: Path) -> None:
    sd = np.sqrt(np.diag(body.covariance))
    impossible = body.covariance / np.outer(sd, sd)
    impossible[:3, :3] = [[1.0, 0.9, 0.9], [0.9, 1.0, -0.9], [0.9, -0.9, 1.0]]
    path = tmp_path / "subject.toml"
    path.write_text(subject_text(KnownBody(body.mean, impossible * np.outer(sd, sd))))
    with pytest.raises(ValgusError, match="contradict each other"):
        read_subject(path)


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ValgusError, match="No such file"):
        read_subject(tmp_path / "subject.toml")
