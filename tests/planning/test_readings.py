import pytest

from core.data.sources import load_dataset
from core.errors import InvalidExperiment
from core.experiment import AS_FOUND, DataSpec, Reading
from core.planning.readings import reading_with
from tests.conftest import make_experiment, make_images

OF_A_TABLE = Reading(layout="csv", labels="l.csv", file_column="f", label_column="foo", task="multilabel")
FOLDERS = Reading(layout="folders", task="classification")
BOTH = FOLDERS.model_copy(update={"label_column": "old"})  # of a file of before this was refused


@pytest.mark.parametrize(
    ("base", "given", "expected"),
    [
        (OF_A_TABLE, {}, OF_A_TABLE),
        (OF_A_TABLE, {"layout": None, "task": None}, OF_A_TABLE),
        (OF_A_TABLE, {"task": "classification"}, OF_A_TABLE.model_copy(update={"task": "classification"})),
        (OF_A_TABLE, {"label_column": "bar"}, OF_A_TABLE.model_copy(update={"label_column": "bar"})),
        (OF_A_TABLE, {"label_column": ""}, OF_A_TABLE.model_copy(update={"label_column": ""})),
        (OF_A_TABLE, {"layout": "csv"}, OF_A_TABLE),
        (OF_A_TABLE, {"layout": "auto", "task": "auto"}, AS_FOUND),
        (OF_A_TABLE, {"layout": "auto"}, Reading(task="multilabel")),
        (Reading(labels="l.csv"), {"layout": "auto"}, AS_FOUND),
        (OF_A_TABLE, {"layout": "auto", "labels": "m.csv"}, Reading(layout="csv", labels="m.csv", task="multilabel")),
        (OF_A_TABLE, {"layout": "inner"}, Reading(layout="inner", task="multilabel")),
        (FOLDERS, {"file_column": "x"}, Reading(layout="csv", file_column="x", task="classification")),
        (FOLDERS, {"file_column": ""}, FOLDERS),
        (BOTH, {"layout": "csv"}, Reading(layout="csv", task="classification")),
        (BOTH, {}, BOTH),
        (AS_FOUND, {"labels": "l.csv"}, Reading(layout="csv", labels="l.csv")),
    ],
)
def test_only_what_is_given_changes(base, given, expected):
    assert reading_with(given, base) == expected


@pytest.mark.parametrize("layout", ["folders", "parts", "inner", "filenames", "only:cat"])
@pytest.mark.parametrize("field", ["labels", "file_column", "label_column"])
def test_a_layout_without_a_table_takes_neither_file_nor_columns(layout, field):
    with pytest.raises(InvalidExperiment, match=f"{layout} reads no file of labels; got {field.replace('_', ' ')} 'x'"):
        reading_with({"layout": layout, field: "x"}, OF_A_TABLE)
    assert reading_with({"layout": layout, field: ""}) == Reading(layout=layout)


@pytest.mark.parametrize("given", [{"layout": ""}, {"task": ""}, {"task": "multi"}, {"layuot": "csv"}, {"labels": 3}])
def test_what_is_no_field_or_value_is_refused(given):
    with pytest.raises(InvalidExperiment, match="The way to read the images is not valid"):
        reading_with(given, OF_A_TABLE)


def test_an_experiment_that_was_written_with_both_keeps_its_digest_and_the_images_say_what_had_no_effect(tmp_path):
    images = make_images(tmp_path / "images")
    both = Reading(layout="folders", labels="gone.csv", label_column="x")
    plan = make_experiment(images).changed(data=DataSpec(source=str(images), reading=both))
    again = type(plan).from_text(plan.to_yaml())
    assert (again.data.reading, again.digest) == (both, plan.digest)
    noted, plain = (load_dataset(str(images), tmp_path / "w", reading=one) for one in (both, Reading(layout="folders")))
    (note,) = set(noted.notes) - set(plain.notes)
    assert note == "The layout 'folders' reads no file of labels: 'labels' and 'label column' had no effect."
    assert noted.fingerprint == plain.fingerprint
