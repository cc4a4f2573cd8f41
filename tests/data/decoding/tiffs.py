"""A small TIFF of two halves, written in many ways."""

from io import BytesIO

import numpy as np
import tifffile

TOP, BOTTOM = (100, 60, 30), (200, 120, 61)
RGB = np.zeros((48, 32, 3), np.uint8)
RGB[:24], RGB[24:] = TOP, BOTTOM
GREY = RGB[..., 0]


def tiff(numbers, **options):
    out = BytesIO()
    tifffile.imwrite(out, numbers, **options)
    return out.getvalue()


def by_pillow(image, **options):
    out = BytesIO()
    image.save(out, "TIFF", **options)
    return out.getvalue()
