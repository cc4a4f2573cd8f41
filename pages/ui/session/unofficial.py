"""Private APIs of Streamlit in one place: each function reports whether it is available; the app works without them.

Without the store of sessions, memory of closed tabs is given back later, by Streamlit itself. Without the switch of the
older kind of app, a page opened by its own address before any other lacks the sidebar until the first page is opened.
"""

from typing import Any


def kept_sessions(app: Any) -> Any | None:
    """Streamlit's cache of disconnected sessions; None if it is not available."""
    found = app
    for name in ("_runtime", "_session_mgr", "_session_storage", "_cache"):
        found = getattr(found, name, None)
    return found if hasattr(found, "expire") else None


def leave_older_kind() -> bool:
    """Do what `st.navigation` does when it is asked first: `app.py` is run for every page. Whether that was needed."""
    try:
        from streamlit.runtime.pages_manager import PagesManager
    except ImportError:
        return False
    if not getattr(PagesManager, "uses_pages_directory", False):
        return False
    PagesManager.uses_pages_directory = False
    return True
