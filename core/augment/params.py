"""The parameters of each augmentation: one typed model per transform, used for forms, validation and documentation.

A field whose schema has `neutral` is a magnitude: at that value the transform changes nothing, and the pipeline's
strength scales the field away from it; with `rests` false it is only weakest there. `unit` is the unit of the value;
`symmetric` marks a number x that stands for the range from -x to x. Bounds of a range are those of its two numbers
(`prefixItems` in the JSON schema).
"""

from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, Field

from core.experiment import Description

Number = TypeVar("Number", int, float)
Fill = Literal["reflect", "black", "white"]


def _ordered(span: tuple[Number, Number]) -> tuple[Number, Number]:
    if span[0] > span[1]:
        raise ValueError("the first number of a range must not be larger than the second")
    return span


_Zoom = Annotated[float, Field(ge=0.3, le=3)]
_Area = Annotated[float, Field(ge=0.05, le=1)]
_Aspect = Annotated[float, Field(ge=0.3, le=3)]
_Corner = Annotated[float, Field(ge=0, le=0.3)]
_Blur = Annotated[float, Field(ge=0, le=10)]
_Noise = Annotated[float, Field(ge=0, le=0.5)]
_Quality = Annotated[int, Field(ge=1, le=100)]
_Holes = Annotated[int, Field(ge=1, le=32)]
_HoleSide = Annotated[float, Field(ge=0, le=0.9)]

ZoomRange = Annotated[tuple[_Zoom, _Zoom], AfterValidator(_ordered)]
AreaRange = Annotated[tuple[_Area, _Area], AfterValidator(_ordered)]
AspectRange = Annotated[tuple[_Aspect, _Aspect], AfterValidator(_ordered)]
CornerRange = Annotated[tuple[_Corner, _Corner], AfterValidator(_ordered)]
BlurRange = Annotated[tuple[_Blur, _Blur], AfterValidator(_ordered)]
NoiseRange = Annotated[tuple[_Noise, _Noise], AfterValidator(_ordered)]
QualityRange = Annotated[tuple[_Quality, _Quality], AfterValidator(_ordered)]
HolesRange = Annotated[tuple[_Holes, _Holes], AfterValidator(_ordered)]
HoleSideRange = Annotated[tuple[_HoleSide, _HoleSide], AfterValidator(_ordered)]


def _limit(default: float, title: str, description: str, *, le: float, unit: str) -> Any:
    """One number that means 'from minus this to plus this'; 0 changes nothing."""
    extra: dict[str, Any] = {"neutral": 0, "unit": unit, "symmetric": True}
    return Field(default, ge=0, le=le, title=title, description=description, json_schema_extra=extra)


def _span(
    default: tuple[float, float], title: str, description: str, *, neutral: float, unit: str, rests: bool = True
) -> Any:
    """A range from which each view draws; its bounds are in the annotation."""
    extra: dict[str, Any] = {"neutral": neutral, "unit": unit} | ({} if rests else {"rests": False})
    return Field(default, title=title, description=description, json_schema_extra=extra)


def _fill() -> Any:
    return Field(
        "reflect",
        title="Fill",
        description="What fills the empty border: a reflection of the image, black, or white.",
    )


class NoParams(Description):
    """A transform without parameters besides its probability."""


class RotateParams(Description):
    """Turn around the centre."""

    limit: float = _limit(15, "Angle", "Largest turn to either side, in degrees.", le=180, unit="°")
    fill: Fill = _fill()


class TranslateParams(Description):
    """Move sideways and up or down."""

    horizontal: float = _limit(
        0.1, "Sideways", "Largest shift to the left or right, as a share of the width.", le=0.5, unit="of the width"
    )
    vertical: float = _limit(
        0.1, "Up and down", "Largest shift up or down, as a share of the height.", le=0.5, unit="of the height"
    )
    fill: Fill = _fill()


class ScaleParams(Description):
    """Zoom around the centre."""

    factor: ZoomRange = _span(
        (0.85, 1.2), "Zoom", "Smallest and largest zoom factor; above 1 the object grows.", neutral=1, unit="×"
    )
    fill: Fill = _fill()


class ShearParams(Description):
    """Slant."""

    horizontal: float = _limit(10, "Sideways", "Largest slant of upright lines, in degrees.", le=45, unit="°")
    vertical: float = _limit(0, "Up and down", "Largest slant of level lines, in degrees.", le=45, unit="°")
    fill: Fill = _fill()


class RandomResizedCropParams(Description):
    """A random part, enlarged to the model's input."""

    area: AreaRange = _span(
        (0.6, 1.0), "Area", "Smallest and largest part that is kept, as a share of the area.", neutral=1,
        unit="of the area",
    )  # fmt: skip
    aspect: AspectRange = _span(
        (0.8, 1.25), "Aspect", "Narrowest and widest part, width divided by height; it is stretched to a square.",
        neutral=1, unit="width/height",
    )  # fmt: skip


class PerspectiveParams(Description):
    """Seen from another side."""

    corners: CornerRange = _span(
        (0.03, 0.1), "Corner shift", "How far the corners typically move inwards, as a share of the side.", neutral=0,
        unit="of the side",
    )  # fmt: skip


class ElasticParams(Description):
    """Soft random warping."""

    shift: float = Field(
        0.01, ge=0, le=0.1, title="Shift",
        description="How far a point typically moves, as a share of the model's input side.",
        json_schema_extra={"neutral": 0, "unit": "of the side"},
    )  # fmt: skip
    smoothness: float = Field(
        0.06, ge=0.02, le=0.15, title="Smoothness",
        description="Size of the waves, as a share of the model's input side; small values ripple, large ones bend.",
        json_schema_extra={"unit": "of the side"},
    )  # fmt: skip
    fill: Fill = _fill()


class GridDistortionParams(Description):
    """A bent grid."""

    distortion: float = _limit(
        0.3, "Distortion", "Largest change of a cell's width or height, as a share of it.", le=0.9, unit="of a cell"
    )
    cells: int = Field(5, ge=2, le=12, title="Cells", description="Number of grid cells along each side.")


class ColorJitterParams(Description):
    """Several colour changes in random order."""

    brightness: float = _limit(0.2, "Brightness", "Largest change, as a share: 0.2 is 20 % up or down.", le=1, unit="")
    contrast: float = _limit(0.2, "Contrast", "Largest change, as a share: 0.2 is 20 % up or down.", le=1, unit="")
    saturation: float = _limit(0.2, "Saturation", "Largest change, as a share: 0.2 is 20 % up or down.", le=1, unit="")
    hue: float = _limit(5, "Hue", "Largest turn of the colour circle to either side, in degrees.", le=180, unit="°")


class BrightnessContrastParams(Description):
    """Lighter or darker, flatter or harsher."""

    brightness: float = _limit(0.2, "Brightness", "Largest shift, as a share of full white.", le=0.9, unit="")
    contrast: float = _limit(0.2, "Contrast", "Largest change, as a share: 0.2 is 20 % up or down.", le=0.9, unit="")


class HueShiftParams(Description):
    """All colours turned together."""

    limit: float = _limit(
        20, "Hue", "Largest turn of the colour circle to either side, in degrees; 120 turns red to green.", le=180,
        unit="°",
    )  # fmt: skip


class BlurParams(Description):
    """Out of focus."""

    sigma: BlurRange = _span(
        (0.3, 1.5), "Radius", "Smallest and largest standard deviation of the blur, in pixels.", neutral=0, unit="px"
    )


class NoiseParams(Description):
    """Sensor noise."""

    deviation: NoiseRange = _span(
        (0.02, 0.08), "Amount", "Smallest and largest standard deviation, as a share of full white.", neutral=0,
        unit="of white",
    )  # fmt: skip
    per_channel: bool = Field(
        True, title="Coloured", description="Separate noise for red, green and blue; off: the same for all, so grey."
    )


class JpegParams(Description):
    """Saved with losses."""

    quality: QualityRange = _span(
        (40, 90), "Quality", "Worst and best JPEG quality, from 1 to 100.", neutral=100, unit="", rests=False
    )


class DropoutParams(Description):
    """Covered rectangles."""

    size: HoleSideRange = _span(
        (0.1, 0.25), "Side", "Smallest and largest side of a rectangle, as a share of the image's.", neutral=0,
        unit="of the side",
    )  # fmt: skip
    holes: HolesRange = Field((1, 4), title="Rectangles", description="Fewest and most rectangles in a view.")
    fill: Literal["black", "grey", "white", "noise"] = Field(
        "grey", title="Fill", description="What covers the rectangles."
    )
