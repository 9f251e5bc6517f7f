"""A screen that needs a third of a second per picture: prints how old each frame is when it is shown.

Arguments: address, number of pictures.
"""

import sys
import time

from viewer.feed import LiveFeed
from viewer.newest import NewestMessages

SECONDS_PER_PICTURE = 0.33

with NewestMessages(sys.argv[1]) as subscription:
    feed = LiveFeed(subscription, time.monotonic)
    feed.wait(60.0)
    print("ready", flush=True)
    for _ in range(int(sys.argv[2])):
        time.sleep(SECONDS_PER_PICTURE)
        frame = feed.newest()
        assert frame is not None
        print((time.monotonic_ns() - frame.angles.time_ns) * 1e-6, frame.sequence, flush=True)
