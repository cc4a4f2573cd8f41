"""Images of formats that people have."""

from io import BytesIO

import numpy as np

UPRIGHT = np.full((40, 64, 3), 20, np.uint8)


UPRIGHT[:20, :32] = 230  # a light top left corner


def saved(image, kind, **options):
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def is_upright(pixels):
    return pixels.shape == (40, 64, 3) and [bool(pixels[y, x, 1] > 128) for y in (5, -5) for x in (5, -5)] == [
        True, False, False, False,
    ]  # fmt: skip
