"""Every command that the documents show exists with the options they give it; every configuration is read."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from capture.errors import CaptureError
from capture.node_config import read_node_config
from valgus.cli.commands import COMMANDS
from valgus.cli.main import main
from valgus.live.config import read_live_config

ROOT = Path(__file__).resolve().parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_COMMAND = re.compile(r"(?:^|`)[ \t]*(valgus [a-z][^`#\n]*(?:\n[^`#\n]+(?=[^`]*`))?)", re.MULTILINE)
_TOML = re.compile(r"```toml\n(.*?)```", re.DOTALL)
_GROUPS = ("rig", "cameras", "keys", "models", "tags")


def commands(page: Path) -> list[list[str]]:
    """Words of every command on a page."""
    found = [shlex.split(" ".join(match.split()), comments=True) for match in _COMMAND.findall(page.read_text())]
    known = {command.name for command in COMMANDS}
    return [words for words in found if words[1] in known]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_their_options_exist(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in commands(page):
        depth = 3 if words[1] in _GROUPS and len(words) > 2 else 2
        options = {word.split("=")[0].strip("[]()") for word in words if word.startswith(("--", "[--"))}
        assert main([*words[1:depth], "--help"]) == 0, words
        shown = capsys.readouterr().out
        assert all(option in shown for option in options), (words, options)


def test_the_readme_shows_the_whole_way() -> None:
    shown = {" ".join(words[:3] if words[1] in _GROUPS else words[:2]) for words in commands(ROOT / "README.md")}
    assert shown >= {"valgus rig board", "valgus rig calibrate", "valgus node", "valgus live", "valgus process"}


def configurations() -> list[tuple[str, str]]:
    blocks = [(page.name, text) for page in PAGES for text in _TOML.findall(page.read_text())]
    return [(name, re.sub(r"^   ", "", text, flags=re.MULTILINE)) for name, text in blocks]


NODE = 'name = "n"\ncameras = [{name = "c", kind = "video", path = "c.mp4"}]\n'
LIVE = 'rig = "rig.toml"\n'


def complaint(read: Callable[[Path], object], path: Path, text: str, rest: str) -> str | None:
    """Why a text is no configuration, neither as it stands nor, being a part of one, with the rest before it."""
    for whole in (text, rest + text):
        path.write_text(whole)
        try:
            read(path)
        except CaptureError as error:
            found = str(error)
        else:
            return None
    return found


@pytest.mark.parametrize(("page", "text"), configurations())
def test_configurations_can_be_read(page: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    as_node = complaint(read_node_config, path, text, NODE)
    as_live = complaint(read_live_config, path, text, LIVE)
    assert as_node is None or as_live is None, (page, as_node, as_live)
