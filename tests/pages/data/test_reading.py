"""The Data page where a folder does not say itself what its classes are: asked, answered, kept, changed."""

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.cli.words import options
from core.data.collection import list_collections
from core.data.report import describe
from core.data.sources import load_dataset
from core.data.split import make_split
from core.errors import UnclearLayout
from core.experiment import AS_FOUND, Reading, SplitSpec
from core.tasks.image_level import prediction_record
from pages.ui.session import state
from tests.conftest import make_images
from tests.pages.data import helpers
from tests.pages.data.helpers import ROOT, choose_path, draft, texts

at = helpers.at
workspace = helpers.workspace
COUNTS = {"a": {"leaf": 5, "root": 4}, "b": {"leaf": 3, "root": 6}}


@pytest.fixture
def variants(tmp_path) -> Path:
    """Two copies of a data set beside each other, each with its own numbers of images."""
    for seed, (top, classes) in enumerate(COUNTS.items()):
        for number, (name, count) in enumerate(classes.items()):
            make_images(tmp_path / "leaves" / top, classes=(name,), per_class=count, seed=10 * seed + number)
    return tmp_path / "leaves"


@pytest.fixture
def labelled(tmp_path) -> Path:
    """Images with two columns of classes in a table, and a folder without labels."""
    flat = make_images(tmp_path / "made", classes=("x",), per_class=14) / "x"
    (tmp_path / "zoo").mkdir()
    flat.rename(tmp_path / "zoo" / "train")
    make_images(tmp_path / "zoo", classes=("test",), per_class=3, seed=7)
    names = sorted(path.name for path in (tmp_path / "zoo" / "train").iterdir())
    rows = [f"{name},{'owl' if n < 8 else 'bat'},{'day' if n % 7 < 3 else 'night'}" for n, name in enumerate(names)]
    (tmp_path / "zoo" / "train.csv").write_text("\n".join(["image,label,time", *rows]))
    return tmp_path / "zoo"


def sidebar(at: AppTest) -> str:
    """What stands under the pages' names."""
    return " ".join(link.proto.label for link in at.get("page_link")).replace("\\", "")


def numbers(at: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.metric}


def test_an_unclear_folder_is_asked_about_with_the_command_lines_choices(at, variants, workspace):
    with pytest.raises(UnclearLayout) as asked:
        load_dataset(str(variants), workspace)
    choose_path(at, variants)
    assert not at.exception
    assert not at.error
    assert "graft:draft" not in at.session_state, "nothing is chosen before the answer"
    assert asked.value.question in texts(at)
    for number, choice in enumerate(asked.value.choices):
        assert choice.gives in texts(at)
        assert options(choice.reading) in at.button(key=f"data-way-{number}").help.replace("\\", "").replace(
            "\u2060", ""
        )
    assert "--layout" not in texts(at), "that is for terminals"


@pytest.mark.parametrize(
    ("layout", "images", "classes"), [("only:b", 9, {"leaf": 3, "root": 6}), ("inner", 18, {"leaf": 8, "root": 10})]
)
def test_the_answer_is_kept_in_the_draft_and_the_experiment(at, variants, workspace, layout, images, classes):
    choose_path(at, variants)
    with pytest.raises(UnclearLayout) as asked:
        load_dataset(str(variants), workspace)
    number = [choice.reading["layout"] for choice in asked.value.choices].index(layout)
    at.button(key=f"data-way-{number}").click().run()
    assert not at.exception
    assert numbers(at)["Images"] == str(images)
    assert draft(at).reading == Reading(layout=layout)
    kept = state._read(next((workspace / "drafts").glob("*.json")))
    assert kept.reading == Reading(layout=layout)
    assert kept.source == str(variants)
    found = load_dataset(str(variants), workspace, reading=kept.reading)
    assert found.counts == classes


def test_pages_that_cannot_go_on_send_to_the_data_page_and_name_no_option(variants, workspace):
    from pages.ui.train import summary

    held = state.Draft(source=str(variants))
    (blocker,) = summary._data_blockers(held)
    assert blocker.sentence.endswith("Say on the Data page how to read it.")
    assert "--layout" not in blocker.sentence
    assert summary._data_blockers(state.Draft(source=str(variants), reading=Reading(layout="inner"))) == []


def test_an_answer_can_be_changed_later_and_another_folder_starts_anew(at, variants, images):
    choose_path(at, variants)
    at.button(key="data-way-0").click().run()
    assert draft(at).reading == Reading(layout="only:a")
    at.button(key="data-read-differently").click().run()
    assert at.button(key="data-way-0").disabled
    assert at.button(key="data-way-0").label == "Read this way now"
    at.button(key="data-way-1").click().run()
    assert draft(at).reading == Reading(layout="only:b")
    assert numbers(at)["Images"] == "9"
    at.button(key="data-change").click().run()
    choose_path(at, images)
    assert draft(at).source == str(images)
    assert draft(at).reading == AS_FOUND


@pytest.mark.parametrize("artifact", [False, True])
def test_the_way_in_which_images_are_read_now_has_the_same_classes(at, tmp_path, artifact):
    """A class without images counts; and as many classes are not yet the same ones."""
    make_images(tmp_path / "set", classes=("cat", "dog"), per_class=5)
    (tmp_path / "set" / "emu").mkdir()
    if artifact:
        make_images(tmp_path / "set", classes=("thumbnails",), per_class=2)
    choose_path(at, tmp_path / "set")
    assert numbers(at)["Classes"] == "3"
    at.button(key="data-read-differently").click().run()
    assert at.button(key="data-way-0").disabled is not artifact


def test_the_table_that_is_read_now_is_marked(at, labelled):
    rows = (labelled / "train.csv").read_text().replace("owl", "elk").replace(",time", ",hour")
    (labelled / "train - Kopie.csv").write_text(rows)
    choose_path(at, labelled)
    at.button(key="data-read-differently").click().run()
    buttons = [one for one in at.button if one.key.startswith("data-way-")]
    (copy,) = [one for one in buttons if "train - Kopie.csv" in one.help.replace("\\", "").replace("\u2060", "")]
    copy.click().run()
    assert draft(at).reading.labels == "train - Kopie.csv"
    at.button(key="data-read-differently").click().run()
    assert [one.key for one in at.button if one.key.startswith("data-way-") and one.disabled] == [copy.key]


def test_a_question_can_be_left_and_the_old_images_stay(at, variants):
    at.button(key="data-use-signs").click().run()
    at.button(key="data-change").click().run()
    choose_path(at, variants)
    assert draft(at).source == "sample:signs"
    at.button(key="data-ask-back").click().run()
    assert numbers(at)["Images"] == "240"


def test_an_uploaded_zip_stays_while_the_question_is_open(at, variants, workspace):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path in sorted(variants.rglob("*.png")):
            archive.write(path, path.relative_to(variants.parent).as_posix())
    at.get("file_uploader")[-1].set_value([("my leaves.zip", out.getvalue(), "application/zip")]).run()
    (kept,) = list_collections(workspace)
    assert "How should “my leaves” be read?" in texts(at)
    assert kept.folder.name not in texts(at)
    at.button(key="data-way-1").click().run()
    assert not at.exception
    assert (draft(at).source, draft(at).reading.layout) == (str(kept.folder), "only:b")
    assert numbers(at)["Images"] == "9"


def test_columns_of_labels_are_shown_and_corrected(at, labelled):
    choose_path(at, labelled)
    assert "Labels are read from 'train.csv': file names from column 'image', classes from column 'label'." in texts(at)
    assert at.selectbox(key="data-column-file").value == "image"
    at.selectbox(key="data-column-label").set_value("time").run()
    assert not at.exception
    assert draft(at).reading == Reading(layout="csv", labels="train.csv", file_column="image", label_column="time")
    assert "classes from column 'time'" in texts(at)
    at.selectbox(key="data-column-file").set_value("label").run()
    assert at.error, "no image is called so"
    assert draft(at).reading.file_column == "image"


def test_images_without_labels_are_said_and_lead_to_predict(at, labelled, monkeypatch):
    went = []
    monkeypatch.setattr("streamlit.switch_page", went.append)
    choose_path(at, labelled)
    assert "**3 images** without labels in **test**" in texts(at)
    at.button(key="data-predict-0").click().run()
    assert went == ["pages/predict.py"]


def test_the_page_says_what_graft_data_says(at, labelled, workspace):
    (labelled / "train" / "broken.png").write_bytes(b"no image")
    first = next((labelled / "train").glob("0*.png"))
    (labelled / "train" / "again.png").write_bytes(first.read_bytes())
    dataset = load_dataset(str(labelled), workspace)
    report = describe(dataset, make_split(dataset, SplitSpec()))
    choose_path(at, labelled)
    assert numbers(at)["Images"] == str(sum(report.parts.values()))
    assert numbers(at)["Left out"] == str(len(report.left_out))
    table = at.dataframe[0].value
    assert list(zip(table["File"], table["Why"], strict=True)) == [(one.name, one.reason) for one in report.left_out]
    assert all(note in texts(at) for note in report.notes)
    home = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    home.session_state["graft:draft"] = draft(at)
    assert f"{sum(report.parts.values())} images in 2 classes" in sidebar(home.run())


def test_a_draft_of_before_is_read_as_found_and_another_source_forgets_the_reading(workspace, monkeypatch):
    held = {}
    monkeypatch.setattr("streamlit.session_state", held)
    (workspace / "drafts").mkdir(parents=True)
    (workspace / "drafts" / "0123456789abcdef.json").write_text('{"source": "/data/pets", "seed": 3}')
    assert (state.draft().source, state.draft().reading, state.draft().seed) == ("/data/pets", AS_FOUND, 3)
    state.update(reading=Reading(layout="inner"))
    assert state.update(source="/data/pets", seed=4).reading == Reading(layout="inner")
    assert state.update(source="/data/cars").reading == AS_FOUND


def test_mistakes_are_decoded_with_the_scale_of_the_set(tmp_path):
    import numpy as np

    from core.runs.artifacts import read_predictions, write_predictions
    from pages.ui.results.mistakes import _small

    for name, level in (("dim", 40.0), ("bright", 160.0)):
        (tmp_path / "set" / name).mkdir(parents=True)
        for number in range(3):
            pixels = np.full((20, 24), level + number, np.float32)
            pixels[:4, :4] = 0
            Image.fromarray(pixels).save(tmp_path / "set" / name / f"{number}.tif")
    dataset = load_dataset(str(tmp_path / "set"), tmp_path / "workspace")
    write_predictions(tmp_path, "val", dataset.items, prediction_record([0] * 6, [[0.5, 0.5]] * 6))
    kept = read_predictions(tmp_path, "val")
    assert kept.value_range == dataset.value_range == (0.0, 162.0)
    dim = next(path for path in kept.paths if "dim" in path)
    middle = _small(dim, 0, kept.value_range)[112, 112]
    assert abs(int(middle[0]) - 40 / 162 * 255) < 4, "not stretched to its own brightest value"
