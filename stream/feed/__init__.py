"""From the hub to a stream: frames and events as packets, clocks, and the loop that every stream runs."""
