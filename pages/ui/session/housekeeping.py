"""Release the resources of closed tabs: three handles and some megabytes each.

Streamlit keeps the session of a closed tab for `server.disconnectedSessionTTL` seconds, in case it comes back, and then
drops it without closing it: its event loop, uploads and images stay until the collector of cyclic garbage finds them,
which in this process can take hours, because what is frozen (pages/ui/session/warmup.py) makes a full collection rare.
"""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from core.allocator import give_back
from pages.ui.session.unofficial import kept_sessions

EVERY_S = 10.0
logger = logging.getLogger(__name__)


@asynccontextmanager
async def housekeeping(app: Any) -> AsyncIterator[None]:
    """The lifespan of the server's `app` (an `st.App`): cleans up regularly."""
    tidying = asyncio.create_task(_tidy_up(app))
    try:
        yield
    finally:
        tidying.cancel()
        with suppress(asyncio.CancelledError):
            await tidying


async def _tidy_up(app: Any) -> None:
    while True:
        await asyncio.sleep(EVERY_S)
        kept = kept_sessions(app)
        try:
            if kept is not None and close_expired(kept):
                await asyncio.to_thread(collect)
        except Exception:  # pages must not fail because of it
            logger.exception("What closed tabs held could not be given back")


def close_expired(kept: Any) -> int:
    """Shut down expired sessions and return their number. Call only in the server's thread."""
    expired = kept.expire()
    for _, info in expired:
        info.session.shutdown()
    return len(expired)


def collect() -> None:
    """Collect cyclic garbage, such as figures, and return its memory to the system."""
    gc.collect()
    give_back()
