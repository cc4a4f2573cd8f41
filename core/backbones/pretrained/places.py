"""Where the libraries keep what they download, without importing them."""

import os
from pathlib import Path

HUB_FILE = "model.safetensors"


def torch_cache() -> Path:
    """The folder in which torch keeps downloaded weights: the rule of `torch.hub.get_dir`, without importing torch."""
    base = os.getenv("TORCH_HOME") or os.path.join(os.getenv("XDG_CACHE_HOME") or "~/.cache", "torch")
    return Path(base).expanduser() / "hub" / "checkpoints"
