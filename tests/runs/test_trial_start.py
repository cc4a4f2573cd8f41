"""The estimate includes the start of a run, and no download, which happens once. What a label check finds is kept."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from torch import device

from core.augment.presets import PRESETS
from core.runs import trial as module
from core.screening.question import VIEWS
from core.screening.verdict import Verdict
from core.training.estimate import Estimate
from core.work.progress import Progress
from tests.screening.test_sweep import safety
from tests.waiting import drained


def test_the_start_is_part_of_the_estimate_and_a_download_is_not(monkeypatch):
    now = [0.0]

    def trial(*_):
        now[0] += 2.0
        yield Progress(what="reading images", done=0, total=1)
        now[0] += 3.0
        yield Progress(what=module.DOWNLOADING, done=0, total=9)
        now[0] += 500.0
        yield Progress(what="loading the model", done=0, total=1)
        now[0] += 7.0
        return "setup"

    monkeypatch.setattr(module, "trial", trial)
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(module, "estimate", lambda setup, control: Estimate(20.0, 90.0, 5))
    measuring = module.measure(None, None, "cpu", None)
    messages = []
    found = None
    while found is None:
        try:
            messages.append(next(measuring))
        except StopIteration as ended:
            found = ended.value
        now[0] += 1000.0  # what whoever listens does meanwhile
    assert [message.what for message in messages[:-1]] == ["reading images", module.DOWNLOADING, "loading the model"]
    assert messages[-1] == Progress(what="measuring", done=0, total=1)
    assert found == Estimate(32.0, 102.0, 5)


def test_a_model_to_try_takes_turns_on_the_device_that_was_found_before_it_is_loaded(monkeypatch):
    done = []
    prepared = SimpleNamespace(
        experiment=SimpleNamespace(digest="e"), dataset=SimpleNamespace(fingerprint="f"), split="split",
        device=device("cuda:1"),
    )  # fmt: skip
    workspace = SimpleNamespace(
        root=Path("workspace"), images="images", features="features", workers=lambda kind: f"workers of {kind}"
    )
    control = SimpleNamespace(computes_on=lambda device: done.append(("turns on", device)))

    def downloaded(experiment, asked):
        done.append(("downloads", experiment, asked))
        yield 3, 9

    def set_up(*given, device, checkpoints, **parts):
        done.append(("sets up", *given, str(device), parts))
        return "setup"

    monkeypatch.setattr(module, "prepare", lambda experiment, root, device, on_progress, images: prepared)
    monkeypatch.setattr(module, "downloaded", downloaded)
    monkeypatch.setattr(module, "set_up", set_up)
    made, messages = drained(module.trial("experiment", workspace, "auto", control))
    assert made == "setup"
    assert messages == [
        Progress(what="reading images", done=0, total=1),
        Progress(what=module.DOWNLOADING, done=3, total=9),
        Progress(what="loading the model", done=0, total=1),
    ]
    parts = {"features": "features", "images": "images", "workers": "workers of cuda"}
    assert done == [
        ("turns on", "cuda:1"),
        ("downloads", prepared.experiment, control),
        ("sets up", prepared.experiment, prepared.dataset, "split", "cuda:1", parts),
    ]


@pytest.mark.parametrize("views", [VIEWS, VIEWS // 2])
def test_what_a_label_check_finds_is_kept_and_that_of_all_views_for_every_seed_too(monkeypatch, views):
    kept, tried = {}, []
    answers = {"light": safety(Verdict.GREEN), "medium": safety(Verdict.AMBER), "strong": safety(Verdict.RED)}
    names = {id(PRESETS[name]): name for name in answers}
    about = SimpleNamespace(key=lambda one: f"key {names[id(one)]}", gist=lambda one: f"gist {names[id(one)]}")

    def screen(setup, pipelines, control, *, views, on_found):
        tried.append((setup, [names[id(one)] for one in pipelines], control, views))
        yield Progress(what="looking", done=0, total=1)
        for one in pipelines:
            on_found(one, answers[names[id(one)]])

    def trial(*asked):
        yield Progress(what="loading the model", done=0, total=1)
        return asked

    monkeypatch.setattr(module, "load_dataset", lambda source, root, reading: SimpleNamespace(fingerprint="f"))
    monkeypatch.setattr(module, "question_of", lambda experiment, fingerprint, device, views: about)
    monkeypatch.setattr(module, "kept_in", lambda root: SimpleNamespace(load=kept.get, save=kept.__setitem__))
    monkeypatch.setattr(module, "trial", trial)
    monkeypatch.setattr(module, "screen", screen)
    data = SimpleNamespace(source="s", reading=None)
    experiment, workspace = SimpleNamespace(data=data), SimpleNamespace(root="w")
    kept["key medium"] = answers["medium"]

    def found():
        pipelines = [PRESETS[name] for name in answers]
        made, said = drained(module.screen_labels(experiment, workspace, "cpu", pipelines, "control", views))
        return made, [(one.what, one.done, one.total) for one in said]

    before = ("reading what was found before", 1, 3)
    assert found() == (
        tuple(answers.values()), [("reading images", 0, 1), before, ("loading the model", 0, 1), ("looking", 0, 1)]
    )  # fmt: skip
    gists = ["gist light", "gist strong"] if views == VIEWS else []
    assert sorted(kept) == [*gists, "key light", "key medium", "key strong"]
    assert all(kept[key] == answers[key.split()[1]] for key in kept)
    setup = (experiment, workspace, "cpu", "control")
    assert tried == [(setup, ["light", "strong"], "control", views)]
    assert found() == (tuple(answers.values()), [("reading images", 0, 1), ("reading what was found before", 3, 3)])
    assert len(tried) == 1, "nothing is left to find"
