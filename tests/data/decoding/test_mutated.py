"""5,000 broken images: none is accepted with a part that is only filled in, and none gets past `UnreadableImage`."""

from io import BytesIO

import imagecodecs
import numpy as np
import pillow_heif
import pytest
import tifffile
from PIL import Image

from core.data.images import decode
from core.errors import UnreadableImage

COUNT = 5_000
END = b"\xff\xd9"
# nothing in these tells other bytes from the right ones: a zero is a black pixel (zstd stores noise as it is)
NO_CHECK = {"bmp", "ppm", "pgm 16", "tga", "tiff", "tiff float", "tiff tiles", "tiff zstd", "webp", "tiff fax"}


def noise(channels=3, high=256, dtype=np.uint8):
    return np.random.default_rng(9).integers(high // 16, high, (56, 72, channels)).astype(dtype)


def saved(kind, mode="RGB", **options):
    out = BytesIO()
    Image.fromarray(noise()).convert(mode).save(out, kind, **options)
    return out.getvalue()


def tiff(numbers, **options):
    out = BytesIO()
    tifffile.imwrite(out, numbers, **options)
    return out.getvalue()


def heic():
    out = BytesIO()
    pillow_heif.from_pillow(Image.fromarray(noise())).save(out, quality=90)
    return out.getvalue()


@pytest.fixture(scope="module")
def wholes():
    return make_wholes()


def make_wholes():
    """{name: a whole file of noise}."""
    deep = noise(3, 65536, np.uint16)
    other = [Image.fromarray(255 - noise())]
    return {
        "jpeg": saved("JPEG"),
        "jpeg progressive": saved("JPEG", progressive=True),
        "jpeg grey": saved("JPEG", "L", optimize=True),
        "jpeg cmyk": saved("JPEG", "CMYK"),
        "jpeg restarts": saved("JPEG", restart_marker_rows=1),
        "mpo": saved("MPO", save_all=True, append_images=other),
        "png": saved("PNG"),
        "png palette": saved("PNG", "P"),
        "png 16": imagecodecs.png_encode(deep),
        "webp": saved("WEBP", quality=90),
        "webp lossless": saved("WEBP", lossless=True),
        "gif": saved("GIF"),
        "gif frames": saved("GIF", save_all=True, append_images=other),
        "bmp": saved("BMP"),
        "ppm": saved("PPM"),
        "pgm 16": b"P5 72 56 65535\n" + deep[..., 0].astype(">u2").tobytes(),
        "tga": saved("TGA"),
        "tga packed": saved("TGA", compression="tga_rle"),
        "jpeg 2000": saved("JPEG2000"),
        "avif": saved("AVIF", quality=90),
        "heic": heic(),
        "tiff": tiff(noise(), photometric="rgb"),
        "tiff tiles": tiff(noise(), photometric="rgb", tile=(16, 16)),
        "tiff float": tiff(noise()[..., 0].astype(np.float32), photometric="minisblack"),
        "tiff 16 lzw": tiff(deep, photometric="rgb", compression="lzw", rowsperstrip=9, predictor=True),
        "tiff deflate": tiff(noise(), photometric="rgb", compression="zlib"),
        "tiff packbits": tiff(noise(), photometric="rgb", compression="packbits", rowsperstrip=8),
        "tiff zstd": tiff(noise(), photometric="rgb", compression="zstd"),
        "tiff jpeg": tiff(noise(), photometric="rgb", compression="jpeg", rowsperstrip=16),
        "tiff fax": saved("TIFF", "1", compression="group4"),
    }


def cut(data, rng):
    return data[: rng.integers(1, len(data))]


def cut_and_ended(data, rng):
    return cut(data, rng) + END


def zero_filled(data, rng):
    keep = rng.integers(1, len(data) - max(520, len(data) // 40))
    return data[:keep] + bytes(len(data) - keep)


def flipped(data, rng):
    changed = bytearray(data)
    for _ in range(rng.integers(1, 12)):
        changed[rng.integers(len(changed))] ^= 1 << rng.integers(8)
    return bytes(changed)


def spliced(data, rng):
    one, two, three = np.sort(rng.integers(0, len(data), 3))
    return data[:one] + data[two:three] + data[one:]


def shortened(data, rng):
    one, two = np.sort(rng.integers(0, len(data), 2))
    return data[:one] + data[two:]


def appended(data, rng):
    return data + rng.bytes(rng.integers(1, 400))


ENDS_EARLY = (cut, cut_and_ended, zero_filled)
MUTATIONS = (*ENDS_EARLY, flipped, spliced, shortened, appended)


def has_flat_tail(pixels):
    """Whether the last rows are of one colour. All images here are noise."""
    return bool((pixels[-4:] == pixels[-1, -1]).all())


def saturated(pixels):
    """Wrong differences in a JPEG add up to black or white."""
    return pixels[-1, -1].min() == 255 or pixels[-1, -1].max() == 0


@pytest.mark.slow
def test_no_broken_image_is_accepted_with_a_filled_part(wholes, capfd):
    rng = np.random.default_rng(2026)
    originals = {name: decode(data).pixels for name, data in wholes.items()}
    assert not any(has_flat_tail(pixels) for pixels in originals.values())
    wrong = []
    for number in range(COUNT):
        name = list(wholes)[number % len(wholes)]
        mutation = MUTATIONS[rng.integers(len(MUTATIONS))]
        try:
            pixels = decode(mutation(wholes[name], rng)).pixels
        except UnreadableImage as error:
            if not str(error).isprintable() or len(str(error)) > 400:
                wrong.append((number, name, mutation.__name__, str(error)))
            continue
        except Exception as error:
            wrong.append((number, name, mutation.__name__, repr(error)))
            continue
        if mutation is zero_filled and name in NO_CHECK:
            continue
        if mutation in ENDS_EARLY and not np.array_equal(pixels, originals[name]):
            wrong.append((number, name, mutation.__name__, "accepted with other pixels"))
        elif has_flat_tail(pixels) and name not in NO_CHECK and not saturated(pixels):
            wrong.append((number, name, mutation.__name__, "accepted with a flat tail"))
    assert wrong == []
    assert capfd.readouterr().err == ""  # no library speaks on the terminal
