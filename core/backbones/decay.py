"""Parameters that are excluded from weight decay."""

import re

from torch import nn

# position embeddings, class and register tokens, tables of relative positions: in torchvision's models as in timm's
_EMBEDDINGS = re.compile(
    r"pos_embed(ding)?|pos_embed_\w+|\w+_pos_embed|(cls|class|dist|reg|mask)_token|relative_position_bias_table|rel_pos_\w+"
)


def undecayed(model: nn.Module) -> frozenset[str]:
    """Names of the parameters that are excluded from weight decay.

    Biases and norms (one dimension), the parameters in timm's `no_weight_decay()`, and position embeddings and tokens
    (as in the authors' code of Dosovitskiy et al. 2021 and Liu et al. 2021).
    """
    no_weight_decay = getattr(model, "no_weight_decay", None)
    excluded_by_model = {str(name) for name in no_weight_decay()} if callable(no_weight_decay) else set()
    return frozenset(
        name
        for name, parameter in model.named_parameters()
        if parameter.ndim <= 1 or name in excluded_by_model or _EMBEDDINGS.fullmatch(name.rpartition(".")[2])
    )
