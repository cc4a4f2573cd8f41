"""Preview of mixup and CutMix: blended pairs with their labels, and the settings of both."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.data.dataset import Item
from core.experiment import Recipe
from core.text import percent
from pages.ui.augment.choice import Choice, show_several
from pages.ui.augment.scene import Preview, PreviewRequest, Scene, enlarged, readable, run_tasks
from pages.ui.session import state
from pages.ui.widgets.forms import render_form
from pages.ui.widgets.gallery import Cell
from pages.ui.widgets.messages import explain

BATCHES, ROWS = 3, 4
PRIME = 1_000_003  # separates the random streams of consecutive seeds
MILD_MIXUP, USUAL_CUTMIX = 0.2, 1.0


def show(scene: Scene) -> PreviewRequest | None:
    """The settings and, if mixing is enabled, the requested preview."""
    _settings()
    recipe = state.draft().recipe
    if not recipe.mixes:
        _show_start_buttons()
        return None
    choice = show_several(scene.items, ROWS, BATCHES)
    key = scene.key("mixed", choice, recipe.mixup, recipe.cutmix)
    return PreviewRequest(key, lambda: _preview(scene, choice, recipe))


def blended(shares: Sequence[float], classes: Sequence[str]) -> tuple[str, ...]:
    """A blended label, largest share first: ('bird 62 %', 'cattle 38 %'); shares below 0.5 % are left out."""
    parts = sorted(((share, name) for share, name in zip(shares, classes, strict=True) if share >= 0.005), reverse=True)
    return tuple(f"{name} {percent(share)}" for share, name in parts)


def _settings() -> None:
    recipe = state.draft().recipe
    result = render_form(Recipe, recipe, "augment-recipe", fields=["mixup", "cutmix"], columns=2)
    if isinstance(result.model, Recipe) and result.model != recipe:
        state.update(recipe=result.model)
    explain(
        "How mixing works",
        "A step on whole batches, after the views: each image is blended with another one of its batch (*mixup*), or "
        "gets a patch of it (*CutMix*), and its label in the same share. With both on, each batch takes either. "
        "No training image is then ever the same again, so frozen stages run at every step instead of once. On few "
        "images mixing seldom helps a pretrained model.",
        r"\tilde x = \lambda x_i + (1-\lambda)\,x_j \qquad \lambda \sim \mathrm{Beta}(\alpha, \alpha)",
        "Zhang et al., mixup, ICLR 2018; Yun et al., CutMix, ICCV 2019.",
    )


def _show_start_buttons() -> None:
    st.caption("Mixing is off: each image is trained with its own label alone. Choose a start, or set an alpha.")
    with st.container(horizontal=True, gap="small"):
        st.button(
            f"Mild mixup ({MILD_MIXUP:g})", key="augment-mixup", icon=":material/blur_on:", on_click=_set,
            args=("mixup", MILD_MIXUP),
        )  # fmt: skip
        st.button(
            f"Usual CutMix ({USUAL_CUTMIX:g})", key="augment-cutmix", icon=":material/picture_in_picture:",
            on_click=_set, args=("cutmix", USUAL_CUTMIX),
        )  # fmt: skip


def _set(name: str, alpha: float) -> None:
    state.update(recipe=state.draft().recipe.model_copy(update={name: alpha}))


def _preview(scene: Scene, choice: Choice, recipe: Recipe) -> Preview:
    """One batch per column: the images of the rows in one view, mixed as in training."""
    good, problems = readable(scene.image_views(), choice.items)
    batches = [_batch(scene, good, number, recipe) for number in choice.numbers] if good else []
    cells = tuple(batch[row] for row in range(len(good)) for batch in batches)
    caption = (
        f"Views {', '.join(map(str, choice.numbers))}, a batch in each column · seed {state.draft().seed} · blended as "
        "training blends a batch: all of its pairs in one share"
    )
    return Preview(cells, max(1, len(batches)), caption, problems)


def _batch(scene: Scene, items: Sequence[Item], number: int, recipe: Recipe) -> list[Cell]:
    import torch

    from core.augment.mixing import mix
    from core.backbones.rng import seeded

    image_views = scene.image_views()
    views = np.stack(run_tasks([lambda item=item: image_views.view(item, number) for item in items]))  # type: ignore[misc]
    tensor = torch.from_numpy(views).permute(0, 3, 1, 2).float()
    shares = torch.zeros(len(items), len(scene.dataset.classes))
    for row, item in zip(shares, items, strict=True):
        row[list(item.classes)] = 1
    with seeded((state.draft().seed * PRIME + number) % 2**31, torch.device("cpu")):
        mixed, targets = mix(tensor, shares, mixup=recipe.mixup, cutmix=recipe.cutmix)
    pixels = mixed.round().clamp(0, 255).byte().permute(0, 2, 3, 1).numpy()
    labels = [blended(row.tolist(), scene.dataset.classes) for row in targets]
    return [
        Cell(enlarged(image), parts[0], note=" ".join(f"+ {part}" for part in parts[1:]))
        for image, parts in zip(pixels, labels, strict=True)
    ]
