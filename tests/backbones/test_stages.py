from contextlib import nullcontext

import pytest
import torch

from core.backbones.architecture import make_empty
from core.backbones.catalogue import BACKBONES, get
from core.backbones.layouts import LAYOUTS, _block_groups
from core.backbones.stages import _require_partition, default_phases, resolve, stage_table, stages
from core.errors import UnknownBackbone, UnknownStage

ONE_PER_LAYOUT = list({(entry.library, entry.family): name for name, entry in reversed(BACKBONES.items())}.values())
OTHERS = [name for name in BACKBONES if name not in ONE_PER_LAYOUT]
EVERY = [*ONE_PER_LAYOUT, *(pytest.param(name, marks=pytest.mark.slow) for name in OTHERS)]
NAMES = ("stem", "layer1", "layer2", "layer3", "layer4", "head")


@pytest.mark.parametrize("name", EVERY)
def test_every_parameter_buffer_and_layer_is_in_exactly_one_stage(name):
    model = make_empty(get(name), 3)
    table = stages(model, name)
    parameters = [key for stage in table for key in stage.parameters]
    governed = [module for stage in table for module in stage.modules]
    leaves = [key for key, module in model.named_modules() if not list(module.children())]
    buffers = [key for key, _ in model.named_buffers()]

    assert sorted(parameters) == sorted(key for key, _ in model.named_parameters())
    for key in leaves + buffers:
        assert sum(key == module or key.startswith(f"{module}.") for module in governed) == 1, key
    assert sum(stage.n_parameters for stage in table) == sum(p.numel() for p in model.parameters())
    assert all(stage.parameters for stage in table)


@pytest.mark.parametrize("name", EVERY)
def test_the_head_is_one_linear_layer_of_the_width_of_the_catalogue(name):
    head = stage_table(name, 7)[-1]
    entry = get(name)

    assert head.name == "head"
    assert head.label.startswith("head")
    assert head.n_parameters == 7 * (entry.features + 1)
    assert sum(stage.n_parameters for stage in stage_table(name, 7)[:-1]) == entry.backbone_parameters


@pytest.mark.parametrize("name", EVERY)
def test_a_forward_pass_goes_through_the_stages_in_order(name):
    model = make_empty(get(name), 3).eval()
    called: list[int] = []
    for number, stage in enumerate(stages(model, name)):
        for module in stage.modules:
            model.get_submodule(module).register_forward_pre_hook(lambda *_, number=number: called.append(number))
    size = get(name).image_size
    with torch.device("meta"), torch.no_grad():
        out = model(torch.empty(1, 3, size, size))

    assert out.shape == (1, 3)
    assert called == sorted(called)
    assert set(called) == set(range(len(stages(model, name))))


def test_one_name_per_layout_is_tried():
    assert len(ONE_PER_LAYOUT) == len(LAYOUTS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("resnet18", ["stem", "layer1", "layer2", "layer3", "layer4", "head (fc)"]),
        ("vgg16", ["block1", "block2", "block3", "block4", "block5", "fc6", "fc7", "head (classifier.6)"]),
        ("inception_v3", ["stem", "mixed5", "mixed6", "mixed7", "head (fc)"]),
        ("vit_b_16", ["embed", "blocks1", "blocks2", "blocks3", "blocks4", "head (heads)"]),
        ("swin_t", ["stem", "stage1", "stage2", "stage3", "stage4", "head"]),
        ("mobilenet_v2", ["stem", *(f"block{n}" for n in range(1, 8)), "head (classifier)"]),
    ],
)
def test_stage_names(name, expected):
    assert [stage.label for stage in stage_table(name)] == expected


def test_tokens_and_position_embeddings_belong_to_the_first_stage():
    assert {"class_token", "encoder.pos_embedding"} <= set(stage_table("vit_b_16")[0].parameters)
    assert {"cls_token", "pos_embed"} <= set(stage_table("timm/deit_tiny_patch16_224")[0].parameters)


def test_a_model_that_does_not_fit_its_layout_is_refused():
    model = make_empty(get("resnet18"), 2)
    model.extra = torch.nn.Linear(2, 2)
    with pytest.raises(RuntimeError, match=r"extra.weight lies in 0 stages"):
        stages(model, "resnet18")


def test_an_empty_model_has_no_memory_and_draws_no_random_numbers():
    before = torch.random.get_rng_state()
    for name in ONE_PER_LAYOUT:
        assert all(p.is_meta for p in make_empty(get(name), 2).parameters())
    assert torch.equal(before, torch.random.get_rng_state())
    with pytest.raises(UnknownBackbone):
        get("resnet")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("head", ("head",)),
        ("all", NAMES),
        ("layer4", ("layer4", "head")),
        ("stem", NAMES),
        ("layer1,head", ("layer1", "head")),
        (" head , layer1 ", ("layer1", "head")),
        ("layer1,", ("layer1",)),
        ("stem,layer2", ("stem", "layer2")),
    ],
)
def test_resolve(text, expected):
    assert resolve(text, NAMES) == expected


@pytest.mark.parametrize("text", ["layer9", "", ",", "layer1,layer9", "all,head"])
def test_resolve_refuses_what_the_backbone_does_not_have(text):
    with pytest.raises(UnknownStage, match=r"in resnet50\. Stages: stem, layer1, layer2, layer3, layer4, head"):
        resolve(text, NAMES, "resnet50")


def test_default_phases_are_the_head_and_then_the_later_half_with_a_smaller_rate():
    first, second = default_phases(NAMES)

    assert first.stages == ("head",)
    assert second.stages == ("layer3", "layer4", "head")
    assert default_phases(("body", "head"))[1].stages == ("body", "head")
    assert first.learning_rate is not None
    assert second.learning_rate is not None
    assert second.learning_rate <= first.learning_rate / 3
    assert (first.solver, second.solver) == ("lbfgs", "steps")
    assert default_phases(NAMES, kept_views=False)[0].solver == "steps"


@pytest.mark.parametrize(
    ("count", "sizes"), [(4, [1, 1, 1, 1]), (6, [1, 1, 1, 3]), (10, [2, 2, 2, 4]), (12, [3, 3, 3, 3])]
)
def test_blocks_that_cannot_be_shared_out_evenly_go_to_the_last_group(count, sizes):
    names = [f"blocks.{number}" for number in range(count)]
    groups = _block_groups(names, ("norm",))
    assert [name for name, _ in groups] == ["blocks1", "blocks2", "blocks3", "blocks4"]
    assert [len(members) for _, members in groups] == [*sizes[:3], sizes[3] + 1]
    assert [member for _, members in groups for member in members] == [*names, "norm"]


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        ([("stem", ("0",)), ("head", ("1",))], ""),
        ([("stem", ("0",)), ("head", ("1.weight", "1.bias"))], "1.running_mean lies in 0 stages"),
        ([("stem", ("0",))], "1.weight lies in 0 stages"),
        ([("stem", ("0",)), ("middle", ("0.bias",)), ("head", ("1",))], r"0.bias lies in 2 stages \(stem, middle\)"),
        ([("stem", ("0",)), ("middle", ("1.running_var",)), ("head", ("1",))], "1.running_var lies in 2 stages"),
    ],
)
def test_weights_and_statistics_that_lie_in_no_stage_or_in_two_are_a_fault(layout, said):
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    with pytest.raises(RuntimeError, match=f"some net: {said}") if said else nullcontext():
        _require_partition(model, layout, "some net")
