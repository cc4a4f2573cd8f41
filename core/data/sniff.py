"""What a file is by its first bytes, so that a refusal can say what it was instead of a picture."""

ALLOWED = "JPEG, PNG, WebP, BMP, TIFF, GIF and PPM"
IMAGE_SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".ppm", ".pgm", ".pnm"))

_IMAGES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"GIF87a", b"GIF89a",
           b"P1", b"P2", b"P3", b"P4", b"P5", b"P6")  # fmt: skip
_ARCHIVES = {
    b"PK\x03\x04": "a zip archive",
    b"PK\x05\x06": "an empty zip archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a rar archive",
    b"\x1f\x8b": "a gzip file",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ\0": "an xz file",
}
_OTHERS = {
    **_ARCHIVES,
    b"%!PS": "an EPS or PostScript file",
    b"\xc5\xd0\xd3\xc6": "an EPS file",
    b"%PDF": "a PDF",
    b"8BPS": "a Photoshop file",
    b"SIMPLE  =": "a FITS file",
}


def is_image(head: bytes) -> bool:
    """Whether the first bytes are those of an allowed image format (the rest may still be damaged)."""
    return head.startswith(_IMAGES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def archive_kind(head: bytes) -> str | None:
    """'a zip archive' and so on, or None when the first bytes are not those of an archive. Needs 262 bytes for tar."""
    if head[257:262] == b"ustar":
        return "a tar archive"
    return next((kind for magic, kind in _ARCHIVES.items() if head.startswith(magic)), None)


def describe(head: bytes) -> str:
    """A noun phrase for a file that is no allowed image, from its first bytes."""
    if head[4:8] == b"ftyp":
        return "a HEIC, AVIF or video file"
    known = archive_kind(head) or next((kind for magic, kind in _OTHERS.items() if head.startswith(magic)), None)
    if known:
        return known
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:64].lower()
    if start.startswith((b"<svg", b"<?xml", b"<!doctype", b"<html", b"<head", b"<!--")):
        return "HTML, XML or SVG text"
    return "text" if _is_text(head[:256]) else "in no known image format"


def _is_text(head: bytes) -> bool:
    return all(byte >= 32 or byte in b"\t\r\n\f" for byte in head)
