"""Keys of nodes and hub: one pair per computer, the secret half never leaves it.

CURVE (Curve25519) as in libzmq; keys are written in Z85, 40 characters, in small TOML files: `NAME.key` with both
halves, readable by its owner only, and `NAME.pub` with the public half, to be copied to the other side.
"""

import os
import re
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import zmq

from capture.config_file import read_config
from capture.errors import CaptureError
from capture.messages import Name

_Z85 = re.compile(r"[0-9a-zA-Z.:+=^!/*?&<>()\[\]{}@%$#-]{40}")


@dataclass(frozen=True)
class KeyPair:
    """Both halves, Z85; the secret one does not show when printed."""

    public: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class HubKeys:
    """What a hub needs: its own keys, and the public keys of those who may connect, by name."""

    own: KeyPair
    allowed: dict[str, str]


@dataclass(frozen=True)
class NodeKeys:
    """What a node, viewer or other client needs: its own keys and the hub's public one."""

    own: KeyPair
    hub_public: str


class _KeyFile(msgspec.Struct, forbid_unknown_fields=True):
    name: Name
    public: str
    secret: str | None = None


def write_new_keys(folder: Path, name: str) -> tuple[Path, Path]:
    """Make a pair and write `NAME.key` and `NAME.pub`; keys that exist are never replaced.

    Raises
    ------
    CaptureError : the name is no file name, a file exists, or the folder cannot be written
    """
    if not re.fullmatch(r"[\w.-]{1,100}", name):
        raise CaptureError(f"key name '{name}': use letters, digits, '.', '-' and '_'")
    public, secret = (half.decode() for half in zmq.curve_keypair())
    public_text = f'name = "{name}"\npublic = "{public}"\n'
    secret_path, public_path = folder / f"{name}.key", folder / f"{name}.pub"
    if public_path.exists():
        raise CaptureError(f"{public_path}: exists; choose another name, or remove it where the key is no longer used")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(secret_path, f'{public_text}secret = "{secret}"\n', mode=0o600)
        _write(public_path, public_text, mode=0o644)
    except FileExistsError as error:
        raise CaptureError(
            f"{error.filename}: exists; choose another name, or remove it where the key is no longer used"
        ) from None
    except OSError as error:
        raise CaptureError(f"{folder}: keys cannot be written ({error.strerror})") from None
    return secret_path, public_path


def read_key_pair(path: Path) -> KeyPair:
    """Pair of a `NAME.key`; CaptureError where it is no such file or others than its owner may read it."""
    content = _read(path)
    if content.secret is None:
        raise CaptureError(f"{path}: holds no secret key; give the .key file of this computer")
    if sys.platform != "win32" and stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise CaptureError(
            f"{path}: can be read by others; run 'chmod 600 {path}', or make new keys if others had access"
        )
    return KeyPair(content.public, content.secret)


def read_public_key(path: Path) -> str:
    """Public key of a `NAME.pub`."""
    return _read(path).public


def read_allowed(folder: Path) -> dict[str, str]:
    """Public keys by name from every `.pub` file of a folder; CaptureError where there is none."""
    files = sorted(folder.glob("*.pub"))
    if not files:
        raise CaptureError(f"{folder}: holds no .pub file; put the public keys of the nodes there")
    contents = [_read(path) for path in files]
    return {content.name: content.public for content in contents}


def _read(path: Path) -> _KeyFile:
    content = read_config(path, _KeyFile)
    for key, value in (("public", content.public), ("secret", content.secret)):
        if value is not None and not _Z85.fullmatch(value):
            raise CaptureError(f"{path}: {key} is not a key of 40 Z85 characters; make new keys with 'valgus keys new'")
    return content


def _write(path: Path, text: str, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)
