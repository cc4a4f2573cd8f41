"""Folded BatchNorms: the same features with fewer modules, whatever the family, and the model itself left alone."""

import copy

import pytest
import torch
from timm.layers import Conv2dSame
from torch import nn

from core.backbones.fold import folded
from core.backbones.fuse import FusedConv
from core.backbones.split import parts
from core.backbones.stages import stages
from tests.backbones.test_split import untrained
from tests.training.frozen.test_freezing import families

# DenseNet has every other BatchNorm before its convolution; TinyViT cannot be traced so deeply
LEFT = {"DenseNet": 0.6, "TinyViT": 1.0}


def norms(part):
    return sum(isinstance(module, nn.BatchNorm2d) for module in part.modules())


@pytest.mark.parametrize("entry", families())
def test_folded_parts_give_the_same_features(entry):
    model, images = (each.double() for each in untrained(entry))  # untrained, they make much of rounding
    before = copy.deepcopy(model.state_dict())
    part = parts(model, stages(model, entry.name)).part(None, "head")
    found = folded(part)
    if norms(model) == 0:
        assert found is part
        return
    with torch.no_grad():
        whole, fast = part(images), found(images)
    assert norms(found) <= LEFT.get(entry.family, 0) * norms(part)
    assert float((whole - fast).abs().max()) <= 1e-9 * float(whole.abs().max())
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())


class Shared(nn.Module):
    """A convolution that is called twice, and one whose output is used twice."""

    def __init__(self):
        super().__init__()
        self.twice, self.once = nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1)
        self.norms = nn.ModuleList(nn.BatchNorm2d(3) for _ in range(3))
        for norm in self.norms:
            nn.init.uniform_(norm.running_var, 2, 3)

    def forward(self, x):
        x = self.norms[1](self.twice(self.norms[0](self.twice(x))))
        x = self.once(x)
        return x + self.norms[2](x)


def test_what_is_shared_is_not_folded():
    model, images = Shared().eval(), torch.rand(2, 3, 4, 4)
    found = folded(model)
    assert norms(found) == 3
    torch.testing.assert_close(found(images), model(images))


def test_a_part_that_trains_is_left_as_it_is():
    model = nn.Sequential(nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3)).train()
    assert norms(folded(model)) == 1


def test_the_weights_can_be_had_in_the_format_of_autocast():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU()).eval()
    found, images = folded(model, torch.bfloat16), torch.rand(2, 3, 8, 8)
    assert {weight.dtype for weight in found.parameters()} == {torch.bfloat16}
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        torch.testing.assert_close(found(images).float(), model(images).float(), rtol=0.02, atol=0.02)


def test_a_model_that_cannot_be_traced_is_left_as_it_is():
    class Asks(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = nn.BatchNorm2d(3)

        def forward(self, x):
            return self.norm(x) if x.sum() > 0 else x

    model = Asks().eval()
    assert folded(model) is model


@pytest.mark.parametrize("entry", families())
def test_activations_are_computed_with_their_convolutions_and_features_stay(entry):
    model, images = untrained(entry)
    model = model.to(memory_format=torch.channels_last)
    part = parts(model, stages(model, entry.name)).part(None, "head")
    found = folded(part, torch.float32)  # in bf16 untrained models make too much of rounding to compare
    with torch.no_grad():
        plain, fast = (each(images).flatten(1).double() for each in (part, found))
    assert torch.nn.functional.cosine_similarity(plain, fast).min() > 0.9999
    if entry.family in FUSED:
        assert any(isinstance(module, FusedConv) for module in found.modules())


FUSED = ("ResNet", "MobileNetV3", "EfficientNet", "EfficientNet-Lite")  # VGG has no BatchNorm, and is left as it is


class OneActivation(nn.Module):
    """The activation of a convolution that also stands elsewhere, and a convolution that two things read."""

    def __init__(self):
        super().__init__()
        self.first, self.second, self.norm = nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3)
        self.relu = nn.ReLU()

    def forward(self, x):
        y = self.relu(self.norm(self.first(x)))
        z = self.second(y)
        return self.relu(z) + z + self.relu(y - 0.5)


def test_an_activation_that_stands_elsewhere_too_stays_there():
    model, images = OneActivation().eval(), torch.rand(2, 3, 4, 4)
    found = folded(model, torch.bfloat16)
    assert [type(module) for module in found.children()].count(FusedConv) == 1
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        torch.testing.assert_close(found(images).float(), model(images).float(), atol=0.03, rtol=0.03)


class CalledTwice(nn.Module):
    """A convolution of two calls, of which one has an activation behind it, and one of a single call."""

    def __init__(self):
        super().__init__()
        self.twice, self.once = nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1)
        self.norm, self.relu = nn.BatchNorm2d(3), nn.ReLU()

    def forward(self, x):
        return self.relu(self.twice(x)) + self.twice(-x) + self.relu(self.norm(self.once(x)))


def test_a_convolution_that_is_called_twice_keeps_to_itself():
    model, images = CalledTwice().eval(), torch.randn(2, 3, 4, 4)
    found = folded(model, torch.bfloat16)
    assert [name for name, module in found.named_children() if isinstance(module, FusedConv)] == ["once"]
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        torch.testing.assert_close(found(images).float(), model(images).float(), atol=0.03, rtol=0.03)


@pytest.mark.parametrize("side", [31, 32])
@pytest.mark.parametrize(("kernel", "stride"), [(3, 1), (3, 2), (5, 2), (4, 2)])
def test_same_padding_by_a_wider_kernel_is_exact(kernel, stride, side):
    conv = Conv2dSame(4, 6, kernel, stride).eval().bfloat16().to(memory_format=torch.channels_last)
    images = torch.randn(2, 4, side, side).bfloat16().to(memory_format=torch.channels_last)
    with torch.no_grad():
        wanted = torch.relu(conv(images))
        found = FusedConv(conv, ("relu", []))(images)
    assert torch.equal(wanted, found)


def test_folded_weights_are_not_trained_whatever_those_of_the_model_are():
    model = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4)).eval()
    assert not folded(model)(torch.rand(1, 3, 4, 4)).requires_grad
    assert model(torch.rand(1, 3, 4, 4)).requires_grad


def test_a_norm_that_computes_something_else_is_not_folded():
    class Doubled(nn.BatchNorm2d):
        def forward(self, x):
            return 2 * super().forward(x)

    model, images = nn.Sequential(nn.Conv2d(3, 4, 1), Doubled(4), nn.BatchNorm2d(4)).eval(), torch.rand(1, 3, 4, 4)
    with torch.no_grad():
        assert torch.allclose(folded(model)(images), model(images), atol=1e-6)


def test_a_norm_that_keeps_no_statistics_is_not_folded():
    model = nn.Sequential(
        nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4, track_running_stats=False), nn.Conv2d(4, 4, 1), nn.BatchNorm2d(4)
    ).eval()
    images, found = torch.rand(2, 3, 4, 4), folded(model)
    with torch.no_grad():
        assert torch.allclose(found(images), model(images), atol=1e-5)
    assert norms(found) == 1
