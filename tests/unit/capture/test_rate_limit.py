from capture.rate_limit import RateLimit

SECOND = 10**9


def test_a_burst_then_the_steady_rate() -> None:
    limit = RateLimit(per_second=10, burst=5)
    assert [limit.admits("a", 0) for _ in range(7)] == [True] * 5 + [False] * 2
    admitted = sum(limit.admits("a", SECOND + i * SECOND // 100) for i in range(1000))
    assert 5 + 98 <= admitted <= 5 + 101


def test_senders_do_not_share_and_strangers_do_not_pile_up() -> None:
    limit = RateLimit(per_second=1, burst=1, most_senders=2)
    assert limit.admits("a", 0)
    assert limit.admits("b", 0)
    assert not limit.admits("c", 0)
    assert not limit.admits("a", 0)
    assert limit.admits("a", 2 * SECOND)
