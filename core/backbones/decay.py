"""Weights that weight decay must leave alone, by what their models' authors say."""

import re

from torch import nn

# position embeddings, class and register tokens, tables of relative positions: in torchvision's models as in timm's
_EMBEDDINGS = re.compile(
    r"pos_embed(ding)?|pos_embed_\w+|\w+_pos_embed|(cls|class|dist|reg|mask)_token|relative_position_bias_table|rel_pos_\w+"
)


def undecayed(model: nn.Module) -> frozenset[str]:
    """Names of the parameters that are excluded from weight decay.

    Biases and norms (one dimension), what timm's `no_weight_decay()` of the model names, and embeddings of positions:
    pulled to zero they would lose what they say (Dosovitskiy et al. 2021 and Liu et al. 2021, in the authors' code).
    """
    named = getattr(model, "no_weight_decay", None)
    by_author = {str(name) for name in named()} if callable(named) else set()
    return frozenset(
        name
        for name, parameter in model.named_parameters()
        if parameter.ndim <= 1 or name in by_author or _EMBEDDINGS.fullmatch(name.rpartition(".")[2])
    )
