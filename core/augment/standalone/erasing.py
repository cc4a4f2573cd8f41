"""Fixed transforms of the library, which fail on some images. Independent of the app: pasted into exported scripts."""

from typing import Any

import albumentations as A


class XYMasking(A.XYMasking):
    """Albumentations' class; a stripe wider than the image covers it instead of failing."""

    def _validate_mask_length(self, mask_length: Any, dimension_size: int, dimension_name: str) -> None:
        """Accept any length."""

    def _generate_masks(
        self, num_masks: tuple[int, int], image_shape: tuple[int, int], max_length: tuple[int, int] | None, axis: str
    ) -> list[tuple[int, int, int, int]]:
        side = image_shape[1] if axis == "x" else image_shape[0]
        fitting = None if max_length is None else (min(max_length[0], side), min(max_length[1], side))
        masks: list[tuple[int, int, int, int]] = super()._generate_masks(num_masks, image_shape, fitting, axis)
        return masks


class Erasing(A.Erasing):
    """Albumentations' class; if no rectangle fits, the image is left unchanged instead of failing."""

    def get_params_dependent_on_data(self, params: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        """The rectangle of this view."""
        drawn: dict[str, Any] = super().get_params_dependent_on_data(params, data)
        return {"seed": 0} | drawn  # the library omits the seed if it found no rectangle
