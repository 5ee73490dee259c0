import struct

import pytest

from bench.live.frames import PING, TEXT, BrokenFrame, FrameReader, masked_frame


def from_server(payload: bytes, opcode: int = TEXT) -> bytes:
    length = len(payload)
    if length < 126:
        return struct.pack("!BB", 0x80 | opcode, length) + payload
    if length < 2**16:
        return struct.pack("!BBH", 0x80 | opcode, 126, length) + payload
    return struct.pack("!BBQ", 0x80 | opcode, 127, length) + payload


@pytest.mark.parametrize("cut", [1, 2, 3, 7, 200, 100_000])
def test_frames_are_whole_however_they_were_cut_on_the_way(cut: int) -> None:
    sent = [(TEXT, b"a"), (PING, b""), (TEXT, b"b" * 300), (TEXT, b"c" * 70_000), (TEXT, b"d")]
    stream = b"".join(from_server(payload, opcode) for opcode, payload in sent)
    reader = FrameReader()
    pieces = [stream[start : start + cut] for start in range(0, len(stream), cut)]
    assert [frame for piece in pieces for frame in reader.read(piece)] == sent


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536])
def test_what_a_client_sends_is_masked_and_says_its_length(length: int) -> None:
    frame = masked_frame(b"x" * length)
    assert frame[0] == 0x81
    assert frame[1] & 0x80
    masked_bits_off = bytes([frame[0], frame[1] & 0x7F])
    unmasked = masked_bits_off + frame[2 : len(frame) - length - 4] + frame[len(frame) - length :]
    assert list(FrameReader().read(unmasked)) == [(TEXT, b"x" * length)]


@pytest.mark.parametrize("head", [b"\x01\x01a", b"\xc1\x01a", b"\x81\x81\0\0\0\0a"])
def test_parts_of_messages_compressed_and_masked_ones_are_refused(head: bytes) -> None:
    with pytest.raises(BrokenFrame):
        list(FrameReader().read(head))
