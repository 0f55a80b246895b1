"""The script: framing to the byte, turns in order, pauses that keep the rate."""

import math
import sys
from datetime import UTC, datetime
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hl7capture.model.elements import Framing
from hl7capture.simulator.conversation import Turn, conversation
from hl7capture.simulator.frames import checksum, frame, frames

START = datetime(2026, 11, 21, 10, 15, 30, tzinfo=UTC)


def turns_of(framing: Framing, messages: int, rate: float = 1.0, seed: int = 0) -> list[Turn]:
    return list(conversation(framing, messages, seed=seed, start=START, rate=rate))


def test_checksum_by_hand() -> None:
    # "1" 31 + "H" 48 + "|" 7C + "\" 5C + "^" 5E + "&" 26 + CR 0D + ETX 03 = 1E5
    assert checksum(b"1H|\\^&\r\x03") == b"E5"
    assert checksum(b"\x05") == b"05"
    assert checksum(b"") == b"00"


def test_one_frame_to_the_byte() -> None:
    assert frame(1, b"H|\\^&\r") == b"\x021H|\\^&\r\x03E5\r\n"
    assert frame(8, b"A", is_last=False) == b"\x020A\x1788\r\n"  # 30 + 41 + 17


def test_a_long_record_is_split_at_240_characters() -> None:
    first, second, third = frames([b"x" * 240 + b"\r", b"L|1|N\r"])
    assert first[:3] == b"\x021x"
    assert first[-5:-4] == b"\x17"
    assert len(first) == 247  # the longest frame of E1381-95 §6.3.1
    assert second[:4] == b"\x022\r\x03"
    assert third[:3] == b"\x023L"


def test_a_record_of_240_characters_is_one_frame() -> None:
    (only,) = frames([b"x" * 239 + b"\r"])
    assert only[-5:-4] == b"\x03"


def test_frame_numbers_run_from_1_through_7_to_0() -> None:
    assert b"".join(one[1:2] for one in frames([b"A\r"] * 17)) == b"12345670123456701"


@given(st.lists(st.binary(min_size=1, max_size=1000), max_size=10))
def test_frames_hold_the_records_and_their_ends(records: list[bytes]) -> None:
    texts, text = [], b""
    for one in frames(records):
        assert one[:1] == b"\x02"
        assert one[-4:] == checksum(one[1:-4]) + b"\r\n"
        text += one[2:-5]
        if one[-5:-4] == b"\x03":
            texts.append(text)
            text = b""
    assert texts == records
    assert text == b""


def test_mllp_says_block_and_acknowledgement() -> None:
    turns = turns_of(Framing.MLLP, 2)
    assert [turn.side for turn in turns] == ["device", "lis"] * 2
    for turn in turns:
        assert turn.data.startswith(b"\x0bMSH|")
        assert turn.data.endswith(b"\r\x1c\r")
        assert turn.data.count(b"\x1c") == 1
    assert b"MSA|AA|261121101531-00002\r" in turns[3].data


def test_stx_ends_at_its_first_cr_lf() -> None:
    turns = turns_of(Framing.STX, 2)
    assert [turn.side for turn in turns] == ["device", "lis", "device", "lis", "device"] * 2
    assert [turn.data for turn in turns[:2] + turns[3:5]] == [b"\x05", b"\x06", b"\x06", b"\x04"]
    message = turns[2].data
    assert message.startswith(b"\x02MSH|")
    assert message.index(b"\r\n") == len(message) - 2
    assert not message.endswith(b"\r\r\n")
    assert not set(message[1:]) & {0x02, 0x03, 0x17}


def test_astm_says_one_message_in_one_transfer() -> None:
    turns = turns_of(Framing.ASTM, 3)
    said = [turn.data for turn in turns if turn.side == "device"]
    assert said.count(b"\x05") == said.count(b"\x04") == 3
    assert {turn.data for turn in turns if turn.side == "lis"} == {b"\x06"}
    begins = [at for at, data in enumerate(said) if data == b"\x05"]
    assert all(said[at + 1][:4] == b"\x021H|" for at in begins)
    assert any(data[-5:-4] == b"\x17" for data in said)
    assert all(len(data) <= 247 for data in said)


@pytest.mark.parametrize("framing", Framing)
def test_the_same_seed_makes_the_same_turns(framing: Framing) -> None:
    assert turns_of(framing, 3, seed=5) == turns_of(framing, 3, seed=5)
    assert turns_of(framing, 3, seed=5) != turns_of(framing, 3, seed=6)


@pytest.mark.parametrize("framing", Framing)
@pytest.mark.parametrize("rate", [0.5, 10.0, 5000.0])
def test_messages_begin_at_the_rate(framing: Framing, rate: float) -> None:
    first = {Framing.MLLP: b"\x0b", Framing.NONE: b"MSH"}.get(framing, b"\x05")
    now, begins = 0.0, []
    for turn in turns_of(framing, 4, rate):
        assert turn.pause >= 0
        now += turn.pause
        if turn.side == "device" and turn.data.startswith(first):
            begins.append(now)
    assert begins == pytest.approx([number / rate for number in range(4)])


def test_answers_take_a_few_milliseconds() -> None:
    assert turns_of(Framing.MLLP, 1)[1].pause == 0.004


def test_without_end_and_without_pauses() -> None:
    endless = conversation(Framing.MLLP, sys.maxsize, start=START, rate=math.inf)
    assert all(turn.pause == 0 for turn in islice(endless, 100))


def test_no_messages_no_turns() -> None:
    assert turns_of(Framing.ASTM, 0) == []


@pytest.mark.parametrize("rate", [0.0, -1.0, math.nan])
def test_a_rate_is_above_zero(rate: float) -> None:
    with pytest.raises(ValueError, match="rate"):
        conversation(Framing.MLLP, 1, start=START, rate=rate)


def test_messages_are_not_below_zero() -> None:
    with pytest.raises(ValueError, match="messages"):
        conversation(Framing.MLLP, -1, start=START, rate=1)
