"""The whole way through the app, as a person goes it: with one click, and by hand."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from core.runs.status import Status
from core.runs.workspace import Workspace
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]
POINTS = """() => { const chart = document.querySelector('.st-key-train-curves .graft-chart');
    return Math.max(0, ...(chart?._fullData || []).map(trace => trace._length || 0)); }"""
RANGE = "() => document.querySelector('.st-key-train-curves .graft-chart')._fullLayout.xaxis.range.map(Number)"
BUSY = "document.querySelector('[data-testid=stApp]')?.getAttribute('data-test-script-state') !== 'notRunning'"
SLOW_MS = 90_000


def idle(page):
    page.wait_for_function(f"!({BUSY})", timeout=SLOW_MS)
    page.wait_for_timeout(150)
    page.wait_for_function(f"!({BUSY})", timeout=SLOW_MS)


def go(page, name, heading):
    page.click(f".st-key-way-{name} a")
    page.wait_for_selector(f"h1:has-text('{heading}')")
    idle(page)


def points(page, at_least=1):
    page.wait_for_function(f"({POINTS})() >= {at_least}", timeout=SLOW_MS)
    return page.evaluate(POINTS)


def opened(page, server, path=""):
    page.goto(server.url + path)
    page.wait_for_selector("h1", timeout=SLOW_MS)
    idle(page)


def healthy(page):
    """No exception box, and no text that only a broken page shows."""
    assert page.locator("[data-testid=stException]").count() == 0
    assert "Traceback" not in page.inner_text("body")


@pytest.mark.slow
def test_one_click_leads_to_a_training_model(page, server, screenshots):
    opened(page, server)
    page.click(".st-key-home-try button")
    points(page)
    page.screenshot(path=screenshots / "walk-try-it.png")
    healthy(page)
    workspace = Workspace(server.workspace)
    (run,) = workspace.store.live()
    assert run.experiment.data.source == "sample:stamps"
    page.click(".st-key-train-stop button")
    until(lambda: workspace.store.run(run.id).status is Status.STOPPED)
    page.wait_for_selector(".st-key-train-results button", timeout=SLOW_MS)


def choose_images(page):
    go(page, "data", "Data")
    if page.locator(".st-key-data-change button").count():
        page.click(".st-key-data-change button")
        idle(page)
    page.click(".st-key-data-use-signs button")
    page.wait_for_selector("text=turn-left")
    idle(page)


def add_a_flip(page):
    """Picks a transform, and waits until the preview shows another image."""
    go(page, "augment", "Augment")
    image = ".st-key-augment-preview img"
    page.wait_for_selector(image, timeout=SLOW_MS)
    before = page.get_attribute(image, "src")
    page.click(".st-key-augment-add button")
    page.click(".st-key-augment-add-VerticalFlip button")
    page.wait_for_function(
        "([css, old]) => { const img = document.querySelector(css); return img && img.src && !img.src.endsWith(old); }",
        arg=[image, before],
    )
    page.keyboard.press("Escape")
    idle(page)


def train_everything(page):
    go(page, "backbone", "Backbone")
    page.wait_for_selector(".st-key-backbone-phase1-quick", timeout=SLOW_MS)
    page.click(".st-key-backbone-phase1-quick button:has-text('Everything')")
    idle(page)


def start(page, workspace):
    go(page, "train", "Train")
    page.click(".st-key-train-start button")
    points(page, 3)
    (run,) = workspace.store.live()
    return run


def zoom_in(page):
    box = page.locator(".st-key-train-curves .graft-chart .nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + box["height"] * 0.5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.5, steps=8)
    page.mouse.up()
    page.wait_for_timeout(500)


def check_a_zoom_stays_while_points_come(page, workspace, run):
    zoom_in(page)
    zoomed, seen = page.evaluate(RANGE), points(page)
    until(lambda: len(workspace.store.epochs(run.id)) > 1)
    points(page, seen + 1)
    assert page.evaluate(RANGE) == zoomed


def check_the_chart_comes_back(page, new_page, server, workspace, run):
    """Another page, a reload and a second tab: it trains on, and the chart has all of its points again."""
    seen = points(page)
    go(page, "augment", "Augment")
    steps = len(workspace.store.steps(run.id))
    go(page, "train", "Train")
    points(page, seen)
    page.reload()
    points(page, seen)
    other = new_page()
    opened(other, server, "/train")
    points(other, seen)
    until(lambda: len(workspace.store.steps(run.id)) > steps)
    assert [live.id for live in workspace.store.live()] == [run.id]


def stop(page, workspace, run):
    page.click(".st-key-train-stop button")
    until(lambda: workspace.store.run(run.id).status is Status.STOPPED)
    page.wait_for_selector(".st-key-train-results button", timeout=SLOW_MS)
    idle(page)


def open_results(page, run):
    page.click(".st-key-train-results button")
    page.wait_for_selector(".st-key-results-val", timeout=SLOW_MS)
    assert page.evaluate("location.href").endswith(f"/results?run={run.id}")
    idle(page)
    healthy(page)


def check_the_download(page, run):
    with page.expect_download(timeout=SLOW_MS) as download:
        page.click(".st-key-results-download button")
    content = zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert {"best.safetensors", "labels.json", "experiment.yaml", "HOW-TO.txt"} <= set(content.namelist())
    assert json.loads(content.read("labels.json")) == list(run.classes)


def predict_one_image(page):
    go(page, "predict", "Predict")
    sign = ROOT / "sample_data" / "signs" / "red-light" / "red-light-00.jpg"
    page.set_input_files(".st-key-predict-files input[type=file]", str(sign))
    page.wait_for_selector(".st-key-predict-chart", timeout=SLOW_MS)
    idle(page)
    healthy(page)


@pytest.mark.slow
def test_by_hand_from_images_to_a_prediction(page, new_page, server, screenshots, tmp_path):
    workspace = Workspace(server.workspace)
    opened(page, server)
    choose_images(page)
    page.screenshot(path=screenshots / "walk-data.png")
    add_a_flip(page)
    page.screenshot(path=screenshots / "walk-augment.png")
    train_everything(page)
    page.screenshot(path=screenshots / "walk-backbone.png", full_page=True)

    run = start(page, workspace)
    assert len(run.experiment.phases[1].stages) == 9
    assert "VerticalFlip" in [step.transform for step in run.experiment.pipeline.steps]
    check_a_zoom_stays_while_points_come(page, workspace, run)
    page.screenshot(path=screenshots / "walk-train-zoomed.png")
    check_the_chart_comes_back(page, new_page, server, workspace, run)
    stop(page, workspace, run)

    open_results(page, run)
    page.screenshot(path=screenshots / "walk-results.png", full_page=True)
    check_the_download(page, run)
    predict_one_image(page)
    page.screenshot(path=screenshots / "walk-predict.png")


@pytest.mark.slow
@pytest.mark.browser
def test_a_killed_server_shows_the_run_as_interrupted_and_resume_goes_on(new_page, start_server, tmp_path):
    folder = tmp_path / "workspace"
    first = start_server(workspace=folder)
    page = new_page()
    opened(page, first)
    page.click(".st-key-home-try button")
    workspace = Workspace(folder)
    until(lambda: workspace.store.runs() and len(workspace.store.epochs(workspace.store.runs()[0].id)) >= 2)
    (run,) = workspace.store.live()
    os.kill(first.pid, signal.SIGKILL)
    second = start_server(workspace=folder)
    opened(page, second, f"/train?run={run.id}")
    page.wait_for_selector("text=Interrupted")
    assert workspace.store.run(run.id).status is Status.INTERRUPTED
    done = len(workspace.store.epochs(run.id))
    page.wait_for_selector(".st-key-train-resume button", timeout=SLOW_MS)
    page.click(".st-key-train-resume button")
    until(lambda: workspace.store.run(run.id).status is Status.COMPLETED, 180)
    epochs = [epoch.epoch for epoch in workspace.store.epochs(run.id)]
    assert epochs == list(range(14))
    assert done <= len(epochs)


@pytest.mark.slow
@pytest.mark.browser
def test_opening_the_app_leaves_a_terminals_run_running(new_page, start_server, tmp_path):
    """Its own terminal ends the run, and it stands still while the app loads torch: nobody waits for either."""
    folder = tmp_path / "workspace"
    options = ["--data", "sample:stamps", "--phase", "all:500", "--image-size", "64", "--workspace", str(folder)]
    command = [sys.executable, "-m", "core", "train", *options]
    terminal = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        server = start_server(workspace=folder)
        until((folder / "graft.db").exists)
        workspace = Workspace(folder)
        until(lambda: workspace.store.runs() and workspace.store.steps(workspace.store.runs()[0].id))
        terminal.send_signal(signal.SIGSTOP)  # it keeps its lock, and leaves the processor to the page
        page = new_page()
        opened(page, server, "/train")  # idle: the app's own manager is there, which looks for runs to take over
        points(page)
        assert re.search("terminal", page.inner_text("body"))
        assert page.locator(".st-key-train-stop button").count() == 0
        (run,) = workspace.store.live()
        assert run.status is Status.RUNNING
        seen = len(workspace.store.steps(run.id))
        terminal.send_signal(signal.SIGCONT)
        until(lambda: len(workspace.store.steps(run.id)) > seen)
        terminal.send_signal(signal.SIGINT)
        assert terminal.wait(timeout=60) == 130
        page.wait_for_selector("text=Interrupted", timeout=SLOW_MS)
        assert workspace.store.run(run.id).status is Status.INTERRUPTED
    finally:
        terminal.kill()
        terminal.wait()
