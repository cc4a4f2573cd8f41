import json
import subprocess
import sys

import pytest

from core.backbones import catalogue
from core.backbones.catalogue import BACKBONES, TABLE, get
from core.backbones.selection import CHOICES
from core.errors import InvalidExperiment, UnknownBackbone

QUICK = (
    "efficientnet_lite1",
    "resnet18",
    "vgg11_bn",
    "inception_v3",
    "vit_b_32",
    "swin_t",
    "timm/vit_tiny_patch16_224",
)


def test_reading_the_catalogue_and_asking_for_local_weights_imports_no_torch():
    code = """
import sys
from core.backbones import catalogue, stages
from core.backbones.pretrained import weights
assert len(catalogue.BACKBONES) > 40
assert weights.is_local(catalogue.get("efficientnet_lite0"))
[weights.is_local(entry) for entry in catalogue.BACKBONES.values()]
heavy = {"torch", "timm", "torchvision"} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_families_of_the_issue_are_there():
    families = {entry.family for entry in BACKBONES.values() if entry.library == "torchvision"}

    assert families >= {
        "ResNet",
        "VGG",
        "Inception",
        "DenseNet",
        "MobileNet",
        "EfficientNet",
        "ConvNeXt",
        "ViT",
        "Swin",
    }
    assert catalogue.bundled() == ("efficientnet_lite0", "efficientnet_lite1", "efficientnet_lite2")
    assert sum(entry.library == "timm" for entry in BACKBONES.values()) >= 12


@pytest.mark.parametrize("name", QUICK)
def test_a_row_is_what_the_library_says(name):
    from core.backbones import table

    choice = next(choice for choice in CHOICES if choice.name == name)
    assert table.row(choice) == _committed()[name]


@pytest.mark.slow
def test_the_whole_table_is_what_the_libraries_say():
    from core.backbones import table

    assert table.text() == TABLE.read_text(encoding="utf-8"), "run: python -m core.backbones.table"


def test_facts_known_from_elsewhere():
    """ResNet-18 and VGG-16: the parameter counts everybody quotes; Inception v3 without its auxiliary head."""
    assert get("resnet18").parameters == 11_689_512
    assert get("vgg16").parameters == 138_357_544
    assert get("inception_v3").parameters == 23_834_568
    assert get("inception_v3").image_size == 299
    assert get("efficientnet_lite0").mean == (0.5, 0.5, 0.5)
    assert get("resnet18").backbone_parameters == 11_689_512 - 513_000


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(UnknownBackbone, match=r"no backbone 'resnet19'.*resnet18"):
        get("resnet19")


def test_geometry_scales_the_shorter_side_with_the_image_size():
    own, half = (catalogue.geometry(get("resnet18"), size, "weights") for size in (None, 112))

    assert (own.image_size, own.resize_size, own.interpolation) == (224, 256, "bilinear")
    assert (half.image_size, half.resize_size) == (112, 128)
    assert all(
        catalogue.geometry(entry, crop="weights").resize_size >= entry.image_size for entry in BACKBONES.values()
    )


def test_a_whole_image_loses_nothing_of_its_shorter_side():
    whole = catalogue.geometry(get("resnet18"), 112, "whole")
    assert (whole.image_size, whole.resize_size) == (112, 112)


@pytest.mark.parametrize(
    ("name", "size", "allowed"),
    [
        ("inception_v3", 74, "at least 75 px"),
        ("vit_b_16", 100, "at least 32 px and a multiple of 16"),
        ("timm/vit_tiny_patch16_224", 230, "a multiple of 16"),
        ("efficientnet_v2_s", 32, "at least 33 px"),
    ],
)
def test_an_impossible_image_size_is_refused_with_what_is_allowed(name, size, allowed):
    with pytest.raises(InvalidExperiment, match=allowed):
        catalogue.geometry(get(name), size)


def _committed():
    return {row["name"]: row for row in json.loads(TABLE.read_text(encoding="utf-8"))}
