"""JPEG 2000. OpenJPEG makes what it can of a file that is cut: the end of the code stream must be there."""

from core.data.decoding.picture import Picture, damaged
from core.data.decoding.pillow import reader
from core.data.scale import Range

_read = reader("JPEG2000")
_END = b"\xff\xd9"
_TAIL = 1 << 12  # bytes behind the code stream in which its end is looked for


def read(data: bytes, value_range: Range | None = None) -> Picture:
    """See the package."""
    if _END not in data[-_TAIL:]:
        raise damaged("its data end before the image does")
    return _read(data, value_range)
