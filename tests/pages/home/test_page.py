"""The first page: one click to a training, and where the last runs stand."""

import subprocess
import sys
from pathlib import Path

from streamlit.testing.v1 import AppTest

from core.augment.presets import PRESETS
from core.errors import StorageFailed
from core.experiment import BackboneSpec, DataSpec, Experiment, Phase
from core.runs.records import Run
from core.runs.status import Status
from pages.ui.session import engine
from pages.ui.session.state import Draft

ROOT = Path(__file__).resolve().parents[3]
HOSTILE = "[x](javascript:alert(1))"


def home() -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90).run()
    assert not at.exception, at.exception[0].message
    return at


def text(at: AppTest) -> str:
    return "\n".join(element.value for element in at.markdown)


def links(at: AppTest) -> list[str]:
    return [link.proto.label for link in at.get("page_link")]


def add(number: int, status: Status, **parts) -> None:
    experiment = Experiment(data=DataSpec(source="sample:stamps"), phases=(Phase(stages=("head",), epochs=10),))
    engine.workspace().store.add(
        Run(
            **{
                "id": f"run-{number}", "name": f"Run {number}", "status": status, "experiment": experiment,
                "digest": "", "device": "cpu", "classes": ("a", "b"), "test_key": "", "created_at": float(number),
            } | parts
        )
    )  # fmt: skip


def test_before_the_first_run_there_is_no_list():
    at = home()
    assert [heading.value for heading in at.subheader] == []
    assert [button.key for button in at.button if button.key.startswith("home-")] == ["home-try", "home-own"]


def test_the_last_five_runs_stand_with_status_and_score():
    scores = {"accuracy": 0.9, "accuracy_low": 0.7, "accuracy_high": 0.97, "n": 20}
    for number in range(4):
        add(number, Status.STOPPED)
    add(5, Status.COMPLETED, results={"val": scores})
    add(6, Status.FAILED, name=HOSTILE)
    at = home()
    assert "**90 %** :gray[:small[95 % interval 70 to 97 %]]" in text(at)
    assert "Failed" in text(at)
    assert sum(label.startswith("Run ") for label in links(at)) == 4
    assert HOSTILE not in links(at)


def test_a_run_that_is_live_opens_where_it_trains_and_one_that_is_over_where_its_results_are():
    add(1, Status.COMPLETED)
    lease = engine.workspace().lock("run-2")  # held by its trainer, else the run counts as interrupted
    lease.acquire()
    try:
        add(2, Status.RUNNING)
        shown = {
            link.proto.query_string: link.proto.page for link in home().get("page_link") if link.proto.query_string
        }
    finally:
        lease.release()
    assert {run: page.rsplit("/", 1)[-1] for run, page in shown.items()} == {
        "run=run-1": "results",
        "run=run-2": "train",
    }


def test_own_images_lead_to_the_data_page():
    at = home()
    at.button(key="home-own").click().run()
    assert not at.exception
    assert at.title[0].value == "Data"


def test_one_click_trains_on_the_sample(monkeypatch):
    asked = []
    manager = engine.manager()
    monkeypatch.setattr(manager, "submit", lambda *a: asked.append(a) or "run-1")
    try:
        at = home()
        at.session_state["graft:draft"] = Draft(
            source="sample:signs", pipeline=PRESETS["strong"], backbone=BackboneSpec(name="resnet18"), seed=7, views=3
        )  # what was tried before: the samples are trained with the defaults of everything
        at.button(key="home-try").click().run()
        assert not at.exception
        assert at.title[0].value == "Train"
        ((experiment, device, name, _),) = asked
        assert experiment.data.source == "sample:stamps"
        assert experiment.pipeline == PRESETS["light"]
        assert (experiment.backbone.name, experiment.backbone.weights) == ("efficientnet_lite0", "default")
        assert (experiment.seed, experiment.views) == (0, 8)
        assert (device, name) == ("auto", "")
        at.run()
        assert len(asked) == 1  # a rerun starts nothing
    finally:
        manager.shutdown(30)


def test_a_workspace_that_cannot_be_opened_is_a_sentence(monkeypatch):
    def refuse():
        raise StorageFailed("The run store cannot be opened. Choose another workspace.")

    monkeypatch.setattr(engine, "workspace", refuse)
    assert "Choose another workspace" in home().error[0].value


def test_the_first_page_needs_no_torch():
    code = (
        "import sys; from streamlit.testing.v1 import AppTest; import pages.ui.session.warmup as w; "
        "w.start = lambda: None; "
        "w.ready = lambda: False; at = AppTest.from_file('app.py', default_timeout=60).run(); "
        "assert not at.exception, at.exception; "
        "print([n for n in ('torch', 'torchvision', 'timm', 'albumentations') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip().endswith("[]"), done.stderr
