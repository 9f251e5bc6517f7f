import json
from pathlib import Path

import jsonschema
import msgspec
import pytest

from reconstruct.types import Observability
from stream.feed.live_event import LiveEvent, decode_live_event, encode_live_event
from stream.feed.packets import WORDS, EventPacket, event_packet, frame_packet
from stream.schema import ASYNCAPI_FILE, SCHEMA_FILE, asyncapi, json_schema

DOCS = Path(__file__).resolve().parents[3] / "docs" / "schemas"


@pytest.mark.parametrize(("name", "document"), [(SCHEMA_FILE, json_schema()), (ASYNCAPI_FILE, asyncapi())])
def test_the_published_description_is_that_of_the_code(name, document):
    assert json.loads((DOCS / name).read_text()) == document, "run: python -m stream.schema docs/schemas"


def test_frames_and_events_match_the_schema(live_frame):
    for packet in (
        frame_packet(live_frame, 4.5, 1),
        event_packet(LiveEvent(5, "mark", "here", {"a_deg": float("nan")})),
    ):
        jsonschema.validate(json.loads(msgspec.json.encode(packet)), json_schema())


def test_the_schema_notices_a_wrong_frame(live_frame):
    frame = json.loads(msgspec.json.encode(frame_packet(live_frame, 4.5, 1)))
    frame["angles"]["hip_flexion_r"]["obs"] = "certain"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(frame, json_schema())


def test_words_are_those_of_the_files():
    assert tuple(Observability(code).label for code in range(3)) == WORDS


def test_an_event_comes_back_from_the_wire():
    event = LiveEvent(123456789, "repetition", "3", {"peak_valgus_deg": 8.5})
    assert decode_live_event(encode_live_event(event)) == event
    assert isinstance(event_packet(event), EventPacket)
