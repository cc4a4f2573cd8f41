"""Labels on the Data page: the search, one card after the other, and the list of edits."""

from types import SimpleNamespace

import pytest

from core.data.edits import EditStore
from core.edits import Edit
from core.errors import QueueFull
from core.runs import trial
from core.screening.suspects import Suspect, Suspects
from core.work.progress import Progress
from core.work.queue import Analysis
from pages.ui.session import engine
from tests.pages.data import helpers
from tests.pages.data.helpers import choose_path, draft, texts

at = helpers.at
workspace = helpers.workspace


class Analyses:
    """Stands in for the queue: what was asked for is over with `outcome` at once."""

    def __init__(self):
        self.outcome, self.asked, self.refused = None, {}, None

    def analysis(self, key):
        return self.outcome if key in self.asked else None

    def analyse(self, key, work):
        if self.refused:
            raise self.refused
        self.asked[key] = work

    def cancel(self, key):
        pass


@pytest.fixture
def analyses(monkeypatch):
    made = Analyses()
    monkeypatch.setattr(engine, "manager", lambda: SimpleNamespace(analyses=made))
    return made


@pytest.fixture
def found(at, images, analyses):
    """The page once a search is over that suspects two images."""
    choose_path(at, images)
    items = {item.name: item for item in engine.dataset(str(images)).items}

    def suspect(name, label, other, sure):
        return Suspect(name, items[name].digest, label, sure, other, 1 - sure)

    ranked = (
        suspect("cold/03.png", "cold", "warm", 0.1), suspect("warm/01.png", "warm", "cold", 0.25),
        suspect("warm/02.png", "warm", "cold", 0.9),
    )  # fmt: skip
    analyses.outcome = Analysis(Progress(what="done", done=1, total=1), result=Suspects(ranked, 0.5, ("rare",)))
    at.button(key="labels-search").click().run()
    assert not at.exception
    return at


def test_nothing_is_searched_and_torch_is_not_waited_for_before_it_is_asked_for(at, images, monkeypatch):
    monkeypatch.setattr(engine, "manager", lambda: pytest.fail("it waits for torch"))
    choose_path(at, images)
    assert not at.exception
    assert at.button(key="labels-search").label == "Look for wrong labels"


def test_what_is_asked_for_is_this_experiment_s_images_with_their_edits(at, images, analyses, monkeypatch):
    asked = []
    monkeypatch.setattr(trial, "suspicious_labels", lambda *given: asked.append(given))
    choose_path(at, images)
    analyses.outcome = Analysis(Progress(what="looking at images", done=1, total=4))
    at.button(key="labels-search").click().run()
    assert at.button(key="labels-cancel")
    ((_, work),) = analyses.asked.items()
    work("control")
    experiment, workspace, device, control = asked[0]
    assert (experiment.data.source, device, control) == (str(images), "auto", "control")
    assert workspace is engine.workspace()


def test_the_first_suspect_is_shown_large_and_relabelled_with_one_key(found, images):
    assert "**2 labels of 3** look wrong to the probe, which is right for 50 % of them." in texts(found)
    assert "Labelled **cold** (10 %), looks like **warm** (90 %)." in texts(found)
    assert "Too few images to be judged: rare." in texts(found)
    button = found.button(key="labels-relabel")
    assert (button.label, button.proto.shortcut) == ("It is warm", "y")
    button.click().run()
    assert not found.exception
    (edit,) = draft(found).reading.edits
    assert (edit.image, edit.labels, edit.before) == ("cold/03.png", ("warm",), ("cold",))
    assert engine.known_dataset(str(images), draft(found).reading).counts == {"cold": 11, "warm": 13}
    assert "Labelled **warm** (25 %), looks like **cold** (75 %)." in texts(found), "the next one"
    assert "Labels have changed since this search." in texts(found)
    assert "cold/03.png: now **warm** (before: cold)" in texts(found)


def test_the_others_are_left_out_or_confirmed_and_all_can_be_taken_back(found):
    found.button(key="labels-exclude").click().run()
    assert [one.labels for one in draft(found).reading.edits] == [None]
    assert "1 is left out by hand." in texts(found)
    found.button(key="labels-right").click().run()
    assert "You have looked at all of them." in texts(found)
    undo = next(button for button in found.button if button.key.startswith("labels-undo-"))
    undo.click().run()
    assert not found.exception
    assert draft(found).reading.edits == ()
    assert "Labelled **cold** (10 %), looks like **warm** (90 %)." in texts(found), "it is open again"


def test_edits_are_there_again_when_the_images_are_chosen_again(found, images):
    found.button(key="labels-relabel").click().run()
    found.button(key="data-change").click().run()
    found.button(key="data-use-stamps").click().run()
    assert draft(found).reading.edits == ()
    found.button(key="data-change").click().run()
    choose_path(found, images)
    assert [one.image for one in draft(found).reading.edits] == ["cold/03.png"]


def test_other_edits_than_those_of_the_workspace_are_told(found):
    from dataclasses import replace

    found.button(key="labels-relabel").click().run()
    before = draft(found)
    found.session_state["graft:draft"] = replace(before, reading=before.reading.unedited)
    found.run()
    assert "0 edits here, 1 edit in the workspace's own list." in texts(found)
    found.button(key="labels-use-kept").click().run()
    assert draft(found) == before


def test_what_another_tab_has_edited_is_not_lost(found, images, workspace):
    elsewhere = Edit(image="cold/05.png", digest="5" * 64, labels=("warm",))
    store = EditStore(engine.workspace().root)
    store.change(str(images), lambda before: (*before, elsewhere))
    found.button(key="labels-relabel").click().run()
    assert [one.image for one in store.load(str(images))] == ["cold/05.png", "cold/03.png"]
    assert [one.image for one in draft(found).reading.edits] == ["cold/03.png"]


def test_what_fails_is_said(at, images, analyses):
    choose_path(at, images)
    analyses.refused = QueueFull("Too much waits.")
    at.button(key="labels-search").click().run()
    assert "Too much waits." in texts(at) + " ".join(one.value for one in at.error)
    analyses.refused, analyses.outcome = None, Analysis(Progress(what="", done=0, total=0), error="It went wrong.")
    at.button(key="labels-search").click().run()
    assert "It went wrong" in at.error[0].value
    assert at.button(key="labels-search").label == "Try again"


def test_the_mended_set_is_sent_as_it_is_now(found, images, tmp_path):
    import io
    import zipfile

    from pages.ui.data import labels

    assert not [one for one in found.get("download_button") if one.proto.id.endswith("labels-export")]
    found.button(key="labels-relabel").click().run()
    assert any("labels-export" in one.proto.id for one in found.get("download_button"))
    dataset = engine.known_dataset(str(images), draft(found).reading)
    names = zipfile.ZipFile(io.BytesIO(labels._mended_zip(dataset))).namelist()
    assert "warm/03-2.png" in names
    assert "cold/03.png" not in names
