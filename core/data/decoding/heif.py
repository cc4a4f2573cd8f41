"""HEIC and HEIF, as phones write them.

libheif turns them upright by the file's own transforms, which its EXIF only repeats.
"""

import numpy as np
import pillow_heif

from core.data.decoding.colour import finish, grey, profile_of
from core.data.decoding.colour_profiles import profile_of_numbers
from core.data.decoding.decoded import DecodedImage, check_size
from core.data.decoding.pillow import SEVERAL, refuse_unwritten
from core.data.scale import Range

NOT_TURNED = (
    "Its EXIF says that it is turned, and the file itself, which alone counts in this format, does not: it is used as "
    "it is stored. If it lies on its side, turn it and save it again."
)
_HEAD = 1 << 16  # bytes: the boxes with properties stand before the pixels


def _turns(data: bytes) -> bool:
    return b"irot" in data[:_HEAD] or b"imir" in data[:_HEAD]


def read(data: bytes, value_range: Range | None = None) -> DecodedImage:
    """See the package."""
    refuse_unwritten(data)
    file = pillow_heif.open_heif(data, convert_hdr_to_8bit=True)
    check_size(*file.size)
    image = file.to_pillow()
    notes: tuple[str, ...] = (SEVERAL,) if len(file) > 1 else ()
    if image.info.get("original_orientation", 1) not in (None, 1) and not _turns(data):
        notes += (NOT_TURNED,)
    profile, own = file.info.get("icc_profile"), None
    if not profile and (numbers := file.info.get("nclx_profile")):
        profile, more = profile_of_numbers(numbers["color_primaries"], numbers["transfer_characteristics"])
        notes += more
    profile = profile or profile_of(image)
    if image.mode.startswith("I"):
        image, more, own = grey(np.asarray(image), value_range)
        notes += more
    return finish(image, profile, 1, notes, own)
