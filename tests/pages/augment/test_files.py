"""Save or load on the Augment page: names, files for other programs, files of others, and links."""

import json

import albumentations as A
import pytest
from streamlit.testing.v1 import AppTest

from core.augment import saved
from core.augment.exchange.text import dump_albumentations, read_any
from core.augment.link import LONGEST, Shared, packed, unpacked
from core.augment.presets import PRESETS, dump_pipeline
from core.errors import InvalidInput
from core.experiment import BackboneSpec, PipelineSpec, Step
from pages.ui.augment import files
from pages.ui.session.state import Draft
from tests.pages.augment.helpers import draft, press, ran, texts
from tests.pages.trained import keys

TURN = PipelineSpec(steps=(Step(transform="Rotate", p=1.0, params={"limit": 12.0, "fill": "reflect"}),), strength=0.5)
ELASTIC = PipelineSpec(steps=(*TURN.steps, Step(transform="ElasticTransform")))


def panel() -> None:
    from pages.ui.augment import files as files
    from pages.ui.augment.link import take_link

    take_link()
    files.show()


def opened(link: str | None = None, opened=True, **parts) -> AppTest:
    at = AppTest.from_function(panel, default_timeout=90)
    small = {
        "pipeline": PRESETS["light"],
        "backbone": BackboneSpec(name="mobilenet_v3_small", image_size=32),
        "seed": 3,
    }
    at.session_state["graft:draft"] = Draft(**(small | parts))
    at.session_state["augment-file"] = opened
    if link is not None:
        at.query_params["pipeline"] = link
    return ran(at)


def keep(at: AppTest, name: str) -> AppTest:
    at.text_input(key="augment-keep-name").set_value(name)
    return press(ran(at), "augment-keep")


def upload(at: AppTest, name: str, text: str) -> AppTest:
    at.file_uploader(key="augment-load").set_value([(name, text.encode(), "application/json")])
    return ran(at)


def test_nothing_is_drawn_before_it_is_opened():
    at = opened(opened=False)
    assert not at.button
    assert not at.selectbox


def test_a_pipeline_is_kept_under_a_name_and_comes_back(own_workspace):
    at = keep(opened(pipeline=TURN), "Für Blätter")
    assert "Saved as 'Für Blätter'" in texts(at)
    assert saved.load(own_workspace, "Für Blätter") == TURN
    again = opened()
    assert again.selectbox(key="augment-kept").value == "Für Blätter"
    again = press(again, "augment-kept-load")
    assert draft(again).pipeline == TURN


def test_a_name_that_is_there_is_replaced_by_a_button_that_says_so(own_workspace):
    saved.save(own_workspace, "mine", TURN)
    at = opened()
    at.text_input(key="augment-keep-name").set_value("mine")
    ran(at)
    assert at.button(key="augment-keep").label == "Replace"
    assert saved.load(own_workspace, "mine") == TURN
    press(at, "augment-keep")
    assert saved.load(own_workspace, "mine") == PRESETS["light"]


def test_deleting_takes_two_clicks(own_workspace):
    saved.save(own_workspace, "mine", TURN)
    at = press(opened(), "augment-kept-delete")
    assert saved.load(own_workspace, "mine") == TURN
    assert "deleted permanently" in texts(at)
    at = press(at, "augment-kept-delete")
    assert saved.listed(own_workspace) == ()
    assert "Deleted 'mine'" in texts(at)
    assert "augment-kept-delete" not in keys(at)


def test_a_damaged_one_is_said_and_can_be_deleted(own_workspace):
    (own_workspace / "pipelines").mkdir(parents=True)
    (own_workspace / "pipelines" / "bad.yaml").write_text("steps: [{transform: Rotatte}]")
    at = opened()
    assert "Did you mean Rotate" in texts(at)
    assert at.button(key="augment-kept-load").disabled
    assert "augment-kept-delete" in keys(at)


@pytest.mark.parametrize("kind", [files.JSON, files.YAML, files.GRAFT])
def test_what_is_saved_as_a_file_comes_back(kind):
    at = opened(pipeline=ELASTIC, seed=8)
    at.selectbox(key="augment-format").set_value(kind)
    at = ran(at)
    assert ("Only Graft can read: step 2 (Elastic distortion)" in texts(at)) is (kind != files.GRAFT)
    geometry = files.backbones.geometry(files.backbones.get("mobilenet_v3_small"), 32, "whole")
    form = {files.JSON: "json", files.YAML: "yaml"}.get(kind)
    text = dump_albumentations(ELASTIC, geometry, 8, form) if form else dump_pipeline(ELASTIC)
    at = upload(opened(), "back.json", text)
    assert draft(at).pipeline == ELASTIC
    assert draft(at).seed == (8 if form else 3)


def test_python_code_can_be_copied():
    at = opened(pipeline=TURN)
    at.selectbox(key="augment-format").set_value(files.PYTHON)
    (code,) = [one.value for one in ran(at).code if "STEPS = (" in one.value]
    assert "A.Rotate(limit=(-6.0, 6.0)" in code, "as strong as it is now"


def test_a_file_of_albumentations_comes_in_with_what_was_left_out():
    text = json.dumps(A.to_dict(A.Compose([A.HorizontalFlip(p=0.25), A.Normalize()])))
    at = upload(opened(), "theirs.json", text)
    assert draft(at).pipeline.steps == (Step(transform="HorizontalFlip", p=0.25),)
    assert draft(at).seed == 3
    assert "Loaded 1 step from theirs.json. Normalize was left out" in texts(at)


def test_a_file_that_cannot_come_in_changes_nothing():
    text = json.dumps(A.to_dict(A.Compose([A.HorizontalFlip(p=0.25), A.SomeOf([A.Blur()], n=1)])))
    at = upload(opened(), "theirs.json", text)
    assert "there is no such transform in Graft" in texts(at)
    assert draft(at).pipeline == PRESETS["light"]


def test_a_link_restores_the_page():
    at = opened(pipeline=TURN, seed=9, views="fresh")
    (link,) = [one.value for one in at.code]
    word = link.split("?pipeline=")[1]
    other = opened(link=word, opened=False)
    assert (draft(other).pipeline, draft(other).seed, draft(other).views) == (TURN, 9, "fresh")
    assert "pipeline" not in other.query_params
    assert "of 1 step." in texts(other)
    assert "of 1 step." in texts(ran(other)), "also after the page ran again"
    other = press(other, "augment-link-undo")
    assert (draft(other).pipeline, draft(other).seed, draft(other).views) == (PRESETS["light"], 3, 8)
    assert "is here" not in texts(other)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("nonsense!", "does not hold a whole pipeline"),
        (packed(Shared(pipeline=PRESETS["strong"]))[:-20], "does not hold a whole pipeline"),
        ("x" * (LONGEST + 1), "does not hold a whole pipeline"),
        ("eNqrVipILMhJzczLz0lVslJKzMkvSlWqBQBS8gdR", "link"),
        (packed(Shared(pipeline=PipelineSpec(steps=(Step(transform="Rotatte"),)))), "Did you mean Rotate"),
        (packed(Shared.model_construct(pipeline=TURN, seed=-1, views=8)), "greater than or equal to 0"),
    ],
)
def test_a_bad_link_is_a_sentence_and_nothing_is_lost(word, said):
    at = opened(link=word, opened=False)
    (error,) = at.error
    assert said in error.value.replace("\\", "")
    assert draft(at).pipeline == PRESETS["light"]
    assert "pipeline" not in at.query_params
    assert "augment-link-undo" not in keys(at)


def test_links_hold_every_pipeline_and_no_bombs():
    import base64
    import zlib

    shared = Shared(pipeline=PRESETS["strong"], seed=4, views=100)
    assert unpacked(packed(shared)) == shared
    assert len(packed(shared)) < 1000
    bomb = base64.urlsafe_b64encode(zlib.compress(b" " * 3_000_000)).decode().rstrip("=")
    assert len(bomb) < LONGEST
    with pytest.raises(InvalidInput, match="whole pipeline"):
        unpacked(bomb)
    assert read_any(dump_pipeline(shared.pipeline)).spec == shared.pipeline
