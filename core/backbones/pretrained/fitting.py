"""Putting a state dict into a model: other image sizes, other heads, and clear words when it does not fit."""

import re
from math import isqrt

import torch
from timm.layers import resample_abs_pos_embed
from torch import Tensor, nn
from torchvision.models.vision_transformer import interpolate_embeddings

from core.errors import UnreadableWeights

State = dict[str, Tensor]

SHOWN = 3  # names of each kind in a message
# Old DenseNet weights say norm.1 where the model says norm1; torchvision's own loader renames them in the same way.
_DENSE = re.compile(r"^(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\..*)$")


def fit(model: nn.Module, state: State, head: str, *, new_head: bool, source: str) -> None:
    """Load `state` into `model`, all tensors of it but for the linear layer called `head`.

    That layer keeps the values it has if `new_head`, or if its width in `state` is another. Position embeddings are
    interpolated to the model's image size. Raises `UnreadableWeights` (naming `source`) if names, shapes or values do
    not fit; the model is then unchanged.
    """
    expected = model.state_dict()
    given = _resampled(_renamed(state), expected)
    own = {key: value for key, value in expected.items() if key.startswith(f"{head}.")}
    if new_head or any(key not in given or given[key].shape != own[key].shape for key in own):
        given = {key: value for key, value in given.items() if key not in own} | own
    _require_fit(given, expected, source)
    model.load_state_dict(given)


def _renamed(state: State) -> State:
    """Auxiliary heads are left out: they only help to train from scratch."""
    return {_DENSE.sub(r"\1\2", key): value for key, value in state.items() if not key.startswith("AuxLogits.")}


def _resampled(state: State, expected: State) -> State:
    for key in ("encoder.pos_embedding", "pos_embed"):
        old, new = state.get(key), expected.get(key)
        if old is None or new is None or old.shape == new.shape:
            continue
        side, old_side = isqrt(new.shape[1] - 1), isqrt(max(0, old.shape[1] - 1)) if old.ndim == 3 else 0
        if old_side == 0 or old_side**2 != old.shape[1] - 1 or old.shape[::2] != new.shape[::2]:
            continue  # not a square of patches after one class token: _require_fit says which tensor it is
        if key == "pos_embed":
            return state | {key: resample_abs_pos_embed(old, [side, side], [old_side, old_side])}
        return dict(interpolate_embeddings(side, 1, state | {key: old}))  # patch size 1: `side` counts patches
    return state


def _require_fit(given: State, expected: State, source: str) -> None:
    problems = [
        *_listed("missing", [key for key in expected if key not in given and not key.endswith("num_batches_tracked")]),
        *_listed("unknown", [key for key in given if key not in expected]),
        *_listed(
            "of another shape", [_shapes(key, given, expected) for key in given if _differs(key, given, expected)]
        ),
    ]
    if not problems:
        problems = _listed("not finite", [key for key, value in given.items() if not torch.isfinite(value).all()])
    if problems:
        raise UnreadableWeights(
            f"The weights in {source} do not belong to this backbone: {'; '.join(problems)}."
            " Choose the backbone that they were made for, or another file."
        )


def _differs(key: str, given: State, expected: State) -> bool:
    if key not in expected:
        return False
    same_kind = given[key].is_floating_point() == expected[key].is_floating_point()
    return given[key].shape != expected[key].shape or not same_kind


def _shapes(key: str, given: State, expected: State) -> str:
    return f"{key} ({list(given[key].shape)} instead of {list(expected[key].shape)})"


def _listed(what: str, names: list[str]) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return [f"{what}: {', '.join(f'{name:.120}' for name in names[:SHOWN])}{more}"]
