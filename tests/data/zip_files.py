"""Zips for tests: good ones, and the same with damage."""

import io
import random
import warnings
import zipfile
import zlib

_NAMES = [
    "cat/1.png", "dog/2.png", "猫/3.png", "A: round/4.png", "a\\b\\5.png", "x\x1b[31m/6.png", "r\u202el/7.png",
    "deep/er/and/deeper/8.png", "CON/9.png", "=1+2/10.png", "café/11.png", "../12.png", "C:\\13.png", "/14.png",
    "notes.txt", "empty/", "a/../../15.png", "n" * 300 + "/16.png",
]  # fmt: skip


def zip_of(members, compression=zipfile.ZIP_STORED):
    """Members are (name or ZipInfo, bytes)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the same name twice
        for name, content in members:
            made.writestr(name, content)
    return out.getvalue()


def zip_of_raw(names, content, unicode_paths=()):
    """A stored zip whose entries are called by these very bytes, without the UTF-8 flag. `unicode_paths` are the names
    for the Unicode path field, None for an entry without one."""
    out, table = bytearray(), bytearray()
    for number, name in enumerate(names):
        unicode_path = unicode_paths[number] if unicode_paths else None
        extra = b""
        if unicode_path is not None:
            field = b"\x01" + zlib.crc32(name).to_bytes(4, "little") + unicode_path.encode()
            extra = b"up" + len(field).to_bytes(2, "little") + field
        common = b"\x14\0\0\0\0\0\0\0\x21\0" + zlib.crc32(content).to_bytes(4, "little")
        common += len(content).to_bytes(4, "little") * 2 + len(name).to_bytes(2, "little")
        common += len(extra).to_bytes(2, "little")
        table += b"PK\x01\x02\x14\x03" + common + bytes(10) + len(out).to_bytes(4, "little") + name + extra
        out += b"PK\x03\x04" + common + name + extra + content
    count = len(names).to_bytes(2, "little")
    sizes = len(table).to_bytes(4, "little") + len(out).to_bytes(4, "little")
    return bytes(out + table + b"PK\x05\x06\0\0\0\0" + count * 2 + sizes + b"\0\0")


def mutated(seed, image_bytes):
    """A zip with some names of every kind and some damage, made from `seed` alone."""
    chance = random.Random(seed)
    members = [(name, image_bytes) for name in chance.sample(_NAMES, chance.randint(1, 6))] + [
        ("cat/good.png", image_bytes)
    ]
    method = chance.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    content = bytearray(zip_of(members, method))
    kind = chance.randrange(5)
    if kind == 0:
        return bytes(content[: chance.randrange(len(content))])
    if kind == 1:  # anywhere
        for _ in range(chance.randint(1, 20)):
            content[chance.randrange(len(content))] = chance.randrange(256)
    elif kind == 2:  # in the table of contents, where sizes, places and flags are
        table = content.index(b"PK\x01\x02")
        for _ in range(chance.randint(1, 8)):
            content[chance.randrange(table, len(content))] = chance.randrange(256)
    elif kind == 3:  # headers that lie
        magic, place = chance.choice([(b"PK\x03\x04", 6), (b"PK\x01\x02", 8), (b"PK\x01\x02", 20), (b"PK\x01\x02", 24)])
        at = content.index(magic) + place + chance.randrange(4)
        content[at] ^= 1 << chance.randrange(8)
    else:  # names of random bytes
        names = [bytes(chance.randrange(256) for _ in range(chance.randint(1, 12))) for _ in range(5)]
        return zip_of_raw([name + b"/1.png" for name in names], image_bytes)
    return bytes(content)
