"""Names from outside: bounded and harmless as a path, unchanged as a label."""

import hashlib
import re
import unicodedata

from core.data.leftovers.junk import is_junk
from core.files import slug
from core.text import shown, storable

__all__ = ["image_name", "is_harmless", "is_junk", "label", "path_part", "short_digest", "shown"]
LONGEST = 120  # bytes of one part of a path; file systems allow 255
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*/\\\ud800-\udfff]')
_RESERVED = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]", re.IGNORECASE)  # devices on Windows


def label(name: str) -> str:
    """The class that a folder name stands for: one spelling (NFC) for accents that can be written in two ways, and
    escapes for what is no text at all. It may hold what cannot be seen: `shown` is for showing it."""
    return unicodedata.normalize("NFC", storable(name))


def is_harmless(name: str) -> bool:
    """Whether every file system takes `name` as one part of a path."""
    return (
        0 < len(name.encode("utf-8", "surrogatepass")) <= LONGEST
        and not _FORBIDDEN.search(name)
        and not name.startswith((".", " "))
        and not name.endswith((".", " "))
        and not _RESERVED.fullmatch(name.partition(".")[0].strip())
    )


def path_part(name: str) -> str:
    """`name` itself where it is harmless, otherwise a slug with a short digest of the name and its file suffix."""
    if is_harmless(name):
        return name
    stem, dot, suffix = name.rpartition(".")
    ending = f".{suffix.lower()}" if dot and re.fullmatch(r"[A-Za-z0-9]{1,5}", suffix) else ""
    return f"{slug(stem if ending else name)}-{short_digest(name)}{ending}"


def image_name(raw: str, suffix: str) -> str:
    """A bounded file name for an uploaded image: letters and digits of any script, spaces, `-_()'`, then `suffix`.

    `raw` comes from a browser and may hold folders, which are dropped.
    """
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", raw))[-1]
    stem = base.rpartition(".")[0] or base
    kept = "".join(c if c.isalnum() or c in " -_()'" else " " for c in stem)
    short = " ".join(kept.split()).encode()[: LONGEST - 20].decode(errors="ignore").strip()
    if not short:
        return f"picture-{short_digest(raw)}{suffix}"
    return f"{short}{suffix}" if is_harmless(f"{short}{suffix}") else f"{path_part(short)}{suffix}"


def short_digest(text: str) -> str:
    """Eight hexadecimal digits that tell two texts apart."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
