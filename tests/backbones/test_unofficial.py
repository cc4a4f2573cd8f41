"""What of torch may vanish: then nothing is fused and nothing frozen is in bf16 by itself, and all still works."""

import re
from pathlib import Path

import pytest
import torch
from torch import nn

from core.backbones import fuse, unofficial
from core.features.precision import frozen_precision

ROOT = Path(__file__).parents[2]
PRIVATE = re.compile(r"\b(?:torch|nn|timm|streamlit|st)(?:\.\w+)*\._[a-zA-Z]\w*|\bstreamlit\.runtime\b|\._runtime\b")


def test_this_torch_has_them():
    assert callable(unofficial.fused_convolution())
    for probe in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        assert isinstance(getattr(torch.cpu, probe)(), bool), "else bf16 is never chosen by itself"


def test_without_the_operator_nothing_is_fused_and_the_answer_is_the_same(monkeypatch):
    model = nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU(), nn.Conv2d(5, 7, 1), nn.SiLU()).eval().requires_grad_(False)
    image = torch.rand(2, 3, 9, 11)
    kinds = {}
    for gone in (False, True):
        if gone:
            monkeypatch.setattr(fuse, "fused_convolution", lambda: None)
        graph, modules = torch.fx.Tracer().trace(model), dict(model.named_modules())
        fuse.fuse_activations(graph, modules)
        kinds[gone] = sum(isinstance(module, fuse.FusedConv) for module in modules.values())
        root = nn.Sequential(*(modules[name] for name in "0123"))
        assert torch.allclose(torch.fx.GraphModule(root, graph)(image), model(image), atol=1e-5)
    assert kinds == {False: 2, True: 0}
    with pytest.raises(RuntimeError, match="use the two layers"):
        fuse.FusedConv(model[0], ("relu", []))


def test_an_operator_that_is_gone_is_none(monkeypatch):
    class Table:
        def __getattr__(self, name):
            raise AttributeError(f"no operator {name}")

    monkeypatch.setattr(torch.ops, "mkldnn", Table(), raising=False)
    assert unofficial.fused_convolution() is None


def test_without_the_probes_frozen_stages_stay_in_fp32(monkeypatch):
    assert unofficial.computes_in_bf16(("_no_such_probe",)) is False
    for probe in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        monkeypatch.delattr(torch.cpu, probe)
    assert frozen_precision(torch.device("cpu"), "auto") == "fp32"
    assert frozen_precision(torch.device("cpu"), "bf16") == "bf16", "what was asked for is done"


@pytest.mark.parametrize("folder", ["core", "pages"])
def test_private_names_are_used_in_their_one_place_alone(folder):
    assert PRIVATE.search("torch.cpu._is_amx_tile_supported()")
    assert PRIVATE.search("nn.modules.batchnorm._BatchNorm")
    assert not PRIVATE.search("torch.cpu.is_available()")
    files = [path for path in (ROOT / folder).rglob("*.py") if path.name != "unofficial.py"]
    assert [path for path in files if PRIVATE.search(path.read_text(encoding="utf-8"))] == []
