"""Several labels per image, as a person goes the way: from the sample to the download."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from core.runs.status import Status
from core.runs.workspace import Workspace
from tests.browser.test_walk import SLOW_MS, go, healthy, idle, opened, points, until

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


def test_several_labels_from_the_sample_to_the_download(page, server, screenshots):
    workspace = Workspace(server.workspace)
    opened(page, server)
    go(page, "data", "Data")
    page.click(".st-key-data-use-scenes button")
    page.wait_for_selector("text=Several labels per image", timeout=SLOW_MS)
    idle(page)
    healthy(page)
    page.screenshot(path=screenshots / "multilabel-data.png", full_page=True)

    go(page, "augment", "Augment")
    page.wait_for_selector(".st-key-augment-preview img", timeout=SLOW_MS)
    idle(page)
    healthy(page)
    assert "Yours may have several labels" in page.inner_text(".st-key-augment-safety")
    page.screenshot(path=screenshots / "multilabel-augment.png", full_page=True)

    go(page, "train", "Train")
    page.click(".st-key-train-advanced summary")
    idle(page)
    page.screenshot(path=screenshots / "multilabel-train.png", full_page=True)
    page.click(".st-key-train-start button")
    points(page, 3)
    (run,) = workspace.store.live()
    until(lambda: workspace.store.run(run.id).status is Status.COMPLETED, 240)
    page.wait_for_selector(".st-key-train-result", timeout=SLOW_MS)
    idle(page)
    healthy(page)
    assert "Validation mean average precision" in page.inner_text(".st-key-train-result")
    page.screenshot(path=screenshots / "multilabel-trained.png", full_page=True)
    done = workspace.store.run(run.id)
    assert done.val.main.name == "mean_average_precision"
    assert done.val.main.value >= 0.95

    page.click(".st-key-train-results button")
    page.wait_for_selector("text=F1 of each class", timeout=SLOW_MS)
    idle(page)
    healthy(page)
    page.screenshot(path=screenshots / "multilabel-results.png", full_page=True)
    with page.expect_download(timeout=SLOW_MS) as download:
        page.click(".st-key-results-download button")
    content = zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert json.loads(content.read("labels.json")) == list(done.classes)
    assert "THRESHOLDS = (" in content.read("predict.py").decode()
    go(page, "results", "Results")
    healthy(page)
    page.screenshot(path=screenshots / "multilabel-runs.png", full_page=True)

    go(page, "predict", "Predict")
    images = sorted((ROOT / "sample_data" / "scenes" / "images").glob("*.jpg"))
    page.set_input_files(".st-key-predict-files input[type=file]", str(images[0]))
    page.wait_for_selector(".st-key-predict-chart", timeout=SLOW_MS)
    idle(page)
    healthy(page)
    page.screenshot(path=screenshots / "multilabel-predict.png", full_page=True)
    page.set_input_files(".st-key-predict-files input[type=file]", [str(path) for path in images[1:5]])
    page.wait_for_selector(".st-key-predict-table", timeout=SLOW_MS)
    idle(page)
    healthy(page)
    page.screenshot(path=screenshots / "multilabel-predict-many.png", full_page=True)
