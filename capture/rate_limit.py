"""How much one sender may send: a bucket that fills steadily and empties with every message."""

from dataclasses import dataclass


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_ns: int


class RateLimit:
    """Admits `per_second` messages per sender on average, and `burst` at once; remembers `most_senders` at most."""

    def __init__(self, per_second: float, burst: float, most_senders: int = 1000) -> None:
        self._per_ns, self._burst, self._most_senders = per_second * 1e-9, burst, most_senders
        self._buckets: dict[str, _Bucket] = {}

    def admits(self, sender: str, now_ns: int) -> bool:
        """Whether this sender's message at `now_ns` is within its limit; a message that is not does not count."""
        bucket = self._buckets.get(sender)
        if bucket is None:
            if len(self._buckets) >= self._most_senders:
                return False
            bucket = self._buckets[sender] = _Bucket(self._burst, now_ns)
        bucket.tokens = min(self._burst, bucket.tokens + (now_ns - bucket.filled_ns) * self._per_ns)
        bucket.filled_ns = now_ns
        if bucket.tokens < 1.0:
            return False
        bucket.tokens -= 1.0
        return True
