"""The one table of image formats: what is read, under which suffixes, and what is refused by its name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """An image format that is read. Its first suffix is the one that this program gives."""

    name: str
    suffixes: tuple[str, ...]
    starts: tuple[bytes, ...] = ()


FORMATS = (
    Format("JPEG", (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"), (b"\xff\xd8\xff",)),
    Format("PNG", (".png", ".apng"), (b"\x89PNG\r\n\x1a\n",)),
    Format("WebP", (".webp",)),
    Format("BMP", (".bmp", ".dib"), (b"BM",)),
    Format("TIFF", (".tif", ".tiff"), (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")),
    Format("GIF", (".gif",), (b"GIF87a", b"GIF89a")),
    Format("PPM", (".ppm", ".pgm", ".pbm", ".pnm", ".pfm"),
           (b"P1", b"P2", b"P3", b"P4", b"P5", b"P6", b"Pf\n", b"Pf\r")),
    Format("HEIC", (".heic", ".heif", ".hif")),
    Format("AVIF", (".avif",)),
    Format("JPEG 2000", (".jp2", ".j2k", ".jpx", ".jpf", ".j2c", ".jpc"),
           (b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  \r\n\x87\n")),
    Format("TGA", (".tga", ".icb", ".vda", ".vst")),
)  # fmt: skip
BY_NAME = {one.name: one for one in FORMATS}
ALLOWED = ", ".join(one.name for one in FORMATS[:-1]) + f" and {FORMATS[-1].name}"
IMAGE_SUFFIXES = frozenset(suffix for one in FORMATS for suffix in one.suffixes)

_SAVE = "Save it as JPEG or PNG."
_PICTURE = "Export it as JPEG or PNG from the program that wrote it."
_FRAMES = "Take still images out of it first: `ffmpeg -i FILE -vf fps=1 frame-%04d.png`."
_RAW = "Export it as JPEG, PNG or TIFF from the camera's program or a raw converter."
# (place, bytes) -> what it is, and the way out
REFUSED: dict[tuple[int, bytes], tuple[str, str]] = {
    (128, b"DICM"): ("a DICOM file", "Export it as a PNG of 8 or 16 bits from your viewer, or with `dcmj2pnm`."),
    (0, b"%!PS"): ("an EPS or PostScript file", _PICTURE),
    (0, b"\xc5\xd0\xd3\xc6"): ("an EPS file", _PICTURE),
    (0, b"%PDF"): ("a PDF", "Export its pages as PNG, as `pdftoppm -png` does."),
    (0, b"8BPS"): ("a Photoshop file (PSD)", _PICTURE),
    (0, b"gimp xcf"): ("a GIMP file (XCF)", _PICTURE),
    (0, b"SIMPLE  ="): ("a FITS file", "Save it as a TIFF of 16 bits."),
    (0, b"\xff\x0a"): ("a JPEG XL file", _SAVE),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n"): ("a JPEG XL file", _SAVE),
    (0, b"II\xbc"): ("a JPEG XR file", _SAVE),
    (0, b"v/1\x01"): ("an OpenEXR file", "Save it as PNG, or as a TIFF of fractions."),
    (0, b"#?RADIANCE"): ("a Radiance HDR file", "Save it as PNG, or as a TIFF of fractions."),
    (0, b"\x89HDF"): ("an HDF5 file", "Export each image as PNG or TIFF."),
    (0, b"\x93NUMPY"): ("a NumPy array", "Save each image as PNG or TIFF."),
    (0, b"\0\0\1\0"): ("an icon (ICO)", _SAVE),
    (0, b"icns"): ("an icon (ICNS)", _SAVE),
    (0, b"qoif"): ("a QOI file", _SAVE),
    (0, b"DDS "): ("a DDS texture", _SAVE),
    (0, b"PF\n"): ("a colour PFM file", "Save it as PNG, or as a TIFF of fractions."),
    (0, b"P7\n"): ("a PAM file", "Save it as PNG or PPM."),
    (0, b"FUJIFILMCCD-RAW"): ("a camera raw file (RAF)", _RAW),
    (0, b"IIRO"): ("a camera raw file (ORF)", _RAW),
    (0, b"IIRS"): ("a camera raw file (ORF)", _RAW),
    (0, b"MMOR"): ("a camera raw file (ORF)", _RAW),
    (0, b"IIU\0"): ("a camera raw file (RW2)", _RAW),
    (0, b"FOVb"): ("a camera raw file (X3F)", _RAW),
    (4, b"ftypcrx"): ("a camera raw file (CR3)", _RAW),
    (4, b"moov"): ("a video", _FRAMES),
    (4, b"mdat"): ("a video", _FRAMES),
    (0, b"\x1aE\xdf\xa3"): ("a video (Matroska or WebM)", _FRAMES),
    (8, b"AVI "): ("a video (AVI)", _FRAMES),
    (0, b"\0\0\1\xba"): ("a video (MPEG)", _FRAMES),
    (0, b"\0\0\1\xb3"): ("a video (MPEG)", _FRAMES),
    (0, b"FLV\1"): ("a video (FLV)", _FRAMES),
    (0, b"0&\xb2u\x8ef\xcf\x11"): ("a video (WMV)", _FRAMES),
}
VIDEO = ("a video (MP4 or MOV; of a live photo, for one)", _FRAMES)
MARKUP = (
    "HTML, XML or SVG text",
    "A drawing must be exported as PNG; a web page is no image: download the image itself.",
)
