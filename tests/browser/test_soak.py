"""What many tabs leave in a server, and a server that may open few files."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.browser import conftest
from tests.browser.soak import prepare, soak, usage

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.skipif(conftest.CHROMIUM is None, reason="no Chromium on this machine")
def test_memory_and_open_files_stay_where_they_are_after_the_warm_up(start_server, tmp_path):
    server = start_server(workspace=prepare(tmp_path / "workspace"))
    with ThreadPoolExecutor(1) as aside:  # its own browser: there may be one in this thread already
        measured = aside.submit(soak, server, minutes=5, tabs=4).result()
    warm, last = measured[2], measured[-2]
    assert last["failed"] == 0
    # three for each of sixteen sessions that are about to be closed; each of some hundred page loads once left three
    assert last["files"] <= warm["files"] + 48
    assert last["mb"] <= warm["mb"] + 120


@pytest.mark.slow
@pytest.mark.browser
def test_eight_tabs_reload_in_a_server_that_was_allowed_256_files(start_server, new_page, tmp_path):
    server = start_server(workspace=prepare(tmp_path / "workspace"), files=256)
    pages = [new_page() for _ in range(8)]
    for _ in range(2):
        for page in pages:
            page.goto(server.url)
        for page in pages:
            page.wait_for_selector("[data-testid=stMain] [data-testid=stElementContainer]")
    assert usage(server.pid)["files"] < 256
    assert "Too many open files" not in server.log.read_text()
    assert "Traceback" not in server.log.read_text()
