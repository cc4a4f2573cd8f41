"""A planted wrong label is found on the Data page, mended with a key, and taken back."""

import shutil

import pytest

from core.data.edits import EditStore
from core.data.sources import SAMPLES

pytestmark = pytest.mark.slow


def test_a_planted_label_is_found_mended_with_a_key_and_taken_back(browser, start_server, tmp_path):
    from playwright.sync_api import expect

    images = tmp_path / "stamps"
    shutil.copytree(SAMPLES["stamps"].folder, images)
    for name in ("LICENSE", "README.md"):
        (images / name).unlink(missing_ok=True)
    (images / "bird" / "drake.jpg").rename(images / "fruit" / "drake.jpg")
    server = start_server()
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{server.url}/data")
    page.get_by_label("Path of a folder or zip").fill(str(images))
    page.get_by_role("button", name="Read the folder").click()
    page.get_by_role("button", name="Look for wrong labels").click(timeout=60_000)
    card = page.locator(".st-key-labels-card")
    expect(card).to_contain_text("to look at", timeout=180_000)
    for left in range(8, 0, -1):  # a banana comes before it
        if "drake" in card.locator("img").first.get_attribute("alt"):
            break
        page.keyboard.press("k")
        expect(card).not_to_contain_text(f"{left} image", timeout=30_000)
    expect(card).to_contain_text("looks like bird")
    page.keyboard.press("y")
    edits = page.locator(".st-key-labels-edits")
    expect(edits).to_contain_text("1 edit of labels", timeout=30_000)
    (edit,) = EditStore(server.workspace).load(str(images))
    assert (edit.image, edit.labels, edit.before) == ("fruit/drake.jpg", ("bird",), ("fruit",))
    assert (images / "fruit" / "drake.jpg").exists()
    edits.locator("summary").click()
    edits.get_by_role("button", name="Undo").first.click()
    expect(edits).to_have_count(0, timeout=30_000)
    assert EditStore(server.workspace).load(str(images)) == ()
    page.close()
