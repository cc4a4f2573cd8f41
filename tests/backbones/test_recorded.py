"""What is known of every backbone, and how its stages are cut, word for word in `recorded.txt`; no weights are made."""

import hashlib
from dataclasses import asdict, replace
from pathlib import Path
from urllib.error import URLError

import pytest
import torch
from torch import nn

from core.backbones import catalogue
from core.backbones.architecture import make_empty
from core.backbones.catalogue import BACKBONES
from core.backbones.decay import undecayed
from core.backbones.freezing import count_parameters
from core.backbones.plain import plain_constructor
from core.backbones.pretrained import bundled, fitting, weights
from core.backbones.selection import CHOICES
from core.backbones.stages import default_phases, default_recipe, resolve, stages
from core.errors import GraftError
from tests.recorded import Recorded

CUT = [
    *{(entry.library, entry.family): name for name, entry in reversed(BACKBONES.items())}.values(),
    "vgg16_bn", "mobilenet_v3_small", "mobilenet_v2", "vit_b_32", "timm/deit_tiny_patch16_224", "timm/lcnet_100",
    "densenet201", "swin_v2_t", "resnet18",
]  # fmt: skip
CUT = list(dict.fromkeys(CUT))
NAMES = ("stem", "layer1", "layer2", "layer3", "layer4", "head")
REST = ("choices", "selections of stages", "default phases", "sizes", "damaged weights", "files", "reasons")


@pytest.fixture(scope="module")
def recorded():
    return Recorded(Path(__file__).with_name("recorded.txt"))


def message(call, *arguments, **more):
    try:
        return str(call(*arguments, **more))
    except GraftError as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("name", BACKBONES)
def test_facts_are_as_they_were(name, recorded):
    entry = BACKBONES[name]
    facts = [f"{key}: {value}" for key, value in asdict(entry).items()]
    sizes = [catalogue.geometry(entry), catalogue.geometry(entry, None, "weights")]
    sizes += [catalogue.geometry(entry, 10 * entry.smallest, crop) for crop in ("whole", "weights")]
    made = "; ".join(plain_constructor(entry, 7, 2 * entry.image_size))
    lines = [*facts, f"bytes: {entry.download_bytes}", *map(str, sizes), made]
    recorded.check(f"facts of {name}", "\n".join(lines))


@pytest.mark.parametrize("name", CUT)
def test_stages_are_cut_as_they_were(name, recorded):
    model = make_empty(BACKBONES[name], 5)
    table, without_decay, lines = stages(model, name), undecayed(model), []
    for stage in table:
        digest = hashlib.blake2b("|".join(stage.parameters).encode(), digest_size=5).hexdigest()
        few = sum(key in without_decay for key in stage.parameters)
        lines.append(f"{stage.name}, {stage.label}: {stage.n_parameters} in {len(stage.parameters)} {digest}, "
                     f"{few} without decay, of {' '.join(stage.modules)}")  # fmt: skip
    parts = (["head"], [table[-2].name, "head"], [])
    lines.append(f"trained: {[count_parameters(table, names) for names in parts]}")
    recorded.check(f"stages of {name}", "\n".join(lines))


def test_choices_are_as_they_were(recorded):
    lines = [
        f"{one.name}: {one.title}, {one.family}, {one.library} {one.architecture} {one.weights}" for one in CHOICES
    ]
    recorded.check("choices", "\n".join([*lines, str(catalogue.bundled())]))


def test_selections_of_stages_are_read_as_they_were(recorded):
    texts = (
        "all", "head", "layer3", "stem", "layer3,", "head, stem", " layer2 , layer4", "all,head", "", " ", ",", "a",
        "a,b,head", ",".join("abcdefghij"), "LAYER1", "x" * 200,
    )  # fmt: skip
    lines = [f"{text!r}: {message(resolve, text, NAMES)}" for text in texts]
    lines += [message(resolve, "a", NAMES, "resnet18"), message(resolve, "a, b", NAMES, "resnet18")]
    recorded.check("selections of stages", "\n".join(lines))


def test_default_phases_are_as_they_were(recorded):
    lines = []
    for count in range(2, 10):
        for kept in (True, False):
            phases = default_phases([*map(str, range(count - 1)), "head"], kept_views=kept)
            lines.append(f"{count} {kept}: {[one.model_dump(exclude_defaults=True) for one in phases]}")
    recorded.check("default phases", "\n".join([*lines, str(default_recipe())]))


def test_sizes_that_do_not_fit_are_told_as_they_were(recorded):
    lines = []
    for name in ("resnet18", "vit_b_16", "vit_b_32", "inception_v3", "timm/vit_tiny_patch16_224", "vgg11"):
        entry = BACKBONES[name]
        for size in (entry.smallest - 1, entry.smallest, entry.smallest + 1, entry.smallest + entry.multiple, None):
            lines.append(f"{name} {size}: {message(catalogue.check_image_size, entry, size)}")
    lines += [str(catalogue.geometry(BACKBONES["resnet18"], size, "weights")) for size in (33, 97, 225)]
    lines.append(str(catalogue.geometry(replace(BACKBONES["resnet18"], resize_size=200), 100, "weights")))
    lines += [message(catalogue.get, name) for name in ("resnet19", "nothing like it")]
    recorded.check("sizes", "\n".join(lines))


def test_weights_that_do_not_fit_are_told_as_they_were(recorded):
    one, two = torch.zeros(2, 3), torch.zeros(3)
    pairs = (
        ({"a.weight": one}, {"b.weight": one}), ({"a.weight": one}, {}), ({"a.bias": two}, {"b.weight": two}),
        ({"a.weight": one}, {"b.weight": two}), ({"weight": one, "bias": two}, {"c.weight": one, "c.bias": two}),
    )  # fmt: skip
    lines = [message(bundled.rename, *pair) for pair in pairs]
    model = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2), nn.Linear(2, 5))
    whole = {key: value.clone() for key, value in model.state_dict().items()}
    without = {key: value for key, value in whole.items() if not key.endswith("num_batches_tracked")}
    cases = {
        "whole": whole, "without counts": without, "nothing": {}, "half": {"0.weight": whole["0.weight"]},
        "unknown": whole | {f"extra{n}": one for n in range(4)}, "three unknown": whole | dict.fromkeys("xyz", one),
        "of another shape": whole | {"0.weight": two, "0.bias": one},
        "whole numbers": whole | {"0.bias": one[:, 0].long()},
        "not finite": whole | {"0.bias": torch.tensor([1.0, float("inf")])},
        "no number": whole | {"1.running_mean": torch.tensor([float("nan"), 0])},
        "another head": whole | {"2.weight": torch.zeros(9, 2), "2.bias": torch.zeros(9)},
        "half a head": whole | {"2.weight": torch.zeros(9, 2)}, "auxiliary": whole | {"AuxLogits.fc.weight": one},
        "long names": whole | {"n" * 300: one},
    }  # fmt: skip
    for name, state in cases.items():
        for new_head in (False, True):
            told = message(fitting.fit, model, state, "2", new_head=new_head, source="here.safetensors")
            lines.append(f"{name}, new head {new_head}: {told}")
    renamed = fitting._renamed({"f.denselayer12.norm.1.weight": one, "f.denselayer1.conv.2.weight": one, "norm.1": one})
    recorded.check("damaged weights", "\n".join([*lines, str(list(renamed))]))


def test_the_head_of_a_file_is_kept_where_it_fits():
    model = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 5))
    state = {key: torch.full_like(value, 0.25) for key, value in model.state_dict().items()}
    head = model[1].weight.detach().clone()
    fitting.fit(model, state, "1", new_head=True, source="s")
    assert torch.equal(model[1].weight, head)
    assert bool((model[0].weight == 0.25).all())
    fitting.fit(model, state | {"1.bias": torch.zeros(4)}, "1", new_head=False, source="s")
    assert torch.equal(model[1].weight, head), "a bias of another width: the weight is not taken either"
    fitting.fit(model, state, "1", new_head=False, source="s")
    assert bool((model[1].weight == 0.25).all())


def test_files_of_weights_are_told_as_they_were(recorded, tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    (tmp_path / "broken.safetensors").write_bytes(b"nothing")
    lines = [message(weights.read_weights_file, tmp_path / name) for name in ("none", "broken.safetensors")]
    lines += [bundled.package("tf_efficientnet_lite2"), str(weights.local_file(BACKBONES["resnet18"]))]
    missing = replace(BACKBONES["efficientnet_lite1"], source="no_such_package")
    lines += [message(weights.pretrained_state, missing), str(weights.is_local(missing))]
    file = tmp_path / "hub" / "checkpoints" / BACKBONES["resnet18"].source.rpartition("/")[2]
    file.parent.mkdir(parents=True)
    file.write_bytes(b"damaged")
    told = message(weights.pretrained_state, BACKBONES["resnet18"])
    lines += [str(weights.local_file(BACKBONES["resnet18"])), told.split("cannot be read")[0], told[-150:]]
    recorded.check("files", "\n".join(lines).replace(str(tmp_path), "FOLDER"))


def test_reasons_of_failed_downloads_are_told_as_they_were(recorded, monkeypatch):
    import socket

    from core.backbones.pretrained import hubs

    errors = (
        OSError(28, "No space left"), OSError(13, "Permission denied"), OSError(30, "Read-only"), OSError(5, "I/O"),
        URLError(socket.gaierror("x")), URLError(TimeoutError("slow.")), TimeoutError("a.\nb"), ValueError(""),
        ValueError("y" * 300),
    )  # fmt: skip
    lines = []
    for number, error in enumerate(errors):
        entry = BACKBONES[("resnet18", "timm/resnet10t")[number % 2]]

        def fail(*_, error=error):
            raise error

        monkeypatch.setattr(hubs, "download", fail)
        lines.append(message(weights._download, entry, None))
    recorded.check("reasons", "\n".join(lines))


def test_every_record_is_of_something(recorded):
    of_each = [f"facts of {name}" for name in BACKBONES] + [f"stages of {name}" for name in CUT]
    recorded.check_all_are_used([*of_each, *REST])
