"""From the configuration of commands to a listener; only the library that it needs is imported."""

from typing import Protocol

from stream.commands.command import Handler
from stream.config import CommandsConfig, LslCommands, OscCommands


class Listener(Protocol):
    """Hands commands of other programs to a handler, from a thread of its own."""

    @property
    def refused(self) -> int:
        """Commands that were not understood, not admitted, or refused by the handler."""
        ...

    def close(self) -> None:
        """Stop listening."""
        ...


def open_listener(config: CommandsConfig, handler: Handler) -> Listener:
    """Listen for commands; the handler is called in the listener's thread.

    Raises
    ------
    InputError : the address cannot be listened on, or is open to others without a token
    """
    if isinstance(config, OscCommands):
        from stream.commands.osc import OscListener

        return OscListener(config.host, config.port, handler, config.token)
    if isinstance(config, LslCommands):
        from stream.commands.lsl import LslListener

        return LslListener(config.stream, handler, config.token)
    from stream.commands.zmq import ZmqListener

    return ZmqListener(config.address, handler)
