"""Text for people. Of text from outside, what no screen shows, or what steers one, becomes an escape such as `\\x1b`;
shares, numbers, sizes and spans of time are said one way everywhere."""

import re

# Controls; half surrogates; marks that turn the direction of text; what takes no room (but not the joiners U+200C and
# U+200D, which Persian, Indian scripts and emoji need); separators of lines; code points that are no characters.
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufdd0-\ufdef"
    "\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_NO_TEXT = re.compile("[\ud800-\udfff]")
# What makes a spreadsheet read a cell as a formula; the wide forms count as the plain ones in some of them. Tables that
# we write have an apostrophe before these, which is taken away where a table is read. Source: OWASP, CSV Injection.
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


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


def format_size(n_bytes: float) -> str:
    """Bytes in the unit that fits, each 1024 times the one before: '4 kB', '2.5 MB', '80 MB', '1.2 GB'."""
    size, unit = n_bytes / 1024, "kB"
    for larger in ("MB", "GB"):
        if round(size) < 1024:
            break
        size, unit = size / 1024, larger
    if unit == "kB":
        return f"{max(round(size), 1 if n_bytes else 0)} kB"
    digits = 1 if unit == "GB" or round(size, 1) < 10 else 0
    return f"{size:,.{digits}f}".removesuffix(".0") + f" {unit}"


def format_duration(seconds: float) -> str:
    """A time span as people say it: '40 s', '3 min 20 s', '1 h 5 min'."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes} min" + (f" {rest} s" if rest and minutes < 10 else "")
    hours, rest = divmod(whole // 60, 60)
    return f"{hours} h" + (f" {rest} min" if rest else "")


def format_guess(seconds: float) -> str:
    """A guessed time span, no finer than it is worth: to 5 s below a minute and a half, then to a minute."""
    return format_duration(max(5, 5 * round(seconds / 5)) if seconds < 90 else 60 * round(seconds / 60))


def percent(share: float, digits: int = 0) -> str:
    """A share of 0..1 as '92 %'; without digits after the point, for that is what some dozens of images can bear."""
    return f"{100 * share:.{digits}f} %"


def percent_range(low: float, high: float, digits: int = 0) -> str:
    """The ends of an interval of shares, as '74 to 98 %'."""
    return f"{100 * low:.{digits}f} to {percent(high, digits)}"


def number(value: float, digits: int = 3) -> str:
    """A value of any size, such as a learning rate: '0.001', '5.7e-6'. `digits` are significant ones."""
    mantissa, sign, exponent = f"{value:.{digits}g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if sign else mantissa


def counted(number: int, noun: str) -> str:
    """A number of things: '1 view', '8 views'."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x80 or 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code & 0xFF:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
