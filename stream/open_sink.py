"""From a stream's configuration to the stream; only the library that it needs is imported."""

from stream.config import LslStream, OscStream, StreamConfig, TcpStream, UdpStream, WebSocketStream
from stream.feed.sink import Sink
from stream.loop import Loop


def open_sink(config: StreamConfig, loop: Loop | None = None) -> Sink:
    """Open a stream; `loop` is where servers run, None for threads of their own.

    Raises
    ------
    InputError : its address cannot be used
    """
    if isinstance(config, LslStream):
        from stream.lsl import LslSink

        return LslSink(config.name)
    if isinstance(config, OscStream):
        from stream.osc import OscSink

        return OscSink(config.host, config.port)
    if isinstance(config, UdpStream):
        from stream.plain.udp import UdpSink

        return UdpSink(config.host, config.port, config.angles)
    if isinstance(config, TcpStream):
        from stream.plain.tcp import TcpSink

        return TcpSink(config.host, config.port, config.angles, loop)
    if isinstance(config, WebSocketStream):
        from stream.websocket import WebSocketSink

        return WebSocketSink(config.host, config.port, config.token, config.origins, loop)
    from stream.zmq_json import ZmqSink

    return ZmqSink(config.address, config.encoding)
