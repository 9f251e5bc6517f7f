"""What no tracked file may hold: an address of a package registry, a path of somebody's machine."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# In pieces, so that this file holds none of them itself.
HOSTS = (
    ("py", "pi", r"\.org"),
    ("python", "hosted"),
    ("npm", "js", r"\.(org|com)"),
    ("index", r"[-_]url\s*="),
    ("file:", "//"),
)
HOMES = (*(("/", name, r"/\w") for name in ("home", "Users", "root", "work")), ("[A-Z]:", r"\\\\?Users"))
FORBIDDEN = re.compile("|".join("".join(pieces) for pieces in HOSTS + HOMES))


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def test_no_registry_and_no_home_path(tracked: list[Path]) -> None:
    texts = {path: path.read_bytes().decode("utf-8", "replace") for path in tracked}
    found = {str(path.relative_to(ROOT)): hit[0] for path, text in texts.items() if (hit := FORBIDDEN.search(text))}
    assert found == {}


def test_pattern_finds_what_it_is_meant_to_find() -> None:
    assert FORBIDDEN.search("--extra-index" + "-url = somewhere")
    assert FORBIDDEN.search("/".join(("", "home", "anna", "valgus")))
    assert not FORBIDDEN.search("https://docs.example.org/home and ../work")


def test_every_requirement_is_pinned_by_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    requirements = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(requirements) > 50
    assert all(re.match(r"[\w.\[\]-]+==[^ ]+ .*\\$", line) for line in requirements)
    assert lock.count("--hash=sha256:") >= len(requirements)
