"""What is given on the command line counts, also a zero or an empty text; and each command closes its workspace."""

import pytest

from core.errors import InvalidInput
from core.experiment import AS_FOUND, DataSpec, Reading
from core.runs import execute
from core.runs.workspace import Workspace
from tests.cli.test_commands import graft  # noqa: F401  (a fixture)
from tests.cli.test_options import planned  # noqa: F401  (a fixture)
from tests.conftest import make_experiment


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--views", "0"], "views: must be greater than or equal to 1"), (["--views", ""], "--views takes a number"),
        (["--views", "9" * 5_000], "--views takes a number"), (["--augment", ""], "There is no augmentation preset"),
        (["--layout", ""], "--layout takes auto"), (["--task", ""], "--task takes auto"),
        (["--near-copies", ""], "near_copies"), (["--distinct", ""], "distinct"), (["--optimizer", ""], "optimizer"),
        (["--backbone", ""], "backbone"), (["--data", ""], "No data set was named"), (["--device", ""], "no device ''"),
        (["--layout", "folders", "--label-column", "x"], "--layout folders reads no file of labels"),
    ],
)  # fmt: skip
def test_an_empty_text_or_a_zero_is_not_taken_for_no_option(graft, images, tmp_path, options, says):  # noqa: F811
    file = tmp_path / "plan.yaml"
    file.write_text(make_experiment(images).to_yaml())
    code, out, err = graft("train", "--experiment", file, "--device", "cpu", *options)
    assert (code, out) == (2, "")
    assert says in err


def test_an_option_changes_its_own_part_of_how_a_file_s_images_are_read(planned, images, tmp_path):  # noqa: F811
    table = Reading(layout="csv", labels="l.csv", label_column="foo")
    file = tmp_path / "plan.yaml"
    file.write_text(make_experiment(images).changed(data=DataSpec(source=str(images), reading=table)).to_yaml())

    def reading(*options):
        return planned("--experiment", file, *options).data.reading

    assert reading() == table
    assert reading("--task", "multilabel") == table.model_copy(update={"task": "multilabel"})
    assert reading("--label-column", "") == table.model_copy(update={"label_column": ""})
    assert reading("--layout", "auto", "--task", "auto") == AS_FOUND


@pytest.mark.parametrize(
    "command",
    [
        ["runs"], ["predict", "nothing", "x.png"], ["keep", "nothing", "--last"], ["resume", "nothing"],
        *([one, "--data", "nowhere"] for one in ("train", "estimate", "find-lr")),
        ["safety", "--data", "nowhere", "--augment", "light"],
    ],
)  # fmt: skip
def test_a_command_closes_its_workspace_and_marks_what_died(graft, monkeypatch, command):  # noqa: F811
    steps = []
    for name in ("recover", "close"):
        real = getattr(Workspace, name)
        monkeypatch.setattr(Workspace, name, lambda self, name=name, real=real: (steps.append(name), real(self))[1])
    assert graft(*command)[0] == (0 if command == ["runs"] else 2)
    assert steps == ["recover", "close"]


def test_a_backbone_of_any_length_is_refused_in_a_sentence(graft):  # noqa: F811
    code, _, err = graft("safety", "--data", "nowhere", "--augment", "light", "--backbone", "x" * 300)
    assert (code, "Traceback" in err, "at most 200" in err) == (2, False, True)


@pytest.mark.parametrize(("options", "device"), [((), None), (("--device", "cpu"), "cpu")])
def test_a_run_goes_on_on_the_device_that_is_named(graft, monkeypatch, options, device):  # noqa: F811
    asked = []

    def reopen(_workspace, *given):
        asked.append(given[:2])
        raise InvalidInput("That was all.")

    monkeypatch.setattr(execute, "reopen_run", reopen)
    assert graft("resume", "run-3", *options)[0] == 2
    assert asked == [("run-3", device)]
