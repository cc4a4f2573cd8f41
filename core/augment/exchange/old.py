"""Translate transforms saved by Albumentations 0.x and 1.x to the installed version. Imports no image library.

Renamed classes and arguments are renamed. Where a quantity changed (variance or kernel size to standard deviation,
pixels to shares) it is converted, with a note. Arguments without a counterpart are kept, so that building the transform
reports them as unknown.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Arguments = dict[str, Any]

# old argument -> new argument, applied where a class does not have the old one
_RENAMED = {
    "value": "fill", "fill_value": "fill", "cval": "fill", "pad_val": "fill", "pad_cval": "fill",
    "mask_value": "fill_mask", "mask_fill_value": "fill_mask", "cval_mask": "fill_mask", "mask_pad_val": "fill_mask",
    "pad_cval_mask": "fill_mask", "pad_mode": "border_mode", "mode": "border_mode",
}  # fmt: skip
# two old arguments merged into one range: (lowest, highest) -> new
_RANGES = {
    ("quality_lower", "quality_upper"): "quality_range", ("scale_min", "scale_max"): "scale_range",
    ("fog_coef_lower", "fog_coef_upper"): "fog_coef_range", ("slant_lower", "slant_upper"): "slant_range",
    ("snow_point_lower", "snow_point_upper"): "snow_point_range", ("angle_lower", "angle_upper"): "angle_range",
    ("num_flare_circles_lower", "num_flare_circles_upper"): "num_flare_circles_range",
    ("num_shadows_lower", "num_shadows_upper"): "num_shadows_limit",
    ("unit_size_min", "unit_size_max"): "unit_size_range", ("holes_number_x", "holes_number_y"): "holes_number_xy",
    ("shift_x", "shift_y"): "shift_xy",
    ("min_holes", "max_holes"): "num_holes_range", ("min_height", "max_height"): "hole_height_range",
    ("min_width", "max_width"): "hole_width_range", ("height", "width"): "size",
}  # fmt: skip
_BORDERS = {"constant": 0, "edge": 1, "symmetric": 2, "wrap": 3, "reflect": 4}
_NEUTRAL = {"eps": (None, 1e-7), "mean": (0, 0.0, None), "alpha_affine": (0, 0.0, None), "shift_limit": (0, [0, 0])}
REMOVED = {
    "Flip": "Albumentations has it no more; add 'Flip left-right' and 'Flip upside down' in Graft.",
    "IAAFliplr": "Albumentations has it no more; add 'Flip left-right' in Graft.",
    "IAAFlipud": "Albumentations has it no more; add 'Flip upside down' in Graft.",
}


@dataclass
class CurrentTransform:
    """A transform in the installed version's form: class, arguments, notes on conversions, and problems."""

    name: str
    arguments: Arguments
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def to_current_version(
    name: str, kwargs: Arguments, known: Callable[[str], dict[str, bool]], side: int | None
) -> CurrentTransform:
    """Translate the transform `name` with the arguments `kwargs` (without p) to the installed version.

    `known(class)` returns the class's arguments and whether each may be null; `side` is the image size in px, if the
    file says it. Never raises: malformed arguments are kept as they are.
    """
    result = CurrentTransform(*_renamed_class(name, dict(kwargs)))
    allowed = known(result.name)
    if not allowed:
        return result
    for convert in (_ranges, _renamed, _noise, _kernels, _other_changes):
        try:
            convert(result, allowed)
        except (TypeError, ValueError, IndexError, KeyError):
            continue  # malformed: building the transform will report it
    result.arguments = {
        key: value for key, value in result.arguments.items()
        if not (value is None and not allowed.get(key, False)) and not (key not in allowed and _is_neutral(key, value))
    }  # fmt: skip
    _holes(result, side)
    return result


def _renamed_class(name: str, kwargs: Arguments) -> tuple[str, Arguments]:
    if name in ("RandomBrightness", "RandomContrast") and "limit" in kwargs:
        changed, other = ("brightness", "contrast") if name == "RandomBrightness" else ("contrast", "brightness")
        limit = kwargs.pop("limit")
        return "RandomBrightnessContrast", kwargs | {f"{changed}_limit": limit, f"{other}_limit": [0, 0]}
    if name == "JpegCompression":
        return "ImageCompression", kwargs | {"compression_type": "jpeg"}
    if name == "Cutout":
        holes, height, width = (kwargs.pop(key, None) for key in ("num_holes", "max_h_size", "max_w_size"))
        holes, height, width = (8 if value is None else value for value in (holes, height, width))
        return "CoarseDropout", kwargs | {"max_holes": holes, "max_height": height, "max_width": width}
    return name, kwargs


def _ranges(result: CurrentTransform, allowed: dict[str, bool]) -> None:
    kwargs = result.arguments
    for (low, high), new in _RANGES.items():
        if new not in allowed or low in allowed or high in allowed or (low not in kwargs and high not in kwargs):
            continue
        lowest, highest = kwargs.pop(low, None), kwargs.pop(high, None)
        if new not in kwargs and (lowest is not None or highest is not None):
            kwargs[new] = [highest if lowest is None else lowest, lowest if highest is None else highest]


def _renamed(result: CurrentTransform, allowed: dict[str, bool]) -> None:
    kwargs = result.arguments
    for old, new in _RENAMED.items():
        if old in kwargs and old not in allowed and new in allowed:
            value = kwargs.pop(old)
            if value is not None and new not in kwargs:
                kwargs[new] = _BORDERS.get(value, value) if new == "border_mode" and isinstance(value, str) else value


def _noise(result: CurrentTransform, _: dict[str, bool]) -> None:
    """Old: variance on the 0..255 scale, drawn uniformly. New: standard deviation as a share of 255."""
    if result.name != "GaussNoise" or result.arguments.get("var_limit") is None:
        return
    span = result.arguments["var_limit"]
    low, high = (0.0, float(span)) if isinstance(span, int | float) else (float(value) for value in span)
    deviations = [round(math.sqrt(value) / 255, 6) for value in (low, high)]
    del result.arguments["var_limit"]
    mean = result.arguments.pop("mean", 0) or 0
    result.arguments |= {"std_range": deviations} | ({"mean_range": [mean / 255, mean / 255]} if mean else {})
    result.notes.append(
        f"its variances from {low:g} to {high:g} become deviations from {deviations[0]:.3g} to {deviations[1]:.3g} of "
        "the brightness, drawn evenly."
    )


def _kernels(result: CurrentTransform, _: dict[str, bool]) -> None:
    """With a kernel and no deviation, OpenCV derives the deviation from the kernel."""
    kwargs = result.arguments
    if (
        result.name != "GaussianBlur"
        or not kwargs.get("blur_limit")
        or kwargs.get("sigma_limit") not in (0, [0, 0], None)
    ):
        return
    span = kwargs["blur_limit"]
    low, high = (3, int(span)) if isinstance(span, int | float) else (int(value) for value in span)
    if low < 3:
        return
    deviations = [round(0.3 * ((side - 1) * 0.5 - 1) + 0.8, 3) for side in (low, high)]
    kwargs |= {"blur_limit": 0, "sigma_limit": deviations}
    result.notes.append(
        f"its kernels of {low} to {high} px become blurs with a deviation of {deviations[0]:g} to {deviations[1]:g} px."
    )


def _other_changes(result: CurrentTransform, allowed: dict[str, bool]) -> None:
    kwargs = result.arguments
    if result.name == "Solarize" and "threshold" in kwargs:
        span = kwargs["threshold"]
        low, high = (span, span) if isinstance(span, int | float) else span
        kwargs["threshold_range"] = [low / 255, high / 255] if max(low, high) > 1 else [low, high]
        del kwargs["threshold"]  # only now: what is malformed stays, and is reported
    if result.name == "ImageCompression" and kwargs.get("compression_type") in (0, 1):
        kwargs["compression_type"] = ("jpeg", "webp")[kwargs["compression_type"]]
    if result.name == "Downscale" and "interpolation" in kwargs and "interpolation" not in allowed:
        value = kwargs["interpolation"]
        if value is not None:
            both = value if isinstance(value, dict) else {"upscale": value, "downscale": value}
            kwargs["interpolation_pair"] = {key: both[key] for key in ("upscale", "downscale")}
        del kwargs["interpolation"]


def _holes(result: CurrentTransform, side: int | None) -> None:
    """Convert hole sizes from px to shares of the image, if its size is known."""
    spans = {key: result.arguments.get(key) for key in ("hole_height_range", "hole_width_range")}
    in_px = {
        key: span for key, span in spans.items()
        if isinstance(span, list | tuple) and len(span) == 2 and all(type(n) is int and n >= 1 for n in span)
    }  # fmt: skip
    if result.name != "CoarseDropout" or not in_px:
        return
    low, high = next(iter(in_px.values()))
    if side is None:
        result.problems.append(
            f"its holes are {low} to {high} px large, and the file does not say of what size of image. Add "
            "'Coarse dropout' in Graft, where holes are a share of the image."
        )
        return
    result.arguments |= {key: [round(min(1.0, value / side), 6) for value in span] for key, span in in_px.items()}
    result.notes.append(f"its holes of {low} to {high} px become shares of the {side} px that the file resizes to.")


def _is_neutral(key: str, value: Any) -> bool:
    return key in _NEUTRAL and value in _NEUTRAL[key]
