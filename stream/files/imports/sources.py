"""Which recorded trials a file or a folder of another program holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from stream.errors import StreamError

KINDS = {".trc": "markers", ".mot": "motion", ".sto": "motion", ".c3d": "c3d"}
NO_TRIALS = ("grf", "force", "marker_errors", "model_marker_locations", "activation", "states")


@dataclass(frozen=True)
class TrialSource:
    """Files of one trial; at least one of them is given.

    Attributes
    ----------
    name : what they are called without suffix
    markers : TRC file
    motion : MOT or STO file
    c3d : C3D file
    """

    name: str
    markers: Path | None = None
    motion: Path | None = None
    c3d: Path | None = None

    @property
    def files(self) -> list[Path]:
        """The files that exist."""
        return [file for file in (self.markers, self.motion, self.c3d) if file is not None]


def find_trials(path: Path) -> list[TrialSource]:
    """Trials of a file, of an OpenCap session, of a Pose2Sim project, or of any folder of TRC, MOT and C3D files.

    Files of the same name make one trial, whatever folder a program keeps them in (`MarkerData`,
    `OpenSimData/Kinematics`, `pose-3d`, `kinematics`); so do `squat.trc` and `squat_ik.mot`.

    Raises
    ------
    StreamError : nothing there that can be imported
    """
    if path.is_file():
        if path.suffix.lower() not in KINDS:
            raise StreamError(f"{path}: files of this kind cannot be imported; give one of {', '.join(KINDS)}")
        return _grouped([path])
    if not path.is_dir():
        raise StreamError(f"{path} does not exist; give a file ({', '.join(KINDS)}) or a folder")
    trials = _grouped(file for file in sorted(path.rglob("*")) if _is_trial_file(file.relative_to(path)))
    if not trials:
        raise StreamError(f"{path} {_remedy(path)}")
    return trials


def _is_trial_file(file: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.parts)
    return file.suffix.lower() in KINDS and not hidden and not any(word in file.stem.lower() for word in NO_TRIALS)


def _grouped(files: Iterable[Path]) -> list[TrialSource]:
    trials: dict[str, dict[str, Path]] = {}
    for file in files:
        kind, name = KINDS[file.suffix.lower()], file.stem
        while kind in trials.get(name, {}):
            name = f"{file.parent.name}_{name}"
        trials.setdefault(name, {})[kind] = file
    sources = {name: TrialSource(name, **by_kind) for name, by_kind in trials.items()}
    for name, source in list(sources.items()):
        partner = _markers_of_lone_motion(source, sources)
        if partner is not None:
            sources[partner.name] = replace(partner, motion=source.motion)
            del sources[name]
    return list(sources.values())


def _markers_of_lone_motion(motion: TrialSource, sources: Mapping[str, TrialSource]) -> TrialSource | None:
    """Of the markers without motion whose name begins that of the motion (`squat`, `squat_ik`) those named longest."""
    if motion.files != [motion.motion]:
        return None
    candidates = [
        source
        for source in sources.values()
        if source.motion is None and motion.name.startswith((f"{source.name}_", f"{source.name}-"))
    ]
    return max(candidates, key=lambda source: len(source.name), default=None)


def _remedy(path: Path) -> str:
    rig = next(iter(sorted(path.glob("calibration/*.toml"))), None)
    poses = [folder for name in ("pose-associated", "pose-sync", "pose") for folder in [path / name] if folder.is_dir()]
    if rig is not None and poses:
        return f"holds keypoints but no results; run: valgus process --rig {rig} --keypoints {poses[0]} --out DIR"
    others = sorted(file.name for file in path.rglob("*") if file.suffix.lower() in KINDS)
    if others:
        return f"holds files of forces and the like alone, {others[0]} for instance; a trial has points or joint angles"
    return f"holds no {', '.join(KINDS)} file; give the folder of a session or a project"
