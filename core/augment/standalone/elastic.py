"""Elastic distortion with a smooth field. Needs nothing of the app: an exported script has it pasted in."""

import math
from typing import Any

import albumentations as A
import cv2
import numpy as np

_CELLS = 3  # grid points per sigma: enough for a smooth field, few enough to be quick


def waves(height: int, width: int, sigma: float, generator: np.random.Generator) -> np.ndarray:
    """White noise blurred by `sigma` px, float32 HxW, mean 0 and standard deviation 1 everywhere, the rim included.

    Drawn on a coarse grid with a margin and enlarged: for `sigma` of 11 px about ten times quicker than at full size.
    """
    spacing = max(sigma / _CELLS, 1.0)
    spread = sigma / spacing
    margin = math.ceil(3 * spread)
    rows, columns = (math.ceil(side / spacing) + 1 for side in (height, width))
    noise = generator.standard_normal((rows + 2 * margin, columns + 2 * margin), dtype=np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), spread)[margin:-margin, margin:-margin]
    # blurring white noise by a Gaussian of deviation s divides its deviation by 2 sqrt(pi) s
    return cv2.resize(smooth * (2 * math.sqrt(math.pi) * spread), (width, height), interpolation=cv2.INTER_CUBIC)


class Elastic(A.ElasticTransform):
    """Albumentations' own with a better field: `alpha` is the typical shift in px, `sigma` the size of the waves in px.

    The library's field repeats the noise of the rim outwards before it blurs, which tears the rim for any large sigma
    (with sigma 34 of 256 px, five times the shift of the middle), and it takes 9 ms.
    """

    def get_params_dependent_on_data(self, params: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        height, width = params["shape"][:2]
        shift_x, shift_y = (self.alpha * waves(height, width, self.sigma, self.random_generator) for _ in range(2))
        columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        return {"map_x": columns + shift_x, "map_y": rows + shift_y}
