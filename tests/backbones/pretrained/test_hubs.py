"""Downloads without a network: what the libraries are asked for, what progress says, and what is not trusted."""

import hashlib
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from core.backbones.catalogue import BACKBONES
from core.backbones.pretrained import downloads, hubs, places
from core.backbones.pretrained.downloads import run_with_timeout

RESNET, ATTO = BACKBONES["resnet18"], BACKBONES["timm/convnext_atto"]


@pytest.mark.parametrize(
    ("total", "told"), [(10, [(0, 10), (5, 10), (10, 10), (12, 12)]), (0, [(0, 0), (5, 0), (10, 0), (12, 0)])]
)
def test_progress_says_what_was_received_of_how_much(monkeypatch, total, told):
    monkeypatch.setattr(downloads, "TICK_S", 0.001)
    over, values, seen = threading.Event(), iter((0, 0, 5, 10, 12)), []

    def progress(done, of):
        seen.append((done, of))
        if len(seen) == 4:
            over.set()

    def received():
        return next(values, 12)

    result = run_with_timeout(lambda: over.wait(60), patience_s=60, received=received, total=total, progress=progress)
    assert result is True
    assert seen[:4] == told


def test_how_long_was_waited_is_said(monkeypatch):
    monkeypatch.setattr(downloads, "TICK_S", 0.001)
    clock = iter(range(0, 1000, 2))
    monkeypatch.setattr(downloads, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))
    never = threading.Event()
    with pytest.raises(TimeoutError, match=r"^no answer within 7 seconds$"):
        run_with_timeout(lambda: never.wait(5), patience_s=7)
    assert next(clock) == 2 * 5, "the fourth look was the first after more than seven"
    never.set()
    assert (downloads.PROBE_S, downloads.STALL_S) == (6.0, 30.0)


@pytest.fixture
def asked(monkeypatch):
    """Servers that answer, and a download that ends at once."""
    calls = []
    monkeypatch.setattr(hubs, "require_reachable", lambda url: calls.append(("reach", url)))

    def run(task, **more):
        calls.append(("run", more["patience_s"], more["total"], more["received"]()))
        result = task()
        calls.append(("received", more["received"]()))
        if more["progress"]:
            more["progress"](3, 4)
        return result

    monkeypatch.setattr(hubs, "run_with_timeout", run)
    return calls


@pytest.mark.parametrize(("name", "prefix"), [("resnet18-f37072fd.pth", "f37072fd"), ("resnet18-abc.pth", None)])
def test_what_torch_is_asked_for(asked, monkeypatch, tmp_path, name, prefix):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    entry = replace(RESNET, source=f"https://host/models/{name}")
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    (folder / f"{name}.left.partial").write_bytes(b"12345")
    (folder / "other.pth.1.partial").write_bytes(b"1234567")

    def fetch(url, path, **more):
        Path(f"{path}.new.partial").write_bytes(b"123")
        asked.append((url, Path(path), more))

    monkeypatch.setattr(torch.hub, "download_url_to_file", fetch)
    told = []
    assert hubs.download(entry, lambda *numbers: told.append(numbers)) == folder / name
    assert asked == [
        ("reach", entry.source), ("run", 30.0, entry.download_bytes, 0),
        (entry.source, folder / name, {"hash_prefix": prefix, "progress": False}), ("received", 3),
    ]  # fmt: skip
    assert told == [(3, 4)]
    (folder / f"{name}.left.partial").unlink()
    (folder / f"{name}.new.partial").unlink()
    assert hubs._partial_bytes(folder / name) == 0


def test_what_the_hub_is_asked_for(asked, monkeypatch, tmp_path):
    content = b"weights"
    file = tmp_path / hashlib.sha256(content).hexdigest()
    file.write_bytes(content)

    def fetch(repository, name, *, etag_timeout, tqdm_class):
        asked.append((repository, name, etag_timeout))
        bar = tqdm_class(total=50, name="x", desc="y")
        assert bar.disable
        bar.update(20)
        bar.update(None)
        tqdm_class(total=40).update(5)
        tqdm_class().update()
        return str(file)

    monkeypatch.setattr(hubs, "hf_hub_download", fetch)
    told = []
    assert hubs.download(ATTO, lambda *numbers: told.append(numbers)) == file
    kind, url = asked[0]
    assert (kind, url) == ("reach", f"https://huggingface.co/{ATTO.source}/resolve/main/model.safetensors")
    assert asked[1:] == [("run", 30.0, 0, 0), (ATTO.source, "model.safetensors", 6.0), ("received", 26)]
    assert told == [(3, 50)]
    assert hubs.download(ATTO, None) == file


def test_a_file_of_another_hash_is_deleted_and_told(tmp_path):
    right = tmp_path / hashlib.sha256(b"a").hexdigest()
    right.write_bytes(b"a")
    hubs._require_hash(right)
    wrong = tmp_path / ("0" * 64)
    wrong.write_bytes(b"b")
    link = tmp_path / "model.safetensors"
    link.symlink_to(wrong)
    digest = hashlib.sha256(b"b").hexdigest()[:12]
    with pytest.raises(OSError, match=rf"^the downloaded file has another hash than the hub announced: {digest}$"):
        hubs._require_hash(link)
    assert not wrong.exists()
    small = tmp_path / ("0" * 40)
    small.write_bytes(b"b")
    hubs._require_hash(small)
    assert small.exists()


@pytest.mark.parametrize(
    ("home", "cache", "folder"),
    [("/t", "/c", "/t"), (None, "/c", "/c/torch"), ("", "", "~/.cache/torch"), (None, None, "~/.cache/torch")],
)
def test_the_folder_is_that_of_torch(monkeypatch, home, cache, folder):
    for name, value in (("TORCH_HOME", home), ("XDG_CACHE_HOME", cache)):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    assert places.torch_cache() == Path(folder).expanduser() / "hub" / "checkpoints"
