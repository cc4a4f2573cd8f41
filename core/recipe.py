"""How the weights of a model are optimised."""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from core.description import Description
from core.optimizers import NAMES, explained

if TYPE_CHECKING:  # a type checker knows no names that are read from a list
    OptimizerName = str
else:
    OptimizerName = Literal[NAMES]


class Recipe(Description):
    """How the weights are optimised."""

    optimizer: OptimizerName = Field("adamw", title="Optimizer", description=explained())
    learning_rate: float = Field(
        1e-3, gt=0, le=10, title="Learning rate", description="Peak rate of the phases that set none of their own."
    )
    weight_decay: float = Field(
        0.005, ge=0, le=1, title="Weight decay",
        description="Pulls weights to zero; biases, norms and position embeddings are left alone.",
    )  # fmt: skip
    layer_decay: float = Field(
        1.0, gt=0, le=1, title="Rate decay per stage",
        description="Each stage learns at this share of the rate of the stage after it; the head at the full rate.",
    )  # fmt: skip
    schedule: Literal["cosine", "one-cycle", "step", "constant"] = Field(
        "cosine", title="Schedule", description="How the rate moves within a phase; 'step': a tenth after each third."
    )
    warmup: float = Field(
        0.1,
        ge=0,
        le=0.5,
        title="Warm-up",
        description="Share of a phase in which the rate rises from zero to its peak.",
    )
    batch_size: int = Field(16, ge=1, le=1024, title="Batch size", description="Images per optimisation step.")
    label_smoothing: float = Field(
        0.1, ge=0, le=0.5, title="Label smoothing", description="Share of each label spread over the other classes."
    )
    class_weights: Literal["none", "balanced"] = Field(
        "none", title="Class weighting", description="'balanced' makes rare classes count as much as common ones."
    )
    clip_norm: float = Field(
        1.0, ge=0, le=100, title="Gradient clipping", description="Longest gradient (L2 norm) of a step; 0: no limit."
    )
    patience: int = Field(
        0, ge=0, le=1000, title="Early stopping (epochs)",
        description="A phase ends after so many epochs without a better validation value; 0: never.",
    )  # fmt: skip
    monitor: Literal["loss", "accuracy", "macro-f1", "map"] = Field(
        "loss",
        title="Best epoch by",
        description="The validation value that chooses the best epoch and stops early; the loss is compared at its "
        "fitted temperature. With several labels, 'accuracy' is exact match and 'map' the mean average precision. An "
        "epoch of a later phase must win by more than chance on the same images.",
    )
    mixup: float = Field(
        0.0, ge=0, le=10, title="Mixup (alpha)",
        description="Blends pairs of images and labels; 0: off, 0.2 is mild. Frozen stages then run at every step.",
    )  # fmt: skip
    cutmix: float = Field(
        0.0, ge=0, le=10, title="CutMix (alpha)",
        description="Pastes a patch of another image, and its share of the label; 0: off, 1 is usual.",
    )  # fmt: skip
    batchnorm: Literal["train", "fixed"] = Field(
        "train", title="BatchNorm statistics",
        description="'fixed': trainable stages keep the means and variances of the pretrained weights, which starts "
        "gently; 'train': they follow each batch. Untrained weights have none to keep.",
    )  # fmt: skip
    precision: Literal["auto", "fp32", "bf16", "fp16"] = Field(
        "auto", title="Precision",
        description="'auto': on an NVIDIA GPU trainable stages in bf16 (fp16 on one without it), elsewhere and for a "
        "head alone in fp32; what is frozen in bf16 where that is faster and as good. bf16 and fp16: everything under "
        "autocast, where the device has them. Weights and optimizer stay in fp32.",
    )  # fmt: skip

    @model_serializer(mode="wrap")
    def _without_the_usual_statistics(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # a recipe of before there was a choice is written, and digested, as it was
        dumped: dict[str, Any] = dump(self)
        return {name: value for name, value in dumped.items() if name != "batchnorm" or value != "train"}

    @property
    def mixes(self) -> bool:
        """Whether batches are mixed, so that no training image is ever the same again."""
        return self.mixup > 0 or self.cutmix > 0
