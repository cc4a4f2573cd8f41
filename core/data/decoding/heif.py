"""HEIC and HEIF, as phones write them.

libheif turns them upright by the file's own transforms, which its EXIF only repeats.
"""

import numpy as np
import pillow_heif

from core.data.decoding.colour import finish, grey
from core.data.decoding.decoded import DecodedImage, check_size
from core.data.decoding.pillow import SEVERAL, refuse_unwritten
from core.data.scale import Range


def read(data: bytes, value_range: Range | None = None) -> DecodedImage:
    """See the package."""
    refuse_unwritten(data)
    file = pillow_heif.open_heif(data, convert_hdr_to_8bit=True)
    check_size(*file.size)
    image = file.to_pillow()
    notes = (SEVERAL,) if len(file) > 1 else ()
    if image.mode.startswith("I"):
        image, said, own = grey(np.asarray(image), value_range)
        return finish(image, file.info.get("icc_profile"), 1, (*notes, *said), own)
    return finish(image, file.info.get("icc_profile"), 1, notes)
