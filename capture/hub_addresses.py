"""What a node must know to reach its hub."""

from dataclasses import dataclass

from capture.keys import NodeKeys


@dataclass(frozen=True)
class HubAddresses:
    """Where the hub listens: `messages` for what cameras see, `clock` for its time; `keys` for one further away."""

    messages: str
    clock: str
    keys: NodeKeys | None = None
