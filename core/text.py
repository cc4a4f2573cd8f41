"""Text from outside, made visible: what no screen shows, or what steers one, becomes an escape such as `\\x1b`."""

import re

# Controls; half surrogates; marks that turn the direction of text; what takes no room (but not the joiners U+200C and
# U+200D, which Persian, Indian scripts and emoji need); separators of lines; code points that are no characters.
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufdd0-\ufdef"
    "\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_NO_TEXT = re.compile("[\ud800-\udfff]")


def shown(name: str) -> str:
    """`name` on one line, as text that can be printed, stored and sent anywhere; a second time changes nothing.

    Bytes of a file name that are no text (Python keeps them as U+DC80 to U+DCFF) become `\\xb9`, other characters
    `\\x1b` or `\\u202e`, so that names which differ look different.
    """
    return _INVISIBLE.sub(_escape, name)


def storable(name: str) -> str:
    """`name` with escapes for half surrogates alone: the rest is text, which every file and database keeps."""
    return _NO_TEXT.sub(_escape, name)


def shown_lines(text: str) -> str:
    """`shown` for a message that may have several lines."""
    return "\n".join(map(shown, text.split("\n")))


def short(name: str, longest: int = 80) -> str:
    """`shown`, cut to `longest` characters: for a name in the middle of a sentence."""
    whole = shown(name[: longest + 1])
    return whole if len(name) <= longest and len(whole) <= longest else f"{whole[: longest - 1]}…"


def short_path(path: object, longest: int = 200) -> str:
    """A path in the middle of a sentence: its end, where it is long."""
    text = str(path)
    return shown(text if len(text) <= longest else f"…{text[1 - longest :]}")


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x80 or 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code & 0xFF:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
