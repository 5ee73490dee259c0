"""WebSocket frames as a cheap client needs them: text both ways, no compression."""

import struct
from collections.abc import Iterator

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
_FINAL, _MASKED, _OPCODE, _LENGTH = 0x80, 0x80, 0x0F, 0x7F
_TWO_BYTES, _EIGHT_BYTES = 126, 127
_NO_MASK = bytes(4)
"""A client must mask; a mask of zeros leaves the bytes as they are."""


class BrokenFrame(Exception):
    """A frame is of a kind that this client did not ask for."""


def masked_frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """Give a client's frame."""
    length = len(payload)
    if length < _TWO_BYTES:
        head = struct.pack("!BB", _FINAL | opcode, _MASKED | length)
    elif length < 2**16:
        head = struct.pack("!BBH", _FINAL | opcode, _MASKED | _TWO_BYTES, length)
    else:
        head = struct.pack("!BBQ", _FINAL | opcode, _MASKED | _EIGHT_BYTES, length)
    return head + _NO_MASK + payload


class FrameReader:
    """Cuts what a server sends into frames."""

    def __init__(self) -> None:
        self._rest = b""

    def read(self, received: bytes) -> Iterator[tuple[int, bytes]]:
        """Give the opcode and the payload of each frame that is complete; raises BrokenFrame."""
        content = self._rest + received if self._rest else received
        start, end = 0, len(content)
        while start + 2 <= end:
            first, length = content[start], content[start + 1]
            body = start + 2
            if first & 0xF0 != _FINAL or length & _MASKED:
                raise BrokenFrame(f"{first:#x} {length:#x}")
            if length == _TWO_BYTES:
                body += 2
                if body > end:
                    break
                (length,) = struct.unpack_from("!H", content, start + 2)
            elif length == _EIGHT_BYTES:
                body += 8
                if body > end:
                    break
                (length,) = struct.unpack_from("!Q", content, start + 2)
            if body + length > end:
                break
            yield first & _OPCODE, content[body : body + length]
            start = body + length
        self._rest = content[start:]
