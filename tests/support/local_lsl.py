"""Keeps Lab Streaming Layer on this computer."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path


def keep_lsl_local() -> None:
    """Point LSL to a configuration of ours; it reads it once, when it is first used, here and in child processes."""
    folder = Path(tempfile.mkdtemp(prefix="valgus-lsl-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    config = folder / "lsl_api.cfg"
    config.write_text("[multicast]\nResolveScope = machine\n[lab]\nKnownPeers = {127.0.0.1}\n")
    os.environ["LSLAPICFG"] = str(config)
