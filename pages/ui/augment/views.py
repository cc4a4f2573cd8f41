"""Two preview modes: images beside their views, and beside the differences."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from core.data.dataset import Item
from core.data.geometry import Geometry
from pages.ui.augment.choice import Choice
from pages.ui.augment.scene import Preview, PreviewRequest, Scene, enlarged, readable, run_tasks
from pages.ui.session import state
from pages.ui.widgets.gallery import Cell

if TYPE_CHECKING:  # importing it loads torch
    from core.features.batches import ImageViews

AMPLIFIED = 4


def views(scene: Scene, choice: Choice) -> PreviewRequest:
    """Each image with its views."""
    return PreviewRequest(
        scene.key("views", choice, state.draft().views), lambda: _preview(scene, choice, as_difference=False)
    )


def differences(scene: Scene, choice: Choice) -> PreviewRequest:
    """Each image with the differences between it and its views."""
    return PreviewRequest(
        scene.key("differences", choice, state.draft().views), lambda: _preview(scene, choice, as_difference=True)
    )


def difference(view: np.ndarray, plain: np.ndarray) -> np.ndarray:
    """The amplified absolute difference, uint8 of the same shape; black where nothing changed."""
    change = np.abs(view.astype(np.int16) - plain.astype(np.int16))
    return np.minimum(AMPLIFIED * change, 255).astype(np.uint8)


def which(numbers: Sequence[int], draft: state.Draft, geometry: Geometry) -> str:
    """A caption: which views, of how many, with seed and size."""
    if len(numbers) == 1:
        text = f"View {numbers[0]}"
    elif list(numbers) == list(range(numbers[0], numbers[0] + len(numbers))):
        text = f"Views {numbers[0]}–{numbers[-1]}"
    else:
        text = f"Views {', '.join(map(str, numbers))}"
    of = "" if draft.views == "fresh" else f" of {draft.views}"
    return f"{text}{of} · seed {draft.seed} · {geometry.image_size} px"


def _preview(scene: Scene, choice: Choice, *, as_difference: bool) -> Preview:
    image_views = scene.image_views()
    good, problems = readable(image_views, choice.items)
    cells = tuple(_cells(scene, image_views, good, choice.numbers, as_difference=as_difference))
    caption = which(choice.numbers, state.draft(), scene.geometry)
    explanation = (
        f"what differs from the original, {AMPLIFIED} × amplified: black is unchanged" if as_difference
        else "exactly the pixels training sees, as JPEG"
    )  # fmt: skip
    return Preview(cells, 3 if choice.single else 1 + len(choice.numbers), f"{caption} · {explanation}", problems)


def _cells(
    scene: Scene, image_views: "ImageViews", items: Sequence[Item], numbers: Sequence[int], *, as_difference: bool
) -> Iterator[Cell]:
    tasks = [partial(image_views.view, item, number) for item in items for number in numbers]
    shown = iter(run_tasks(tasks))
    for item in items:
        plain = image_views.plain(item)
        yield Cell(enlarged(plain), f"{scene.dataset.label_of(item)} · original")
        for number in numbers:
            view = next(shown)
            yield Cell(enlarged(difference(view, plain) if as_difference else view), f"view {number}")
