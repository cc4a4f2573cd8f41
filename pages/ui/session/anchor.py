"""One object per process, where neither a module reload nor a cleared cache can make a second one.

Streamlit drops the app's own modules from `sys.modules` when a source file changes, and `st.cache_resource`
can be emptied from the menu; module globals and cached objects are both made anew then, while the threads of the old
ones run on. A module object that was never loaded from a file is evicted by neither.
"""

import sys
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeVar

T = TypeVar("T")
_HOLDER = "_graft_anchors"


def once(name: str, factory: Callable[[], T]) -> T:
    """The process's object called `name`; the first caller makes it with `factory`, all others wait for that one.

    When `factory` raises, nothing is kept and the next caller tries again. A factory may itself call `once`.
    """
    holder: Any = sys.modules.setdefault(_HOLDER, ModuleType(_HOLDER))
    # dict.setdefault is one atomic step: two first callers agree on one lock
    lock = holder.__dict__.setdefault("lock", threading.RLock())
    kept = holder.__dict__.setdefault("kept", {})
    if name in kept:
        return kept[name]
    with lock:
        if name not in kept:
            kept[name] = factory()
        return kept[name]


def forget(name: str) -> Any:
    """Let go of the object called `name` and return it, or None; the next caller of `once` makes a new one."""
    holder: Any = sys.modules.get(_HOLDER)
    return None if holder is None else holder.__dict__.get("kept", {}).pop(name, None)
