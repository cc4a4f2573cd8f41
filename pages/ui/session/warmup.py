"""Load slow libraries once per process, in the background of the first page."""

import atexit
import gc
import importlib
import threading

import streamlit as st

from pages.ui.session.anchor import once

LIBRARIES = ("torch", "torchvision", "timm", "albumentations")


class WarmUp:
    """State of loading: `part` is the current library, `error` the error if it failed, `done` is set at the end."""

    def __init__(self, libraries: tuple[str, ...] = LIBRARIES) -> None:
        self.libraries = libraries
        self.part = libraries[0]
        self.error: Exception | None = None
        self.done = threading.Event()
        # Not a daemon: a daemon thread that is inside torch when the process ends aborts it. It ends by itself: after
        # Ctrl-C the interpreter waits for the one import under way, then `_load` sees that the main thread is gone.
        threading.Thread(target=self._run, name="warm-up").start()

    def _run(self) -> None:
        try:
            self._load()
        except Exception as error:
            self.error = error
        finally:
            self.done.set()

    def _load(self) -> None:
        for library in self.libraries:
            if not threading.main_thread().is_alive():
                return
            self.part = library
            importlib.import_module(library)
        gc.collect()
        gc.freeze()  # 700 MB of modules that no later collection needs to walk; a walk would stall a training
        atexit.register(gc.unfreeze)  # else libraries find their objects alive at the end, and print pages about leaks


def start() -> WarmUp:
    """Start loading, if not started yet. Returns immediately."""
    return once("warm-up", WarmUp)


def ready() -> bool:
    """Whether everything is loaded."""
    return start().done.is_set()


def wait(purpose: str) -> None:
    """Wait until everything is loaded, with a spinner showing `purpose` and the current library.

    Raises `RuntimeError` when a library cannot be loaded.
    """
    state = start()
    while not state.done.is_set():
        part = state.part
        number = state.libraries.index(part) + 1
        with st.spinner(f"{purpose} Loading {part} ({number} of {len(state.libraries)}), once per start."):
            while state.part == part and not state.done.wait(0.1):
                pass
    if state.error is not None:
        raise RuntimeError(
            f"{state.part} could not be loaded: {state.error}. Set the program up again."
        ) from state.error
