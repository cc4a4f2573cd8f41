"""The stages of each model family: one declaration per family, in forward order, with the head last.

A member is the dotted name of a module, or of a parameter of the model or of a container (such as a class token).
Members are disjoint and cover everything with weights, statistics or a mode. Pooling and flattening belong to the
preceding stage. The head is the last linear layer with its dropout, so that "head only" means the same in every family:
a linear classifier on frozen features.
"""

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

Part = tuple[str, tuple[str, ...]]
Layout = Callable[[Any], list[Part]]

GROUPS = 4  # a plain transformer has no stages: its blocks are grouped into as many as other backbones have


def torchvision_resnet(_model: Any) -> list[Part]:
    return _resnet(("conv1", "bn1", "relu", "maxpool"), "avgpool")


def timm_resnet(_model: Any) -> list[Part]:
    return _resnet(("conv1", "bn1", "act1", "maxpool"), "global_pool")


def _resnet(stem: tuple[str, ...], pool: str) -> list[Part]:
    layers = [(f"layer{n}", (f"layer{n}",)) for n in (1, 2, 3)]
    return [("stem", stem), *layers, ("layer4", ("layer4", pool)), ("head", ("fc",))]


def vgg(model: Any) -> list[Part]:
    """A block ends with its max-pool. The two wide linear layers keep the names of the paper's implementation."""
    blocks: list[list[str]] = [[]]
    for key, layer in model.features.named_children():
        blocks[-1].append(f"features.{key}")
        if type(layer).__name__ == "MaxPool2d":
            blocks.append([])
    blocks.pop()
    blocks[-1].append("avgpool")
    return [
        *((f"block{n}", tuple(members)) for n, members in enumerate(blocks, 1)),
        ("fc6", _numbered("classifier", (0, 1, 2))),
        ("fc7", _numbered("classifier", (3, 4, 5))),
        ("head", ("classifier.6",)),
    ]


def inception(model: Any) -> list[Part]:
    """The mixed layers, grouped by resolution as their names do."""
    names = [name for name, _ in model.named_children() if name not in ("dropout", "fc")]
    stem = tuple(name for name in names if name.startswith(("Conv2d", "maxpool")))
    mixed = [(f"mixed{n}", tuple(name for name in names if name.startswith(f"Mixed_{n}"))) for n in (5, 6, 7)]
    last, members = mixed.pop()
    return [("stem", stem), *mixed, (last, (*members, "avgpool")), ("head", ("dropout", "fc"))]


def densenet(_model: Any) -> list[Part]:
    """A transition belongs to the preceding block: the feature map at the boundary is then four times smaller."""
    stem = tuple(f"features.{name}" for name in ("conv0", "norm0", "relu0", "pool0"))
    blocks = [
        (f"denseblock{n}", (f"features.denseblock{n}", f"features.transition{n}" if n < 4 else "features.norm5"))
        for n in (1, 2, 3, 4)
    ]
    return [("stem", stem), *blocks, ("head", ("classifier",))]


def mobilenet_v2_v3(model: Any) -> list[Part]:
    """Consecutive blocks of the same width form a stage, as in the papers' tables; the last one includes the last
    convolution.

    In version 3 the linear layer between pooling and classifier belongs to the last stage too.
    """
    groups = _by_width(model.features[1:-1])
    groups[-1] = (*groups[-1], len(model.features) - 1)
    blocks = [(f"block{n}", _numbered("features", group)) for n, group in enumerate(groups, 1)]
    name, members = blocks.pop()
    if len(model.classifier) == 2:  # version 2: dropout, linear
        return [("stem", ("features.0",)), *blocks, (name, members), ("head", ("classifier",))]
    members = (*members, "avgpool", "classifier.0", "classifier.1")
    return [
        ("stem", ("features.0",)),
        *blocks,
        (name, members),
        ("head", ("classifier.2", "classifier.3")),
    ]


def torchvision_efficientnet(model: Any) -> list[Part]:
    last = len(model.features) - 1
    blocks = [(f"block{n}", (f"features.{n}",)) for n in range(1, last - 1)]
    final = (f"block{last - 1}", (f"features.{last - 1}", f"features.{last}", "avgpool"))
    return [("stem", ("features.0",)), *blocks, final, ("head", ("classifier",))]


def timm_efficientnet(model: Any) -> list[Part]:
    return _timm_blocks(model, ("conv_stem", "bn1"), ("conv_head", "bn2", "global_pool"), ("classifier",))


def timm_mobilenet(model: Any) -> list[Part]:
    top = ("global_pool", "conv_head", "norm_head", "act2", "flatten")
    return _timm_blocks(model, ("conv_stem", "bn1"), top, ("classifier",))


def ghostnet(model: Any) -> list[Part]:
    top = ("global_pool", "conv_head", "act2", "flatten")
    return _timm_blocks(model, ("conv_stem", "bn1", "act1"), top, ("classifier",))


def _timm_blocks(model: Any, stem: tuple[str, ...], top: tuple[str, ...], head: tuple[str, ...]) -> list[Part]:
    last = len(model.blocks)
    blocks = [(f"block{n}", (f"blocks.{n - 1}",)) for n in range(1, last)]
    return [("stem", stem), *blocks, (f"block{last}", (f"blocks.{last - 1}", *top)), ("head", head)]


def regnet(_model: Any) -> list[Part]:
    stages = [(f"stage{n}", (f"s{n}",)) for n in (1, 2, 3)]
    last = ("stage4", ("s4", "final_conv", "head.global_pool"))
    return [("stem", ("stem",)), *stages, last, ("head", ("head.drop", "head.fc", "head.flatten"))]


def torchvision_convnext(_model: Any) -> list[Part]:
    """A stage begins with downsampling; the last one ends with the norm after pooling."""
    stages = [(f"stage{n}", _numbered("features", (2 * n - 2, 2 * n - 1))) for n in (2, 3)]
    last = ("stage4", ("features.6", "features.7", "avgpool", "classifier.0", "classifier.1"))
    return [("stem", ("features.0",)), ("stage1", ("features.1",)), *stages, last, ("head", ("classifier.2",))]


def swin(_model: Any) -> list[Part]:
    stages = [(f"stage{n}", _numbered("features", (2 * n - 2, 2 * n - 1))) for n in (2, 3)]
    last = ("stage4", ("features.6", "features.7", "norm", "permute", "avgpool", "flatten"))
    return [("stem", ("features.0",)), ("stage1", ("features.1",)), *stages, last, ("head", ("head",))]


def timm_convnext(_model: Any) -> list[Part]:
    return _timm_stages("stem", ("norm_pre",))


def tiny_vit(_model: Any) -> list[Part]:
    return _timm_stages("patch_embed", ())


def _timm_stages(stem: str, after: tuple[str, ...]) -> list[Part]:
    top = tuple(f"head.{name}" for name in ("global_pool", "norm", "flatten", "pre_logits"))
    stages = [(f"stage{n}", (f"stages.{n - 1}",)) for n in (1, 2, 3)]
    last = ("stage4", ("stages.3", *after, *top))
    return [("stem", (stem,)), *stages, last, ("head", ("head.drop", "head.fc"))]


def torchvision_vit(model: Any) -> list[Part]:
    embed = ("conv_proj", "class_token", "encoder.pos_embedding", "encoder.dropout")
    names = [f"encoder.layers.{key}" for key, _ in model.encoder.layers.named_children()]
    return [("embed", embed), *_block_groups(names, ("encoder.ln",)), ("head", ("heads",))]


def timm_vit(model: Any) -> list[Part]:
    embed = ("patch_embed", "cls_token", "pos_embed", "pos_drop", "patch_drop", "norm_pre")
    names = [f"blocks.{key}" for key, _ in model.blocks.named_children()]
    return [("embed", embed), *_block_groups(names, ("norm", "fc_norm")), ("head", ("head_drop", "head"))]


def _block_groups(names: list[str], after: tuple[str, ...]) -> list[Part]:
    size = len(names) // GROUPS
    groups = [tuple(names[n * size : (n + 1) * size if n < GROUPS - 1 else None]) for n in range(GROUPS)]
    groups[-1] = (*groups[-1], *after)
    return [(f"blocks{n}", group) for n, group in enumerate(groups, 1)]


def _numbered(prefix: str, numbers: Iterable[int]) -> tuple[str, ...]:
    return tuple(f"{prefix}.{number}" for number in numbers)


def _by_width(blocks: Any) -> list[tuple[int, ...]]:
    """Positions in `features` (the first block is at 1) of neighbouring blocks with the same number of channels."""
    numbered = enumerate(blocks, 1)
    return [tuple(n for n, _ in group) for _, group in groupby(numbered, key=lambda pair: pair[1].out_channels)]


LAYOUTS: dict[tuple[str, str], Layout] = {
    ("bundled", "EfficientNet"): timm_efficientnet,
    ("torchvision", "ResNet"): torchvision_resnet,
    ("torchvision", "VGG"): vgg,
    ("torchvision", "Inception"): inception,
    ("torchvision", "DenseNet"): densenet,
    ("torchvision", "MobileNet"): mobilenet_v2_v3,
    ("torchvision", "EfficientNet"): torchvision_efficientnet,
    ("torchvision", "ConvNeXt"): torchvision_convnext,
    ("torchvision", "ViT"): torchvision_vit,
    ("torchvision", "Swin"): swin,
    ("timm", "ResNet"): timm_resnet,
    ("timm", "RegNet"): regnet,
    ("timm", "MobileNet"): timm_mobilenet,
    ("timm", "GhostNet"): ghostnet,
    ("timm", "EfficientNet"): timm_efficientnet,
    ("timm", "ConvNeXt"): timm_convnext,
    ("timm", "ViT"): timm_vit,
    ("timm", "TinyViT"): tiny_vit,
}
