import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.errors import StreamError
from stream.feed.live_event import LiveEvent, decode_live_event, encode_live_event


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_an_event_or_refused(message):
    for candidate in (message, b"VGEV\x01\x00" + message):
        said = ""
        try:
            assert isinstance(decode_live_event(candidate), LiveEvent)
        except StreamError as error:
            said = str(error)
        assert said == "" or said.startswith("live event: ")


@given(st.binary(min_size=1, max_size=8), st.integers(0, 60))
def test_a_damaged_event_is_read_or_refused(junk, place):
    whole = encode_live_event(LiveEvent(5, "mark", "left knee", {"depth_m": 0.4}))
    damaged = whole[:place] + junk + whole[place + len(junk) :]
    if damaged[:6] != whole[:6]:
        with pytest.raises(StreamError):
            decode_live_event(damaged)


@given(st.integers(-(2**63) + 1, 2**63 - 1), st.text(min_size=1, max_size=100), st.text(max_size=1000))
def test_any_event_comes_back(time_ns, label, text):
    event = LiveEvent(time_ns, label, text, {"a": 1.5})
    assert decode_live_event(encode_live_event(event)) == event
