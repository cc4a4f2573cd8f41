"""The backbone page: weights that are here, fetched, read from a file or knowingly none, and the image size."""

import pytest
from safetensors.torch import save_file

from core.backbones import catalogue
from core.backbones.build import build
from core.backbones.pretrained import weights
from core.errors import WeightsUnavailable
from core.experiment import BackboneSpec
from pages.ui.backbone import weights as weights_page
from tests.pages.backbone import helpers
from tests.pages.backbone.helpers import SMALL, draft, opened, press, stage_lists, texts

ground = helpers.ground
plans = helpers.plans


# Weights and image size


def test_untrained_is_chosen_knowingly(plans):
    at = opened(backbone=SMALL)
    at.segmented_control(key="backbone-weights").set_value("none").run()
    assert draft(at).backbone.weights == "none"
    assert "what pretraining is worth" in texts(at)
    assert "never train" in texts(at), "frozen stages would stay random"
    press(at, "train-all")
    assert [phase.epochs for phase in draft(at).phases] == [14]
    assert "never train" not in texts(at)
    assert stage_lists(at)[0].count("title='trains'") == len(draft(at).phases[0].stages)


def test_the_bar_of_a_download_is_as_full_as_what_was_received(monkeypatch):
    shown = []

    class Bar:
        def progress(self, share, text):
            shown.append((share, text))

    def fetch(backbone, progress):
        for done, total in ((0, 4), (1, 4), (4, 4), (5, 4), (3, 0)):
            progress(done << 20, total << 20)
        raise WeightsUnavailable("no network")

    monkeypatch.setattr(weights_page.st, "progress", lambda share, text: shown.append((share, text)) or Bar())
    monkeypatch.setattr(weights_page.state, "remember", lambda name, what: shown.append((name, what[0])))
    monkeypatch.setattr(weights, "pretrained_state", fetch)
    monkeypatch.setattr(weights_page.warmup, "wait", lambda said: None)
    weights_page._download(catalogue.get(SMALL.name))
    sizes = ("0 kB of 4 MB", "1 MB of 4 MB", "4 MB of 4 MB", "5 MB of 4 MB")
    assert shown[:6] == [
        (0.0, "Contacting the server."),
        *(
            (share, f"Downloading: {size}. Stay on this page.")
            for share, size in zip((0, 0.25, 1, 1), sizes, strict=True)
        ),
        (0.0, "Downloading: 3 MB. Stay on this page."),
    ]
    assert shown[6:] == [("backbone-failure", SMALL.name)]


def test_a_download_reports_how_far_it_is_and_marks_the_weights(plans, monkeypatch):
    seen = []

    def fetch(backbone, progress):
        progress(5 * 2**20, 10 * 2**20)
        progress(6 * 2**20, 0)
        seen.append(backbone.name)

    monkeypatch.setattr(weights, "pretrained_state", fetch)
    at = opened(backbone=SMALL)
    assert "(9.8 MB) are not on this machine" in texts(at)
    cache = weights.torch_cache()
    cache.mkdir(parents=True)
    press(at, "download")
    assert seen == ["mobilenet_v3_small"]
    (cache / catalogue.get(SMALL.name).source.rpartition("/")[2]).touch()
    at.run()
    assert "The pretrained weights are on this machine" in texts(at)
    assert "✓ here" in at.dataframe[0].value["Weights"].tolist()


def test_a_failed_download_says_why_and_offers_three_ways_on(plans, monkeypatch):
    def fail(backbone, progress):
        raise WeightsUnavailable("No <b>network</b>. Try again.")

    monkeypatch.setattr(weights, "pretrained_state", fail)
    at = press(opened(backbone=SMALL), "download")
    assert "No <b>network</b>. Try again." in texts(at)
    assert at.button(key="backbone-download").label == "Try again"
    other = opened(backbone=BackboneSpec(name="resnet18"))
    other.session_state["graft:backbone-failure"] = at.session_state["graft:backbone-failure"]
    other.run()
    assert "No <b>network</b>" not in texts(other), "it was the download of another one"
    assert other.button(key="backbone-download").label == "Download now"
    press(at, "use-file")
    assert at.text_input(key="backbone-file").value == ""
    assert draft(at).backbone.weights == "default"
    at.segmented_control(key="backbone-weights").set_value("default").run()
    press(at, "use-bundled")
    assert draft(at).backbone == BackboneSpec()


def test_a_weights_file_is_tried_before_it_is_trained_with(plans, tmp_path):
    good, bad = tmp_path / "good.safetensors", tmp_path / "bad.safetensors"
    save_file(build(SMALL.model_copy(update={"weights": "none"}), 2, seed=0).state_dict(), good)
    bad.write_bytes(b"pickle")
    at = opened(backbone=SMALL)
    at.segmented_control(key="backbone-weights").set_value("file").run()
    assert "the pretrained weights stay chosen" in texts(at)
    at.text_input(key="backbone-file").set_value(f'"{bad}"').run()
    assert "bad.safetensors is not a readable safetensors file" in texts(at)
    assert at.button(key="backbone-next").disabled
    at.text_input(key="backbone-file").set_value(str(good)).run()
    assert "good.safetensors fits this model" in texts(at)
    assert draft(at).backbone.weights == str(good)
    assert not at.button(key="backbone-next").disabled
    at.text_input(key="backbone-file").set_value("").run()
    assert draft(at).backbone.weights == "default"


@pytest.mark.parametrize(
    ("path", "says"),
    [("~nobody-of-that-name/x", "no home folder for"), ("a" * 4000, "no weights file"), ("x\0y", "no weights file")],
)
def test_a_path_that_cannot_be_one_is_said_beside_its_box(plans, path, says):
    at = opened(backbone=SMALL)
    at.segmented_control(key="backbone-weights").set_value("file").run()
    at.text_input(key="backbone-file").set_value(path).run()
    assert not at.exception
    assert says in texts(at)
    assert len(at.error[0].value) < 700
    assert at.button(key="backbone-next").disabled


def test_an_impossible_size_is_a_sentence_and_the_old_one_stays(plans):
    at = opened(backbone=BackboneSpec(name="timm/vit_tiny_patch16_224"))
    at.text_input(key="backbone.image_size").set_value("100").run()
    assert "at least 32 px and a multiple of 16" in texts(at)
    assert "The experiment keeps 224 px." in texts(at)
    assert draft(at).backbone.image_size is None
    assert at.text_input(key="backbone.image_size").value == "100"
    at.text_input(key="backbone.image_size").set_value("96").run()
    assert draft(at).backbone.image_size == 96
    assert "multiple of" not in texts(at)
