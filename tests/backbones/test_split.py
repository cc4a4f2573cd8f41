"""A model in parts gives what the whole model gives, and a part runs only the stages that it holds."""

import pytest
import torch
from torch import nn

from core.backbones.architecture import make_empty
from core.backbones.build import build
from core.backbones.catalogue import BACKBONES, get
from core.backbones.rng import seeded
from core.backbones.split import parts, split, state_of
from core.backbones.stages import Stage, stages
from core.errors import UnknownStage
from core.experiment import BackboneSpec
from tests.training.frozen.test_freezing import families, one_per_family

SMALL = "timm/resnet10t"


def untrained(entry):
    """A model in eval mode and images that its BatchNorms have seen: with none, deep ones pass on nothing but zeros."""
    size = -(-max(entry.smallest, 32) // entry.multiple) * entry.multiple
    model = build(BackboneSpec(name=entry.name, weights="none", image_size=size), 3, seed=0)
    model = model.to(memory_format=torch.channels_last)
    images = torch.rand(2, 3, size, size, generator=torch.Generator().manual_seed(0)) * 4 - 2
    images = images.to(memory_format=torch.channels_last)
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.momentum = None
    with torch.no_grad(), seeded(0):
        model.train()(images.repeat(2, 1, 1, 1))
    return model.eval(), images


def log_of_stages(model, table):
    """A list that grows by a stage's name whenever one of its modules runs."""
    called = []
    for stage in table:
        for name in stage.modules:
            model.get_submodule(name).register_forward_pre_hook(lambda *_, at=stage.name: called.append(at))
    return called


def same(first, second):
    torch.testing.assert_close(first, second, rtol=1e-5, atol=1e-6 * float(second.detach().abs().max()))


@pytest.mark.parametrize("entry", families())
def test_parts_give_what_the_model_gives_and_run_their_own_stages_only(entry):
    model, images = untrained(entry)
    table = stages(model, entry.name)
    names = [stage.name for stage in table]
    made, called = parts(model, table), log_of_stages(model, table)
    assert made.cuts == tuple(names[1:])
    with torch.no_grad():
        whole = model(images)
        assert whole.std() > 1e-3 * whole.abs().max() > 0  # something came through
        before, previous = None, images
        for at, stage in enumerate(names[1:], start=1):
            called.clear()
            features = made.part(None, stage)(images)
            assert set(called) == set(names[:at])
            called.clear()
            same(made.part(stage, None)(features), whole)
            assert set(called) == set(names[at:])
            called.clear()
            same(made.part(before, stage)(previous), features)
            assert set(called) == {names[at - 1]}
            before, previous = stage, features


def test_parts_share_weights_and_modes_with_the_model():
    model, images = untrained(get(SMALL))
    table = stages(model, SMALL)
    prefix, suffix = split(model, table, "layer3")
    ours = {id(parameter) for parameter in model.parameters()}
    for part in (prefix, suffix):
        assert {id(parameter) for parameter in part.parameters()} < ours
    before = suffix(prefix(images))
    with torch.no_grad():
        model.layer1[0].conv1.weight.mul_(2)  # the prefix's
        model.fc.bias.add_(1)  # the suffix's
    after = suffix(prefix(images))
    assert not torch.allclose(before, after, atol=0.5)
    same(after, model(images))
    statistics = model.layer4[0].bn1.running_mean.clone()
    model.layer4.train()
    suffix(prefix(images))
    assert not torch.equal(statistics, model.layer4[0].bn1.running_mean)
    after.sum().backward()
    assert model.conv1[0].weight.grad is not None  # the prefix was run with gradients


def test_a_stage_that_the_model_cannot_be_cut_before_is_unknown():
    model, _ = untrained(get(SMALL))
    table = stages(model, SMALL)
    for stage in ("layer9", "", "stem"):  # there is nothing before the stem
        with pytest.raises(UnknownStage, match=r"Stages: layer1, layer2, layer3, layer4, head"):
            split(model, table, stage)


def test_the_state_of_stages_is_that_of_their_weights_and_statistics():
    model, _ = untrained(get(SMALL))
    table = stages(model, SMALL)
    first, rest = state_of(model, table[:2]), state_of(model, table[2:])
    assert first.keys() | rest.keys() == model.state_dict().keys()
    assert not first.keys() & rest.keys()
    assert {"conv1.0.weight", "bn1.running_mean", "layer1.0.conv1.weight"} <= first.keys()
    assert "layer2.0.conv1.weight" in rest


class Moody(nn.Module):
    """Decides by what it sees, which no graph can hold."""

    def __init__(self):
        super().__init__()
        self.dark, self.light = nn.Linear(12, 5), nn.Linear(12, 5)
        self.drop, self.head = nn.Dropout(0.5), nn.Linear(5, 3)

    def forward(self, images):
        flat = images.flatten(1)
        features = self.light(flat) if flat.mean() > 0 else self.dark(flat)
        return self.head(self.drop(features.relu()))


MOODY = (
    Stage("body", "body", ("dark", "light"), ("dark.weight", "dark.bias", "light.weight", "light.bias"), 130),
    Stage("head", "head", ("drop", "head"), ("head.weight", "head.bias"), 18),
)


def test_a_model_that_decides_by_what_it_sees_is_cut_at_the_head_only():
    with seeded(0):
        model = Moody().eval()
    images = torch.rand(4, 3, 2, 2)
    # with a stage more, so that there is a boundary at which it is not cut
    table = (Stage("stem", "stem", (), (), 0), *MOODY)
    made = parts(model, table)
    assert made.cuts == ("head",)
    prefix, suffix = split(model, table, "head")
    for seen in (images, -images):
        assert prefix(seen).shape == (4, 5)
        assert torch.equal(suffix(prefix(seen)), model(seen))
        assert torch.equal(made.part(None, None)(seen), model(seen))
    assert not torch.equal(prefix(images), prefix(-images))
    with pytest.raises(UnknownStage, match="Stages: head"):
        split(model, table, "body")
    assert not model.drop._forward_pre_hooks  # what caught the features is gone


class Skipping(nn.Module):
    """What `a` gives is used by `b`, and again after `c`."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c, self.head = (nn.Linear(3, 3) for _ in range(4))

    def forward(self, x):
        one = self.a(x)
        return self.head(self.c(self.b(one)) + one)


@pytest.mark.parametrize(
    ("members", "cuts"),
    [
        ({"a": ["a"], "bc": ["b", "c"], "head": ["head"]}, ("bc", "head")),
        ({"ab": ["a", "b"], "c": ["c"], "head": ["head"]}, ("head",)),  # two values go from `ab` to `c`
    ],
)
def test_a_boundary_is_where_one_value_crosses(members, cuts):
    model = Skipping()
    table = [Stage(name, name, tuple(inside), (), 0) for name, inside in members.items()]
    made, x = parts(model, table), torch.rand(2, 3)
    assert made.cuts == cuts
    for cut in cuts:
        assert torch.equal(made.part(cut, None)(made.part(None, cut)(x)), model(x))


CHEAP = {case.values[0].name for case in one_per_family()}
OTHERS = [pytest.param(name, marks=pytest.mark.slow) for name in BACKBONES if name not in CHEAP]


@pytest.mark.parametrize("name", [*sorted(CHEAP), *OTHERS])
def test_every_backbone_can_be_cut_at_every_boundary(name):
    model = make_empty(get(name), 2).eval()
    table = stages(model, name)
    names = [stage.name for stage in table]
    made = parts(model, table)
    assert made.cuts == tuple(names[1:])
    features = torch.empty(1, 3, get(name).image_size, get(name).image_size, device="meta")
    with torch.device("meta"), torch.no_grad():
        for first, last in zip([None, *names[1:]], [*names[1:], None], strict=True):
            features = made.part(first, last)(features)
    assert features.shape == (1, 2)


def test_a_name_that_only_begins_like_a_member_is_not_in_its_stage():
    model = nn.ModuleDict({name: nn.Linear(2, 2) for name in ("layer", "layer1", "layer_scale")})
    model.token = nn.Parameter(torch.zeros(1))
    model.tokens = nn.Parameter(torch.zeros(1))
    stage = Stage("one", "one", ("layer",), ("token",), 7)
    assert set(state_of(model, [stage])) == {"layer.weight", "layer.bias", "token"}


class Headless(nn.Module):
    """Cannot be traced, and calls its head for bright images only."""

    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Linear(3, 4), nn.Linear(4, 2)

    def forward(self, images):
        found = self.body(images)
        return self.head(found) if images.mean() > 0 else found


def test_a_model_that_never_calls_its_head_has_nothing_before_it():
    model = Headless()
    prefix, suffix = split(model, [Stage(name, name, (name,), (), 0) for name in ("body", "head")], "head")
    bright = torch.ones(2, 3)
    same(suffix(prefix(bright)), model(bright))
    with pytest.raises(RuntimeError, match="never called its head"):
        prefix(-bright)
    same(suffix(prefix(bright)), model(bright))


def two_stages(*names):
    return [Stage(name, name, (name,), (), 0) for name in names]


def test_other_inputs_of_a_model_have_their_defaults_in_its_parts():
    class Options(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.head = nn.Linear(3, 4), nn.Linear(4, 2)

        def forward(self, images, factor=3.0, offset=0.5):
            return self.head(torch.add(self.body(images), other=offset)) * factor

    model, images = Options(), torch.rand(2, 3)
    prefix, suffix = split(model, two_stages("body", "head"), "head")
    same(suffix(prefix(images)), model(images))
    assert not torch.equal(suffix(prefix(images)), model.head(prefix(images)))
