"""Colour spaces that a file names by numbers instead of an ICC profile, as a profile that says the same.

ITU-T H.273 (the box `colr` of AVIF and HEIC, the chunk cICP of PNG), gAMA with cHRM of PNG (its specification, sections
4.3.2.1 and 4.3.2.2), and EXIF, by which cameras name Adobe RGB without a profile (Exif 2.32, 4.6.5 and 4.6.8).
"""

import struct

import numpy as np
from numpy.typing import NDArray

HDR = "Its colours are of high dynamic range (PQ or HLG), which is not converted: they look flat."
Primaries = tuple[float, ...]  # white, red, green and blue as x, y
_D65 = (0.3127, 0.329)
SRGB: Primaries = (*_D65, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
ADOBE: Primaries = (*_D65, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
_PRIMARIES: dict[int, Primaries] = {
    1: SRGB,
    9: (*_D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    12: (*_D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
_ADOBE_GAMMA = 563 / 256  # of its specification (Adobe RGB (1998), 4.3.4.2)
_SRGB_BY_NUMBER, _ADOBE_BY_NUMBER = 1, 2  # as EXIF's tag ColorSpace
_GAMMA = {4: 2.2, 5: 2.8, 8: 1.0}  # all others up to 15 are sRGB's curve or are shown by it
_HDR = (16, 18)
_BOX_WITHIN = 1 << 16  # bytes: headers stand before the pixels
_NEAR = 0.15  # of a gamma of 2.2, which stands for sRGB's own curve
_D50 = np.array((0.9642, 1.0, 0.8249))
_BRADFORD = np.array(((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296)))


def profile_of_exif(colour_space: object, index: object) -> bytes | None:
    """That of Adobe RGB where EXIF names it by the interoperability index R03, or as colour space 2 of some cameras."""
    named = index.decode("latin-1") if isinstance(index, bytes) else str(index)
    adobe = colour_space == _ADOBE_BY_NUMBER or (colour_space != _SRGB_BY_NUMBER and named.startswith("R03"))
    return profile(ADOBE, _ADOBE_GAMMA) if adobe else None


def profile_of_numbers(primaries: int, transfer: int) -> tuple[bytes | None, tuple[str, ...]]:
    """The profile for H.273's numbers (None: sRGB, or unknown), and a note where it cannot be one."""
    if transfer in _HDR:
        return None, (HDR,)
    known = _PRIMARIES.get(primaries, SRGB)
    gamma = _GAMMA.get(transfer)
    return (None if known is SRGB and gamma is None else profile(known, gamma)), ()


def profile_of_box(data: bytes) -> tuple[bytes | None, tuple[str, ...]]:
    """What the first box `colr` of an AVIF or JPEG 2000 file says; see `profile_of_numbers`."""
    place = data.find(b"colr", 0, _BOX_WITHIN)
    if place < 4:
        return None, ()
    body = data[place + 4 : place - 4 + int.from_bytes(data[place - 4 : place], "big")]
    if body[:4] == b"nclx" and len(body) >= 8:
        return profile_of_numbers(*struct.unpack(">HH", body[4:8]))
    if body[:1] == b"\2":  # JPEG 2000's restricted ICC profile
        return body[3:], ()
    return None, ()


def profile_of_png(chunks: dict[bytes, bytes], *, grey: bool) -> tuple[bytes | None, tuple[str, ...]]:
    """What cICP says, else gAMA and cHRM; an sRGB chunk outdoes these two."""
    if len(numbers := chunks.get(b"cICP", b"")) == 4:
        return (None, ()) if grey else profile_of_numbers(numbers[0], numbers[1])
    stored = int.from_bytes(chunks.get(b"gAMA", b""), "big")
    if b"sRGB" in chunks or not stored:
        return None, ()
    gamma = 100_000 / stored
    usual = abs(gamma - 2.2) <= _NEAR or not 0.5 <= gamma <= 4
    if grey:
        return (None if usual else grey_profile(gamma)), ()
    named = chunks.get(b"cHRM", b"")
    points = tuple(one / 100_000 for one in struct.unpack(">8I", named)) if len(named) == 32 else SRGB
    if not all(0 < x < 1 and 0 < y < 1 for x, y in zip(points[::2], points[1::2], strict=True)):
        points = SRGB
    near = all(abs(one - other) < 0.01 for one, other in zip(points, SRGB, strict=True))
    if usual and near:
        return None, ()
    return profile(SRGB if near else points, None if usual else gamma), ()


def profile(primaries: Primaries, gamma: float | None) -> bytes:
    """An ICC profile (version 2) of RGB with this white, these primaries, and a gamma or sRGB's own curve (None)."""
    colours = _adapted(primaries).T
    curve = _curve(gamma)
    tags = {name: _xyz(row) for name, row in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colours, strict=True)}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve) | {b"wtpt": _xyz(_D50)}
    return _packed(b"RGB ", tags)


def grey_profile(gamma: float) -> bytes:
    """An ICC profile of grey values with a gamma."""
    return _packed(b"GRAY", {b"wtpt": _xyz(_D50), b"kTRC": _curve(gamma)})


def _adapted(primaries: Primaries) -> NDArray[np.float64]:
    """XYZ of red, green and blue as columns, with the white adapted to D50 (Bradford)."""
    xy = np.array(primaries, float).reshape(4, 2)
    xyz = np.column_stack((xy, 1 - xy.sum(1))) / xy[:, 1:]
    white, matrix = xyz[0], xyz[1:].T
    matrix = matrix * np.linalg.solve(matrix, white)
    cones = (_BRADFORD @ _D50) / (_BRADFORD @ white)
    adapted: NDArray[np.float64] = np.linalg.inv(_BRADFORD) @ np.diag(cones) @ _BRADFORD @ matrix
    return adapted


def _curve(gamma: float | None) -> bytes:
    if gamma is not None:
        return b"curv\0\0\0\0" + struct.pack(">IH", 1, min(round(gamma * 256), 65535)) + b"\0\0"
    steps = np.linspace(0, 1, 1024)
    light = np.where(steps <= 0.04045, steps / 12.92, ((steps + 0.055) / 1.055) ** 2.4)
    return b"curv\0\0\0\0" + struct.pack(">I", 1024) + np.rint(light * 65535).astype(">u2").tobytes()


def _xyz(values: NDArray[np.float64]) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(float(one) * 65536)) for one in values)


def _packed(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    table, body, place = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        whole = content + bytes(-len(content) % 4)
        table += name + struct.pack(">II", place + len(body), len(content))
        body += whole
    head = struct.pack(">I4s4s4s4s4s", place + len(body), bytes(4), b"\2\x40\0\0", b"mntr", space, b"XYZ ")
    head = (head + bytes(12) + b"acsp").ljust(68, b"\0") + _xyz(_D50)[8:]
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body
