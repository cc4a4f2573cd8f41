"""What Albumentations 0.x and 1.x wrote, in the words of the version that is installed. Imports no image library.

Classes and arguments that were only renamed are renamed; where a quantity changed (variances to deviations, kernels to
deviations, pixels to shares) it is converted and said. What has no counterpart stays, so that whoever builds the
transform says that there is no such argument.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Arguments = dict[str, Any]

# old argument -> new one, wherever a class has no argument of the old name
_RENAMED = {
    "value": "fill", "fill_value": "fill", "cval": "fill", "pad_val": "fill", "pad_cval": "fill",
    "mask_value": "fill_mask", "mask_fill_value": "fill_mask", "cval_mask": "fill_mask", "mask_pad_val": "fill_mask",
    "pad_cval_mask": "fill_mask", "pad_mode": "border_mode", "mode": "border_mode",
}  # fmt: skip
# two old arguments that are one range now: (lowest, highest) -> new
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
    "Flip": "Albumentations has it no more; add 'Horizontal flip' and 'Vertical flip' in Graft.",
    "IAAFliplr": "Albumentations has it no more; add 'Horizontal flip' in Graft.",
    "IAAFlipud": "Albumentations has it no more; add 'Vertical flip' in Graft.",
}


@dataclass
class Modern:
    """A transform as this version writes it: class, arguments, and sentences on what was converted or cannot be."""

    name: str
    arguments: Arguments
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def modern(name: str, given: Arguments, known: Callable[[str], dict[str, bool]], side: int | None) -> Modern:
    """The transform `name` with the arguments `given` (without p) in today's words.

    `known(class)` are the class's arguments and whether each may be null; `side`, in px, is the size of the images
    where the file says it. Never raises for arguments of a strange form: they stay as they are.
    """
    found = Modern(*_renamed_class(name, dict(given)))
    allowed = known(found.name)
    if not allowed:
        return found
    for convert in (_ranges, _renamed, _noise, _kernels, _others):
        try:
            convert(found, allowed)
        except (TypeError, ValueError, IndexError, KeyError):
            continue  # not of the form that any version wrote: what builds it says so
    found.arguments = {
        key: value for key, value in found.arguments.items()
        if not (value is None and not allowed.get(key, False)) and not (key not in allowed and _is_neutral(key, value))
    }  # fmt: skip
    _holes(found, side)
    return found


def _renamed_class(name: str, given: Arguments) -> tuple[str, Arguments]:
    if name in ("RandomBrightness", "RandomContrast") and "limit" in given:
        changed, other = ("brightness", "contrast") if name == "RandomBrightness" else ("contrast", "brightness")
        limit = given.pop("limit")
        return "RandomBrightnessContrast", given | {f"{changed}_limit": limit, f"{other}_limit": [0, 0]}
    if name == "JpegCompression":
        return "ImageCompression", given | {"compression_type": "jpeg"}
    if name == "Cutout":
        holes, height, width = (given.pop(key, None) for key in ("num_holes", "max_h_size", "max_w_size"))
        holes, height, width = (8 if one is None else one for one in (holes, height, width))
        return "CoarseDropout", given | {"max_holes": holes, "max_height": height, "max_width": width}
    return name, given


def _ranges(found: Modern, allowed: dict[str, bool]) -> None:
    given = found.arguments
    for (low, high), new in _RANGES.items():
        if new not in allowed or low in allowed or high in allowed or (low not in given and high not in given):
            continue
        lowest, highest = given.pop(low, None), given.pop(high, None)
        if new not in given and (lowest is not None or highest is not None):
            given[new] = [highest if lowest is None else lowest, lowest if highest is None else highest]


def _renamed(found: Modern, allowed: dict[str, bool]) -> None:
    given = found.arguments
    for old, new in _RENAMED.items():
        if old in given and old not in allowed and new in allowed:
            value = given.pop(old)
            if value is not None and new not in given:
                given[new] = _BORDERS.get(value, value) if new == "border_mode" and isinstance(value, str) else value


def _noise(found: Modern, _: dict[str, bool]) -> None:
    """Variances of values from 0 to 255 were drawn evenly; deviations as shares are now."""
    if found.name != "GaussNoise" or found.arguments.get("var_limit") is None:
        return
    span = found.arguments["var_limit"]
    low, high = (0.0, float(span)) if isinstance(span, int | float) else (float(one) for one in span)
    deviations = [round(math.sqrt(one) / 255, 6) for one in (low, high)]
    del found.arguments["var_limit"]
    mean = found.arguments.pop("mean", 0) or 0
    found.arguments |= {"std_range": deviations} | ({"mean_range": [mean / 255, mean / 255]} if mean else {})
    found.notes.append(
        f"its variances from {low:g} to {high:g} become deviations from {deviations[0]:.3g} to {deviations[1]:.3g} of "
        "the brightness, drawn evenly."
    )


def _kernels(found: Modern, _: dict[str, bool]) -> None:
    """With a kernel and no deviation, OpenCV derives the deviation from the kernel."""
    given = found.arguments
    if found.name != "GaussianBlur" or not given.get("blur_limit") or given.get("sigma_limit") not in (0, [0, 0], None):
        return
    span = given["blur_limit"]
    low, high = (3, int(span)) if isinstance(span, int | float) else (int(one) for one in span)
    if low < 3:
        return
    deviations = [round(0.3 * ((side - 1) * 0.5 - 1) + 0.8, 3) for side in (low, high)]
    given |= {"blur_limit": 0, "sigma_limit": deviations}
    found.notes.append(
        f"its kernels of {low} to {high} px become blurs with a deviation of {deviations[0]:g} to {deviations[1]:g} px."
    )


def _others(found: Modern, allowed: dict[str, bool]) -> None:
    given = found.arguments
    if found.name == "Solarize" and "threshold" in given:
        span = given.pop("threshold")
        low, high = (span, span) if isinstance(span, int | float) else span
        given["threshold_range"] = [low / 255, high / 255] if max(low, high) > 1 else [low, high]
    if found.name == "ImageCompression" and given.get("compression_type") in (0, 1):
        given["compression_type"] = ("jpeg", "webp")[given["compression_type"]]
    if found.name == "Downscale" and "interpolation" in given and "interpolation" not in allowed:
        one = given.pop("interpolation")
        if one is not None:
            both = one if isinstance(one, dict) else {"upscale": one, "downscale": one}
            given["interpolation_pair"] = {key: both[key] for key in ("upscale", "downscale")}


def _holes(found: Modern, side: int | None) -> None:
    """Holes in px as shares of the image, where its size is known."""
    spans = {key: found.arguments.get(key) for key in ("hole_height_range", "hole_width_range")}
    in_px = {
        key: span for key, span in spans.items()
        if isinstance(span, list | tuple) and len(span) == 2 and all(type(one) is int and one >= 1 for one in span)
    }  # fmt: skip
    if found.name != "CoarseDropout" or not in_px:
        return
    low, high = next(iter(in_px.values()))
    if side is None:
        found.problems.append(
            f"its holes are {low} to {high} px large, and the file does not say of what size of image. Add "
            "'Coarse dropout' in Graft, where holes are a share of the image."
        )
        return
    found.arguments |= {key: [round(min(1.0, one / side), 6) for one in span] for key, span in in_px.items()}
    found.notes.append(f"its holes of {low} to {high} px become shares of the {side} px that the file resizes to.")


def _is_neutral(key: str, value: Any) -> bool:
    return key in _NEUTRAL and value in _NEUTRAL[key]
