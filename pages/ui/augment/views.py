"""Two ways to look: images beside their views, and beside what the views differ in."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from core.data.dataset import Item
from core.data.geometry import Geometry
from pages.ui.augment.choice import Choice
from pages.ui.augment.look import Preview, Scene, Wanted, enlarged, made, readable
from pages.ui.session import state
from pages.ui.widgets.gallery import Cell

if TYPE_CHECKING:  # importing it loads torch
    from core.features.batches import ImageViews

AMPLIFIED = 4


def views(scene: Scene, choice: Choice) -> Wanted:
    """Each image with its views."""
    return Wanted(scene.key("views", choice, state.draft().views), lambda: _preview(scene, choice, apart=False))


def differences(scene: Scene, choice: Choice) -> Wanted:
    """Each image with what its views differ in from it."""
    return Wanted(scene.key("differences", choice, state.draft().views), lambda: _preview(scene, choice, apart=True))


def difference(view: np.ndarray, plain: np.ndarray) -> np.ndarray:
    """How far each pixel has moved, amplified; black where nothing changed. uint8, of one shape."""
    apart = np.abs(view.astype(np.int16) - plain.astype(np.int16))
    return np.minimum(AMPLIFIED * apart, 255).astype(np.uint8)


def which(numbers: Sequence[int], draft: state.Draft, geometry: Geometry) -> str:
    """Which views these are, of how many, and how they come about."""
    if len(numbers) == 1:
        text = f"View {numbers[0]}"
    elif list(numbers) == list(range(numbers[0], numbers[0] + len(numbers))):
        text = f"Views {numbers[0]}–{numbers[-1]}"
    else:
        text = f"Views {', '.join(map(str, numbers))}"
    of = "" if draft.views == "fresh" else f" of {draft.views}"
    return f"{text}{of} · seed {draft.seed} · {geometry.image_size} px"


def _preview(scene: Scene, choice: Choice, *, apart: bool) -> Preview:
    image_views = scene.image_views()
    good, problems = readable(image_views, choice.items)
    cells = tuple(_cells(scene, image_views, good, choice.numbers, apart=apart))
    told = which(choice.numbers, state.draft(), scene.geometry)
    end = (
        f"what differs from the original, {AMPLIFIED} × amplified: black is unchanged" if apart
        else "exactly the pixels training sees, as JPEG"
    )  # fmt: skip
    return Preview(cells, 3 if choice.single else 1 + len(choice.numbers), f"{told} · {end}", problems)


def _cells(
    scene: Scene, image_views: "ImageViews", items: Sequence[Item], numbers: Sequence[int], *, apart: bool
) -> Iterator[Cell]:
    tasks = [partial(image_views.view, item, number) for item in items for number in numbers]
    shown = iter(made(tasks))
    for item in items:
        plain = image_views.plain(item)
        yield Cell(enlarged(plain), f"{scene.dataset.label_of(item)} · original")
        for number in numbers:
            view = next(shown)
            yield Cell(enlarged(difference(view, plain) if apart else view), f"view {number}")
