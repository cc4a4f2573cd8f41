"""Guess the encoding of file names: zips of old packers, folders copied from other systems.

All names of an archive are decoded together with each candidate encoding, and the most plausible one is used. Names
that are implausible in all encodings stay bytes: `core.text.shown` displays them as unique escapes.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.data.letters import TABLES, letter_score, word_score
from core.text import short

_ALPHABETS = ("cp1251", "cp866", "cp1252", "cp850", "cp437", "cp1250", "cp852", "cp1254", "cp857", "cp1253", "cp737")
_NOT_LATIN = {"cp1251": "cyrillic", "cp866": "cyrillic", "cp1253": "greek", "cp737": "greek"}
WESTERN = ("cp1252", "cp850", "mac_roman", "cp1250", "cp1254")  # of tables in which such letters stand alone
_TITLES = {
    "gb18030": "GBK (Chinese)", "cp950": "Big5 (Chinese)", "cp932": "Shift-JIS (Japanese)",
    "euc_jp": "EUC-JP (Japanese)", "cp949": "EUC-KR (Korean)", "cp1251": "Windows-1251 (Cyrillic)",
    "cp866": "code page 866 (Cyrillic)", "cp1252": "Windows-1252 (Western Europe)",
    "cp850": "code page 850 (Western Europe)", "cp437": "code page 437", "cp1250": "Windows-1250 (Central Europe)",
    "cp852": "code page 852 (Central Europe)", "cp1254": "Windows-1254 (Turkish)", "cp857": "code page 857 (Turkish)",
    "latin-1": "Latin-1 (Western Europe)", "cp1253": "Windows-1253 (Greek)", "cp737": "code page 737 (Greek)",
    "mac_roman": "Mac Roman (Western Europe)",
}  # fmt: skip
# candidates in order of preference for ties
CANDIDATES = ("gb18030", "cp932", "cp949", "cp950", "euc_jp", *_ALPHABETS)
_MIN_SCORE = 0.35  # minimum score (at most 1)
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')  # not allowed in names on such systems
_WORD = re.compile(r"[^\W\d_]+|[^\x00-\x7f]")
_UNITS = re.compile("[µºª]")  # letters in Unicode, but not part of words
_MAX_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Guess:
    """An encoding and the decoded names."""

    codec: str
    names: dict[bytes, str]

    def note(self, owner: str) -> str:
        """A sentence on the encoding with examples. `owner` is e.g. 'photos.zip'."""
        parts = dict.fromkeys(
            part for name in self.names.values() for part in re.split(r"[/\\]", name) if not part.isascii()
        )
        examples = ", ".join(short(part, 40) for part in list(parts)[:_MAX_EXAMPLES])
        more = f" and {len(parts) - _MAX_EXAMPLES} more" if len(parts) > _MAX_EXAMPLES else ""
        title = _TITLES[self.codec]
        return f"{owner} does not say how its names are encoded; they were read as {title}: {examples}{more}."


def guess(raw: Iterable[bytes], codecs: Sequence[str] = CANDIDATES) -> Guess | None:
    """Decode names with the most plausible of `codecs`; None if none is plausible.

    Only names that are neither ASCII nor UTF-8 need a guess, but others add evidence.
    """
    names = [name for name in dict.fromkeys(raw) if not name.isascii()]
    best, found = _MIN_SCORE, None
    for codec in codecs if names else ():
        read = _read(names, codec)
        score = _score(read, codec) if read else -1.0
        if read and score > best + 1e-9:
            best, found = score, Guess(codec, read)
    return found


def is_plausible(raw: Iterable[bytes], codec: str) -> bool:
    """Whether texts can be in this encoding: all bytes decode, and words contain only plausible letters."""
    try:
        words = [word for text in raw for word in _WORD.findall(_UNITS.sub("", text.decode(codec)))]
    except UnicodeDecodeError:
        return False
    alphabet = _NOT_LATIN.get(codec, "latin")
    return not any(word_score(word, alphabet) < 0 for word in words if word.isalpha() and not word.isascii())


def decode_all(raw: Sequence[bytes], owner: str) -> tuple[dict[bytes, str], list[str]]:
    """Decode unmarked names, with a note if they are not plain UTF-8.

    All names are assumed to share one encoding: names that happen to be valid UTF-8 are decoded like the others, unless
    they are the majority. Undecodable names keep their bytes as surrogate escapes.
    """
    utf8 = {name: text for name in raw if (text := as_utf8(name)) is not None}
    non_ascii = [name for name in utf8 if not name.isascii()]
    others = [name for name in raw if name not in utf8]
    found = guess([*others, *non_ascii] if len(non_ascii) <= len(others) else others) or guess(others)
    texts = {name: name.decode("utf-8", "surrogateescape") for name in raw}
    if found is None:
        return texts, [_not_decoded(texts[others[0]], owner)] if others else []
    return texts | found.names, [found.note(owner)]


def decode_file_names(found: Iterable[str], owner: str) -> tuple[dict[str, str], list[str]]:
    """`decode_all` for names on disk: decoded names for those that are not UTF-8, and a note."""
    names = list(found)
    texts, notes = decode_all([name.encode("utf-8", "surrogateescape") for name in names], owner)
    read = {name: texts[name.encode("utf-8", "surrogateescape")] for name in names}
    return {name: text for name, text in read.items() if name != text}, notes


def as_utf8(raw: bytes) -> str | None:
    """The text of UTF-8 bytes; None for others."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _not_decoded(first: str, owner: str) -> str:
    return (
        f"{owner} has names in an unknown encoding, such as '{short(first)}': they are shown as bytes. "
        "Rename them, or pack them again with UTF-8 names."
    )


def _read(names: list[bytes], codec: str) -> dict[bytes, str] | None:
    try:
        read = {name: name.decode(codec) for name in names}
    except UnicodeDecodeError:
        return None
    return read if len(set(read.values())) == len(read) else None


def _score(read: dict[bytes, str], codec: str) -> float:
    """The mean plausibility of the letters over all non-ASCII bytes. Folders count once."""
    parts = {part for name in read.values() for part in re.split(r"[/\\]", name) if not part.isascii()}
    scored = weight = 0.0
    for part in parts:
        got, bytes_beyond = _part_score(part, codec)
        scored += got
        weight += bytes_beyond
    return scored / weight if weight else 0.0


def _part_score(part: str, codec: str) -> tuple[float, int]:
    if codec not in TABLES:
        total = 0.0
        for word in _WORD.findall(part):
            non_ascii = sum(letter > "\x7f" for letter in word)
            total += non_ascii * word_score(word, _NOT_LATIN.get(codec, "latin")) if non_ascii else 0.0
        return total, sum(letter > "\x7f" for letter in part)
    total, count = 0.0, 0
    for index, letter in enumerate(part):
        if letter <= "\x7f":
            continue
        width = len(letter.encode(codec, "replace"))
        stuck = re.fullmatch(r"[A-Za-z]", part[index + 1 : index + 2]) or re.fullmatch(
            r"[A-Za-z]", part[index - 1 : index] if index else ""
        )
        total += width * (letter_score(letter, codec) - (0.6 if stuck else 0.0))
        count += width
    return total, count
