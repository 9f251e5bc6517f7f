"""Runs a script of tests/hardware/guest in the virtual machine with kernel cameras, and returns what it measured."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
GUEST = Path(__file__).with_name("guest")
RESULT = "VALGUS_RESULT "
# An emulated machine that also waits for its turn is too slow for its own cameras; without root it goes on as it is.
_QEMU = (
    "nice -n -10 qemu-system-x86_64 -accel tcg,thread=multi -cpu max -m 2048 -smp 2 -nographic -no-reboot -nic none "
    "-virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap"
)


def machine() -> Path:
    """Folder that tools/camera-vm.sh has filled."""
    return Path(os.environ.get("VALGUS_CAMERA_VM", Path.home() / ".cache/valgus/camera-vm"))


def run_in_guest(script: str, drivers: Sequence[str], *arguments: Path, timeout_s: float = 600.0) -> dict[str, Any]:
    """Boot, load drivers (each a module with its options), run a guest script, return the JSON that it printed.

    The kernel's look at its timer (`no_timer_check`) is left out: an emulator that waits for its turn does not pass it.
    """
    words = ";".join(map(str, [GUEST / script, *arguments]))
    command_line = (
        f"console=ttyS0 panic=-1 quiet no_timer_check root={ROOT} python={sys.executable} "
        f"script={words} drivers={'+'.join(drivers).replace(' ', ';')}"
    )
    folder = machine()
    files = ["-kernel", str(folder / "vmlinuz"), "-initrd", str(folder / "initrd.gz")]
    done = subprocess.run(
        [*_QEMU.split(), *files, "-append", command_line],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout_s,
        check=True,
    )
    # The machine's firmware leaves codes for a terminal before the first line.
    results = [line.partition(RESULT)[2] for line in done.stdout.splitlines() if RESULT in line]
    if len(results) != 1 or "VALGUS_EXIT 0" not in done.stdout:
        raise AssertionError(f"the guest failed:\n{done.stdout[-4000:]}")
    return json.loads(results[0])
