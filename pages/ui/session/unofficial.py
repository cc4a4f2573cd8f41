"""What Streamlit does not promise to keep, in one place: each says whether it is there, and the app works without it.

Without the store of sessions, memory of closed tabs is given back later, by Streamlit itself. Without the switch of the
older kind of app, a page opened by its own address before any other lacks the sidebar until the first page is opened.
"""

from typing import Any


def kept_sessions(app: Any) -> Any | None:
    """Streamlit's store of sessions without a tab, a cache with a time to live; None where it is gone."""
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
