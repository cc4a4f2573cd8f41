"""Process-wide singletons that survive module reloads and cleared caches.

Streamlit drops the app's own modules from `sys.modules` when a source file changes, and `st.cache_resource`
can be cleared from the menu; module globals and cached objects are then created again, while threads of the old ones
keep running. A module object that was not loaded from a file survives both.
"""

import sys
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeVar

T = TypeVar("T")
_HOLDER = "_graft_anchors"


def once(name: str, factory: Callable[[], T]) -> T:
    """The process's object called `name`; the first caller creates it with `factory`, others wait for it.

    If `factory` raises, nothing is stored and the next caller tries again. A factory may call `once`.
    """
    holder: Any = sys.modules.setdefault(_HOLDER, ModuleType(_HOLDER))
    # dict.setdefault is atomic: concurrent first callers get the same lock
    lock = holder.__dict__.setdefault("lock", threading.RLock())
    kept = holder.__dict__.setdefault("kept", {})
    if name in kept:
        return kept[name]
    with lock:
        if name not in kept:
            kept[name] = factory()
        return kept[name]


def forget(name: str) -> Any:
    """Remove the object called `name` and return it, or None; the next call of `once` creates a new one."""
    holder: Any = sys.modules.get(_HOLDER)
    return None if holder is None else holder.__dict__.get("kept", {}).pop(name, None)
