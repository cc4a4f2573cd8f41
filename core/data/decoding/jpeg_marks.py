"""The marker segments of a JPEG (ITU-T T.81, annex B): what kind it is, and whether all of its scans are there."""

import re
from dataclasses import dataclass, field

from core.data.decoding.decoded import damaged

END = b"\xff\xd9"
_MARK = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)  # in entropy-coded data: no stuffing and no restart
_ALONE = frozenset((0x01, 0xD8, *range(0xD0, 0xD8)))
_FRAMES = frozenset((*range(0xC0, 0xD0), 0xF7)) - {0xC4, 0xC8, 0xCC}  # 0xF7: JPEG-LS
_SEQUENTIAL, _PROGRESSIVE = (0xC0, 0xC1, 0xC9), (0xC2, 0xCA)
_ZEROS = bytes(16)  # so many at the end of coded data are no data


@dataclass(slots=True)
class Marks:
    """`frame` is the SOF marker, `size` (width, height) and `size_at` its place in the file; `end` is the place of the
    first end mark, -1 where there is none."""

    frame: int = 0
    precision: int = 8
    size: tuple[int, int] = (0, 0)
    size_at: int = 0
    end: int = -1
    data_end: int = 0
    restarts: bool = False
    missing: dict[int, list[int]] = field(default_factory=dict)  # component -> bits that each coefficient still lacks

    @property
    def supported(self) -> bool:
        """Whether it is a sequential or progressive JPEG of 8 bits."""
        return self.precision == 8 and self.frame in (*_SEQUENTIAL, *_PROGRESSIVE)

    @property
    def complete(self) -> bool:
        """Whether a scan for every bit of every component has begun."""
        return bool(self.missing) and not any(any(lacking) for lacking in self.missing.values())


def marks(data: bytes) -> Marks:
    """Walk the segments up to the first end mark."""
    found, place = Marks(), 2
    while True:
        match = _MARK.search(data, place)
        if match is None:
            found.data_end = len(data)
            return found
        mark, place = match[0][1], match.end()
        if mark == 0xD9:
            found.end = found.data_end = match.start()
            return found
        if mark in _ALONE:
            continue
        length = int.from_bytes(data[place : place + 2], "big")
        body = data[place + 2 : place + length]
        if mark in _FRAMES:
            _frame(found, mark, body)
            found.size_at = place + 3
        elif mark == 0xDD:
            found.restarts = any(body[:2])
        elif mark == 0xDA:
            _scan(found, body)
        place += max(2, length)


def ends_in_zeros(data: bytes, found: Marks) -> bool:
    """Whether the coded data end as a file does of which the rest was never written."""
    return data[: found.data_end].endswith(_ZEROS)


def _frame(found: Marks, mark: int, body: bytes) -> None:
    if len(body) < 6:
        raise damaged("its header is cut")
    found.frame, found.precision = mark, body[0]
    found.size = (int.from_bytes(body[3:5], "big"), int.from_bytes(body[1:3], "big"))
    found.missing = {body[6 + 3 * index]: [99] * 64 for index in range(body[5]) if 6 + 3 * index < len(body)}


def _scan(found: Marks, body: bytes) -> None:
    if not body or len(body) < 4 + 2 * body[0]:
        return
    first, last, bits = body[-3], min(63, body[-2]), body[-1] & 15
    for index in range(body[0]):
        lacking = found.missing.get(body[1 + 2 * index])
        if lacking is None:
            continue
        if found.frame in _PROGRESSIVE:
            lacking[first : last + 1] = [bits] * max(0, last + 1 - first)
        else:
            lacking[:] = [0] * 64
