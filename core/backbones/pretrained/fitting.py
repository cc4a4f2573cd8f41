"""Load a state dict into a model: handles other image sizes and heads, with clear errors if it does not fit."""

import re
from math import isqrt

import torch
from timm.layers import resample_abs_pos_embed
from torch import Tensor, nn
from torchvision.models.vision_transformer import interpolate_embeddings

from core.errors import UnreadableWeights

State = dict[str, Tensor]

SHOWN = 3  # number of names per problem in a message
# Old DenseNet weights have norm.1 where the model has norm1; torchvision's loader renames them in the same way.
_DENSE = re.compile(r"^(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\..*)$")


def fit(model: nn.Module, state: State, head: str, *, new_head: bool, source: str) -> None:
    """Load all tensors of `state` into `model`, except for the linear layer `head`.

    The head keeps its current values if `new_head`, or if its shape in `state` differs. Position embeddings are
    interpolated to the model's image size. Raises `UnreadableWeights` (naming `source`) if names, shapes or values do
    not match; the model is then unchanged.
    """
    expected = model.state_dict()
    loaded = _resampled(_renamed(state), expected)
    head_state = {key: value for key, value in expected.items() if key.startswith(f"{head}.")}
    if new_head or any(key not in loaded or loaded[key].shape != head_state[key].shape for key in head_state):
        loaded = {key: value for key, value in loaded.items() if key not in head_state} | head_state
    _require_fit(loaded, expected, source)
    model.load_state_dict(loaded)


def _renamed(state: State) -> State:
    """Rename old keys and drop auxiliary heads, which only help training from scratch."""
    return {_DENSE.sub(r"\1\2", key): value for key, value in state.items() if not key.startswith("AuxLogits.")}


def _resampled(state: State, expected: State) -> State:
    for key in ("encoder.pos_embedding", "pos_embed"):
        old, new = state.get(key), expected.get(key)
        if old is None or new is None or old.shape == new.shape:
            continue
        side, old_side = isqrt(new.shape[1] - 1), isqrt(max(0, old.shape[1] - 1)) if old.ndim == 3 else 0
        if old_side == 0 or old_side**2 != old.shape[1] - 1 or old.shape[::2] != new.shape[::2]:
            continue  # not a square of patches after one class token: _require_fit reports the tensor
        if key == "pos_embed":
            return state | {key: resample_abs_pos_embed(old, [side, side], [old_side, old_side])}
        return dict(interpolate_embeddings(side, 1, state | {key: old}))  # patch size 1: `side` counts patches
    return state


def _require_fit(loaded: State, expected: State, source: str) -> None:
    problems = [
        *_name_problem(
            "missing", [key for key in expected if key not in loaded and not key.endswith("num_batches_tracked")]
        ),
        *_name_problem("unknown", [key for key in loaded if key not in expected]),
        *_name_problem(
            "of another shape", [_shapes(key, loaded, expected) for key in loaded if _reshaped(key, loaded, expected)]
        ),
        *_name_problem(
            "of another type", [_types(key, loaded, expected) for key in loaded if _retyped(key, loaded, expected)]
        ),
    ]
    if not problems:
        problems = _name_problem(
            "not finite", [key for key, value in loaded.items() if not torch.isfinite(value).all()]
        )
    if problems:
        raise UnreadableWeights(
            f"The weights in {source} do not belong to this backbone: {'; '.join(problems)}."
            " Choose the backbone that they were made for, or another file."
        )


def _reshaped(key: str, loaded: State, expected: State) -> bool:
    return key in expected and loaded[key].shape != expected[key].shape


def _retyped(key: str, loaded: State, expected: State) -> bool:
    """Whether whole numbers stand for fractions or the other way round."""
    return key in expected and loaded[key].is_floating_point() != expected[key].is_floating_point()


def _shapes(key: str, loaded: State, expected: State) -> str:
    return f"{key} ({list(loaded[key].shape)} instead of {list(expected[key].shape)})"


def _types(key: str, loaded: State, expected: State) -> str:
    kinds = [str(state[key].dtype).removeprefix("torch.") for state in (loaded, expected)]
    return f"{key} ({kinds[0]} instead of {kinds[1]})"


def _name_problem(what: str, names: list[str]) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return [f"{what}: {', '.join(f'{name:.120}' for name in names[:SHOWN])}{more}"]
