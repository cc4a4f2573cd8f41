"""What modules inside a model give, handed out by a graph."""

import pytest
import torch
from torch import nn

from core.backbones.build import build
from core.backbones.fold import folded
from core.backbones.split import CannotTrace
from core.backbones.tap import tapped
from core.experiment import BackboneSpec


@pytest.mark.parametrize("name", ["efficientnet_lite0", "resnet18", "mobilenet_v3_small"])
def test_a_graph_gives_what_the_modules_give(name):
    model = build(BackboneSpec(name=name, weights="none"), 3, 0).eval()
    images = torch.rand(2, 3, 64, 64)
    modules = [module for module in model.modules() if isinstance(module, (nn.Conv2d, nn.Sequential))]
    wanted = (modules[-1], modules[len(modules) // 2])
    caught = {}
    handles = [
        module.register_forward_hook(lambda one, _, out: caught.update({id(one): out.clone()})) for module in wanted
    ]
    with torch.no_grad():
        model(images)
        for handle in handles:
            handle.remove()
        part = tapped(model, wanted)
        for module, given, quick in zip(wanted, part(images), folded(part)(images), strict=True):
            assert torch.equal(given, caught[id(module)])
            # a tapped convolution keeps what it gives: only others are folded
            torch.testing.assert_close(quick, given, rtol=1e-3, atol=1e-4)


def test_nothing_behind_them_is_run():
    model = nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU(), nn.Conv2d(4, 2, 1)).eval()
    part = tapped(model, (model[1], model[1]))
    assert [str(node.target) for node in part.graph.nodes if node.op == "call_module"] == ["0", "1"]
    first, second = part(torch.rand(1, 3, 4, 4))
    assert torch.equal(first, second)


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.ReLU()

    def forward(self, x):
        return self.one(self.one(x) - 1)


def test_a_module_that_runs_twice_is_refused():
    model = Twice()
    with pytest.raises(CannotTrace, match="just once"):
        tapped(model, (model.one,))
