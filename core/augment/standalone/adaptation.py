"""Steps that use another image, where the library's own class cannot be used as it is. Independent of the app: pasted
into exported scripts.
"""

from typing import Any

import albumentations as A
import cv2
import numpy as np


class PixelDistributionAdaptation(A.PixelDistributionAdaptation):
    """Albumentations' class with a bug fixed: its result in 0..1 was truncated to integers, so it was black."""

    def apply(self, img: np.ndarray, reference_image: np.ndarray, blend_ratio: float, **params: Any) -> np.ndarray:  # noqa: ARG002
        """`img` with the colours of the other image, blended with itself."""
        own, other = (image.reshape(-1, 3).astype(np.float32) for image in (img, reference_image))
        adapted = {"pca": _by_axes, "standard": _by_spread, "minmax": _by_extremes}[self.transform_type](own, other)
        blend = own + blend_ratio * (adapted - own)
        return np.clip(np.rint(blend), 0, 255).astype(np.uint8).reshape(img.shape)


class OverlayElements(A.OverlayElements):
    """Albumentations' class, with resized overlays: `size` is a range of shares of the image's shorter side."""

    def __init__(
        self, size: tuple[float, float] = (0.15, 0.3), metadata_key: str = "overlay_metadata", p: float = 0.5
    ) -> None:
        super().__init__(metadata_key=metadata_key, p=p)
        self.size = size

    def get_params_dependent_on_data(self, params: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        """Another image, resized, and its position."""
        (height, width), share = params["shape"][:2], self.py_random.uniform(*self.size)
        side = max(1, round(share * min(height, width)))
        small = cv2.resize(_centre(data[self.metadata_key][0]), (side, side), interpolation=cv2.INTER_AREA)
        offset = self.py_random.randint(0, height - side), self.py_random.randint(0, width - side)
        pasted = {"overlay_image": small, "overlay_mask": np.ones((side, side), np.uint8), "offset": offset}
        return {"overlay_data": [pasted], "share": share}


def _centre(image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return image[top : top + side, left : left + side]


def _by_spread(own: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Mean and standard deviation of each colour become those of the other image; pixels are (N, 3)."""
    spread = own.std(axis=0)
    return (own - own.mean(axis=0)) / np.where(spread > 0, spread, 1) * other.std(axis=0) + other.mean(axis=0)


def _by_extremes(own: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The darkest and the brightest of each colour become those of the other image."""
    low, reach = own.min(axis=0), np.ptp(own, axis=0)
    return (own - low) / np.where(reach > 0, reach, 1) * np.ptp(other, axis=0) + other.min(axis=0)


def _by_axes(own: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The directions in which colours vary become those of the other image, each in the nearer of its two signs."""
    axes, others = _axes(own), _axes(other)
    signs = np.where((axes * others).sum(axis=0) < 0, -1, 1)
    return (own - own.mean(axis=0)) @ axes @ (others * signs).T + other.mean(axis=0)


def _axes(pixels: np.ndarray) -> np.ndarray:
    """Principal axes of (N, 3) pixels as columns, the weakest first."""
    axes: np.ndarray = np.linalg.eigh(np.cov(pixels, rowvar=False))[1]
    return axes
