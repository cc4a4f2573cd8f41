"""Which augmentations there are, in the order in which they are shown. Reading it imports no image library."""

from core.augment import params as p
from core.augment.entry import GROUPS, TAGS, Entry, Group, Tag
from core.augment.library import colour, effects, geometry, policies
from core.augment.library.policies import ONE_OF
from core.errors import UnknownTransform, unknown_name

__all__ = ["CLASSIC", "GROUPS", "ONE_OF", "TAGS", "TRANSFORMS", "Entry", "Group", "Tag", "get"]

_CLASSIC = (
    Entry(
        "HorizontalFlip", "Flip left-right", "Geometry",
        "Mirrors sideways. Destroys labels that tell left from right, and writing. Also known as TimeReverse.",
        p.NoParams, 0.5, ("orientation",),
    ),
    Entry(
        "VerticalFlip", "Flip upside down", "Geometry",
        "Mirrors the image top to bottom. For views from above or through a microscope; destroys up and down.",
        p.NoParams, 0.5, ("orientation",),
    ),
    Entry(
        "RandomRotate90", "Quarter turns", "Geometry",
        "Turns by 0, 90, 180 or 270 degrees, each as often. Destroys labels that depend on what is up.",
        p.NoParams, 1.0, ("orientation",),
    ),
    Entry(
        "Rotate", "Rotate", "Geometry",
        "Turns around the centre by a random angle, as with a camera held askew. Large angles destroy directions.",
        p.RotateParams, 0.7, ("orientation",),
    ),
    Entry(
        "Translate", "Translate", "Geometry",
        "Moves the image, so that the object need not stand in the middle.",
        p.TranslateParams, 0.7,
    ),
    Entry(
        "Scale", "Scale", "Geometry",
        "Zooms in or out around the centre, so that the object may be near or far.",
        p.ScaleParams, 0.7, ("scale",),
    ),
    Entry(
        "Shear", "Shear", "Geometry",
        "Slants the image, as if the object leaned over.",
        p.ShearParams, 0.5, ("orientation",),
    ),
    Entry(
        "RandomResizedCrop", "Random resized crop", "Geometry",
        "Cuts out a random part and enlarges it. The strongest classic one; a small area can lose the object.",
        p.RandomResizedCropParams, 1.0, ("scale", "small evidence"),
    ),
    Entry(
        "Perspective", "Perspective", "Geometry",
        "Moves the four corners, as if seen from another side.",
        p.PerspectiveParams, 0.5, ("orientation",),
    ),
    Entry(
        "ElasticTransform", "Elastic distortion", "Geometry",
        "Warps softly at random, like rubber. For tissue and handwriting; unnatural for rigid objects.",
        p.ElasticParams, 0.5, ("texture",),
    ),
    Entry(
        "GridDistortion", "Grid distortion", "Geometry",
        "Stretches and squeezes the cells of a grid.",
        p.GridDistortionParams, 0.5, ("scale",),
    ),
    Entry(
        "ColorJitter", "Colour jitter", "Colour",
        "Changes brightness, contrast, saturation and hue in random order, like other light and other cameras.",
        p.ColorJitterParams, 0.8, ("colour",),
    ),
    Entry(
        "RandomBrightnessContrast", "Brightness and contrast", "Colour",
        "Makes the image lighter or darker, flatter or harsher; colours keep their hue.",
        p.BrightnessContrastParams, 0.7,
    ),
    Entry(
        "HueShift", "Hue shift", "Colour",
        "Turns all colours around the colour circle. Destroys labels that depend on colour, such as red and green.",
        p.HueShiftParams, 0.5, ("colour",),
    ),
    Entry(
        "ToGray", "Grayscale", "Colour",
        "Takes the colour away, so that the model has to look at shape and texture.",
        p.NoParams, 0.2, ("colour",),
    ),
    Entry(
        "GaussianBlur", "Gaussian blur", "Blur and noise",
        "Softens the image, as if out of focus.",
        p.BlurParams, 0.3, ("small evidence", "texture"),
    ),
    Entry(
        "GaussNoise", "Gaussian noise", "Blur and noise",
        "Adds random grain, as from a camera in the dark.",
        p.NoiseParams, 0.3, ("texture",),
    ),
    Entry(
        "JpegCompression", "JPEG compression", "Compression",
        "Saves the image with losses and reads it back, as images from the web and from phones are.",
        p.JpegParams, 0.3, ("texture",),
    ),
    Entry(
        "CoarseDropout", "Coarse dropout", "Dropout",
        "Covers random rectangles, so that the model cannot rely on one detail. Also known as cutout.",
        p.DropoutParams, 0.5, ("small evidence",),
    ),
)  # fmt: skip

CLASSIC: tuple[str, ...] = tuple(entry.name for entry in _CLASSIC)  # those that most people need
# the library's own names and parameters for all others
_LIBRARY = (
    *geometry.ENTRIES, *colour.ENTRIES, *effects.ENTRIES, *policies.ENTRIES,
)  # fmt: skip
TRANSFORMS: dict[str, Entry] = {entry.name: entry for entry in (*_CLASSIC, *_LIBRARY)}


def get(name: str) -> Entry:
    """The augmentation of this name. Raises `UnknownTransform` with the nearest names."""
    if name not in TRANSFORMS:
        raise UnknownTransform(unknown_name("augmentation", name, TRANSFORMS))
    return TRANSFORMS[name]
