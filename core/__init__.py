"""Graft's engine: images, augmentation, backbones, training, evaluation. Nothing in it imports streamlit.

For scripts (after an installation also as `import graft`):

    run = core.train("my/folder", backbone="resnet18")
    print(run.test.main)                              # accuracy with its 95 % interval
    for answer in core.predict(run, "new/images"):
        print(answer.name, answer.label, answer.probabilities)

Importing it loads nothing heavy; the first call does.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.allocator import keep_freed_memory
from core.errors import GraftError

if TYPE_CHECKING:  # the libraries behind them take seconds to load
    from core.evaluation.predict import Predictor
    from core.experiment import Experiment
    from core.runs.workspace import Workspace
    from core.scripting.answers import Image, Prediction
    from core.scripting.training import Place, TrainedRun

__all__ = ["GraftError", "load_model", "open_workspace", "predict", "train"]

keep_freed_memory()


def train(
    data: "Place | None" = None,
    workspace: "Workspace | Place | None" = None,
    *,
    experiment: "Experiment | Place | None" = None,
    backbone: str | None = None,
    weights: "Place | None" = None,
    phases: Sequence[str] = (),
    augment: "Place | None" = None,
    views: int | str | None = None,
    image_size: int | None = None,
    recipe: Mapping[str, Any] | None = None,
    reading: Mapping[str, Any] | None = None,
    split: Mapping[str, Any] | None = None,
    seed: int | None = None,
    device: str = "auto",
    name: str = "",
    progress: bool = True,
) -> "TrainedRun":
    """Train a model and evaluate its best epoch, as `graft train` does; returns when the run is completed.

    Args:
        data: a folder of class folders, a zip of it, or `sample:stamps`, `sample:signs`, `sample:scenes`.
        workspace: where the run is kept; default `$GRAFT_WORKSPACE`, else `./workspace`. App and terminal see it.
        experiment: an experiment, or its file (`experiment.yaml` of a run), which the other options change.
        backbone: a name that `graft backbones` lists.
        weights: `default` (pretrained), `none`, or a safetensors file.
        phases: `STAGES:EPOCHS[:LEARNING_RATE]`, such as `["head:8", "layer4:5:3e-4"]`.
        augment: `none`, `light`, `medium`, `strong`, or a file saved on the Augment page.
        views: fixed views of each image, or `"fresh"` for a new one in every epoch.
        image_size: side of the model's input in px; default that of the weights.
        recipe: fields of `core.recipe.Recipe`, such as `{"batch_size": 8, "mixup": 0.2}`.
        reading: fields of `core.experiment.Reading`: how a folder is read that can be read in several ways. Fields that
            are not given stay those of the experiment; `{"layout": "auto"}` reads the folder as it is found again.
        split: fields of `core.experiment.SplitSpec`: shares of validation and test, seed, near copies.
        seed: fixes the new head, the order and the views; default that of the experiment or pipeline file, else 0.
        device: `auto`, `cpu`, `cuda`, `cuda:1` or `mps`.
        name: what the run is called.
        progress: draw a bar, and a line per epoch, on stderr.

    What was left out of the data or of a pipeline comes as Python warnings. The test result is part of what is
    returned, and counts as one look at it. Ctrl-C leaves a run that `graft resume` takes up again.

    Raises:
        GraftError: its message says what could not be used and what to do. `InvalidInput` for data or options, before
            anything is written; `UnclearLayout` (its `choices` hold values for `reading`); `WeightsUnavailable`;
            `TrainingFailed`.
    """
    from core.scripting.training import described, train_run

    plan = described(
        data, experiment, backbone=backbone, weights=weights, phases=phases, augment=augment, views=views,
        image_size=image_size, recipe=recipe, reading=reading, split=split, seed=seed,
    )  # fmt: skip
    return train_run(plan, workspace, device, name, progress)


def predict(
    run: "TrainedRun | Predictor | Place",
    images: "Image | Iterable[Image]",
    workspace: "Workspace | Place | None" = None,
) -> "list[Prediction]":
    """A trained model's answers, one per image, in order; a folder stands for all files in it, nested ones too.

    Args:
        run: what `train` or `load_model` returned, a run's id, or the folder of a run or of an unpacked download.
        images: one or several of: a path of an image or a folder, an image file's bytes, a PIL image, or an array of
            uint8 with the shape (height, width), (height, width, 3), RGB, or (height, width, 4), RGBA.
        workspace: where a run is looked up by its id; default `$GRAFT_WORKSPACE`, else `./workspace`.

    A file that cannot be read has an answer without labels, with the `reason`.

    Raises:
        RunNotFound, UnreadableWeights: there is no such run, or it has no usable weights.
        InvalidInput: something that is no image at all, such as an array of floats.
    """
    from core.scripting.answers import predictions

    return predictions(load_model(run, workspace), images)


def load_model(run: "TrainedRun | Predictor | Place", workspace: "Workspace | Place | None" = None) -> "Predictor":
    """A trained model with its classes and preprocessing, on the processor: to be loaded once and asked often.

    `load_model(run).model` is the `torch.nn.Module`, in evaluation mode; `.classes` its classes in the order of its
    outputs. Arguments and errors are those of `predict`.
    """
    from core.scripting.answers import loaded

    return loaded(run, workspace)


def open_workspace(folder: "Place | None" = None) -> "Workspace":
    """Open or create a workspace, where runs are kept; default `$GRAFT_WORKSPACE`, else `./workspace`.

    `open_workspace().store.runs()` lists the runs, the newest first. It is a context manager, closed at the end of its
    block. Runs whose program has died are marked as interrupted. Raises `StorageFailed`, `InvalidInput`.
    """
    from core.runs.workspace import open_workspace

    return open_workspace(folder)
