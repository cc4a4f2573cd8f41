"""Download and read the weights of each library."""

import hashlib
import re
import threading
from pathlib import Path
from typing import Any

import timm
import torch
from huggingface_hub import hf_hub_download, hf_hub_url
from safetensors.torch import load_file
from torch import Tensor
from tqdm import tqdm  # type: ignore[import-untyped]

from core.backbones.architecture import make_empty
from core.backbones.catalogue import Backbone
from core.backbones.pretrained import bundled
from core.backbones.pretrained.downloads import PROBE_S, STALL_S, Progress, require_reachable, run_with_timeout
from core.backbones.pretrained.places import HUB_FILE, torch_cache
from core.backbones.rng import seeded

_HASH = re.compile(r"-([a-f0-9]{8,})\.pth$")  # the pattern that torch.hub uses for hashes in file names


def read(backbone: Backbone, path: Path) -> dict[str, Tensor]:
    """The tensors in `path` under the names of the library's model, head included."""
    if backbone.library == "bundled":
        return bundled.read(path, make_empty(backbone, 1000))
    if backbone.library == "torchvision":
        return dict(torch.load(path, map_location="cpu", weights_only=True))
    return _read_timm(backbone, path)


def _read_timm(backbone: Backbone, path: Path) -> dict[str, Tensor]:
    # timm renames tensors of some models while loading, so its own loader is used.
    with seeded(0):
        model = timm.create_model(
            f"{backbone.architecture}.{backbone.weights}",
            pretrained=True,
            pretrained_cfg_overlay={"state_dict": load_file(path, device="cpu")},
        )
    return dict(model.state_dict())


def download(backbone: Backbone, progress: Progress | None) -> Path:
    """Download the weights into the library's cache and check their hash; returns the file.

    Raises any error of network, library or disk, within `PROBE_S` if no server answers.
    """
    return (
        _download_torchvision(backbone, progress)
        if backbone.library == "torchvision"
        else _download_timm(backbone, progress)
    )


def _download_torchvision(backbone: Backbone, progress: Progress | None) -> Path:
    require_reachable(backbone.source)
    path = torch_cache() / backbone.source.rpartition("/")[2]
    path.parent.mkdir(parents=True, exist_ok=True)
    hash_match = _HASH.search(path.name)
    partial_before = _partial_bytes(path)  # left behind by killed downloads
    run_with_timeout(
        lambda: torch.hub.download_url_to_file(
            backbone.source, str(path), hash_prefix=hash_match.group(1) if hash_match else None, progress=False
        ),
        patience_s=STALL_S,
        received=lambda: max(0, _partial_bytes(path) - partial_before),
        total=backbone.download_bytes,
        progress=progress,
    )
    return path


def _partial_bytes(path: Path) -> int:
    total = 0
    for partial in path.parent.glob(f"{path.name}.*.partial"):
        try:
            total += partial.stat().st_size
        except FileNotFoundError:
            continue  # finished in the meantime
    return total


def _download_timm(backbone: Backbone, progress: Progress | None) -> Path:
    require_reachable(hf_hub_url(backbone.source, HUB_FILE))
    counter = _Counter()
    path = Path(
        run_with_timeout(
            lambda: hf_hub_download(backbone.source, HUB_FILE, etag_timeout=PROBE_S, tqdm_class=_counting(counter)),
            patience_s=STALL_S,
            received=lambda: counter.bytes,
            total=0,
            progress=None if progress is None else lambda done, _total: progress(done, counter.total),
        )
    )
    _require_hash(path)
    return path


class _Counter:
    """Bytes received so far and total bytes."""

    def __init__(self) -> None:
        self.bytes = 0
        self.total = 0
        self.lock = threading.Lock()


def _counting(counter: _Counter) -> type[tqdm]:
    """A progress bar that draws nothing and adds to `counter`."""

    class Counting(tqdm):
        def __init__(self, *args: Any, **options: Any) -> None:
            options.pop("name", None)
            super().__init__(*args, **{**options, "disable": True})
            counter.total = max(counter.total, int(options.get("total") or 0))

        def update(self, n: float | None = 1) -> bool | None:
            with counter.lock:
                counter.bytes += int(n or 0)
            return super().update(n)

    return Counting


def _require_hash(path: Path) -> None:
    """Check the SHA-256 by which the hub names large files in its cache."""
    expected = path.resolve().name
    if not re.fullmatch(r"[a-f0-9]{64}", expected):
        return
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != expected:
        path.resolve().unlink(missing_ok=True)
        raise OSError(f"the downloaded file has another hash than the hub announced: {digest[:12]}")
