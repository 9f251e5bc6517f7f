"""The hub's thread goes first for as long as it works, and nothing else of its process does."""

import os
import sys
import threading

import pytest

from valgus.live.priority import going_first


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, 0)


def may_go_first() -> bool:
    before = niceness()
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -10)
    except PermissionError:
        return False
    os.setpriority(os.PRIO_PROCESS, 0, before)
    return True


@pytest.mark.skipif(sys.platform != "linux", reason="niceness belongs to a thread on Linux alone")
def test_the_thread_goes_first_where_that_is_allowed() -> None:
    before, switch_s = niceness(), sys.getswitchinterval()
    of_another: list[int] = []
    with going_first():
        assert niceness() == (-10 if may_go_first() else before)
        assert sys.getswitchinterval() < switch_s
    other = threading.Thread(target=lambda: of_another.append(niceness()))
    other.start()
    other.join()
    assert of_another == [before]
    assert (niceness(), sys.getswitchinterval()) == (before, switch_s)
