"""Small ICC profiles (ICC.1:2010), made by hand."""

import struct


def _number(value):
    return struct.pack(">i", round(value * 65536))


def _xyz(*values):
    return b"XYZ \0\0\0\0" + b"".join(map(_number, values))


def _gamma(value):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(value * 256)) + b"\0\0"


def profile(space, connection, tags, kind=b"mntr"):
    """A profile of version 2 for a colour space (4 bytes) with these tags."""
    table, body, place = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        content += bytes(-len(content) % 4)
        table += name + struct.pack(">II", place + len(body), len(content))
        body += content
    size = place + len(body)
    head = struct.pack(">I4s4s4s4s4s", size, bytes(4), b"\2\x40\0\0", kind, space, connection) + bytes(12) + b"acsp"
    head = head.ljust(68, b"\0") + _number(0.9642) + _number(1.0) + _number(0.8249)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def wide_rgb():
    """The primaries of Adobe RGB (1998), adapted to D50, with its gamma of 2.2."""
    primaries = {b"rXYZ": (0.60974, 0.31111, 0.01947), b"gXYZ": (0.20528, 0.62567, 0.06087)}
    tags = {name: _xyz(*values) for name, values in (primaries | {b"bXYZ": (0.14919, 0.06322, 0.74457)}).items()}
    return profile(b"RGB ", b"XYZ ", tags | {name: _gamma(2.19921875) for name in (b"rTRC", b"gTRC", b"bTRC")})


def linear_grey():
    """Grey values that are proportional to light."""
    return profile(b"GRAY", b"XYZ ", {b"wtpt": _xyz(0.9642, 1.0, 0.8249), b"kTRC": _gamma(1.0)})


def cmyk_without_black():
    """CMYK in which only cyan is seen: full cyan is Lab (40, 0, 0), no cyan is white."""
    ramp = bytes(range(256))
    clut = b"".join(bytes((102 if node & 8 else 255, 128, 128)) for node in range(16))
    matrix = b"".join(_number(value) for value in (1, 0, 0, 0, 1, 0, 0, 0, 1))
    lut = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0)) + matrix + ramp * 4 + clut + ramp * 3
    return profile(b"CMYK", b"Lab ", {b"A2B0": lut, b"A2B1": lut}, b"prtr")
