"""What a training is made of: which images it may look at, and what its inputs are."""

import numpy as np
import pytest
import torch
from PIL import Image

from core.backbones import catalogue
from core.backbones.freezing import count_parameters
from core.data.cache import ImageCache
from core.experiment import Phase, PipelineSpec, Recipe, Step
from core.features.batches import Normalise
from core.training.optimizers import peak_rate
from core.training.setup import raise_momentum
from tests.conftest import make_experiment
from tests.training.test_loop import prepare
from tests.uneven import CLASSES, EACH, TRAIN, VAL


def names(items):
    return {item.name.split("/")[0] for item in items}


def test_each_list_of_images_is_of_its_own_part(divided, tmp_path):
    setup = prepare(make_experiment(divided, recipe=Recipe(batch_size=4)), tmp_path)
    assert (len(setup.train_items), len(setup.val_items)) == (TRAIN, VAL)
    assert (names(setup.train_items), names(setup.val_items)) == ({"train"}, {"val"})
    assert setup.steps_per_epoch == 3
    assert prepare(make_experiment(divided, recipe=Recipe(batch_size=11)), tmp_path).steps_per_epoch == 1
    assert setup.task.classes == CLASSES
    record = setup.record
    assert record.classes == CLASSES
    assert (record.task, record.inputs.image_size, record.backbone.name) == ("classification", 32, "mobilenet_v3_small")
    assert (record.experiment, record.inputs.scale) == (setup.experiment.digest, None)


def test_steps_that_look_at_other_images_look_at_training_images_alone(divided, tmp_path, monkeypatch):
    matching = PipelineSpec(steps=(Step(transform="HistogramMatching", p=1.0),))
    setup = prepare(make_experiment(divided, pipeline=matching), tmp_path)
    item, read, real = setup.val_items[0], [], ImageCache.base
    monkeypatch.setattr(ImageCache, "base", lambda self, one: read.append(one.name) or real(self, one))
    for number in range(60):
        setup.pixels.image_views.view(item, number)
    others = set(read) - {item.name}
    assert {name.split("/")[0] for name in others} == {"train"}
    assert others == {one.name for one in setup.train_items}, "and at each of them"


def test_classes_weigh_by_the_training_images_alone(divided, tmp_path):
    logits, labels = torch.tensor([[2.0, 0, 0], [0, 0, 1.0]]), torch.tensor([0, 1])
    alone = [float(torch.nn.functional.cross_entropy(logits[n : n + 1], labels[n : n + 1])) for n in range(2)]
    setup = prepare(make_experiment(divided, recipe=Recipe(class_weights="balanced", label_smoothing=0)), tmp_path)
    first, second = (TRAIN / (3 * count) for count in EACH["train"][:2])
    weighed = (first * alone[0] + second * alone[1]) / 2  # the mean over images, not over weights
    assert float(setup.criterion(logits, labels)) == pytest.approx(weighed, rel=1e-5)
    plain = prepare(make_experiment(divided, recipe=Recipe(label_smoothing=0)), tmp_path)
    assert float(plain.criterion(logits, labels)) == pytest.approx(sum(alone) / 2, rel=1e-5)
    smoothed = prepare(make_experiment(divided, recipe=Recipe(label_smoothing=0.2)), tmp_path)
    wanted = float(torch.nn.functional.cross_entropy(logits, labels, label_smoothing=0.2))
    assert float(smoothed.criterion(logits, labels)) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("name", ["resnet18", "efficientnet_lite0", "timm/vit_tiny_patch16_224"])
def test_inputs_are_less_the_mean_in_units_of_the_deviation(name):
    backbone = catalogue.get(name)
    image_views = np.random.default_rng(0).integers(0, 256, (2, 5, 5, 3), dtype=np.uint8)
    found = Normalise(backbone, torch.device("cpu"))(image_views)
    wanted = (image_views / 255 - np.array(backbone.mean)) / np.array(backbone.std)
    np.testing.assert_allclose(found.numpy(), wanted.transpose(0, 3, 1, 2), atol=1e-5)
    assert found.is_contiguous(memory_format=torch.channels_last)


def test_only_untrained_models_get_quick_statistics(divided, tmp_path):
    def momenta(model):
        return {m.momentum for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d)}

    assert momenta(prepare(make_experiment(divided), tmp_path).model) == {0.1}
    slow, off = torch.nn.BatchNorm2d(2, momentum=0.01), torch.nn.BatchNorm2d(2, momentum=None)
    fast = torch.nn.BatchNorm2d(2, momentum=0.3)
    raise_momentum(torch.nn.Sequential(slow, off, fast))
    assert (slow.momentum, off.momentum, fast.momentum) == (0.1, None, 0.3)


def test_the_rate_of_a_phase_is_its_own_else_the_recipe_s_and_none_where_it_is_solved(divided, tmp_path):
    recipe = Recipe(learning_rate=0.02)
    assert peak_rate(Phase(stages=("head",), epochs=1), recipe) == 0.02
    assert peak_rate(Phase(stages=("head",), epochs=1, learning_rate=0.005), recipe) == 0.005
    assert peak_rate(Phase(stages=("head",), epochs=1, learning_rate=0.005, solver="lbfgs"), recipe) == 0.0
    setup = prepare(make_experiment(divided), tmp_path)
    trainable, total = count_parameters(setup.stages, ("head",))
    assert total == sum(p.numel() for p in setup.model.parameters())
    head = next(stage for stage in setup.stages if stage.name == "head")
    assert trainable == sum(setup.model.get_parameter(name).numel() for name in head.parameters) < total


def test_the_scale_of_fractions_goes_into_the_weights_and_training_sees_it(tmp_path):
    tops = {"faint/1": 30.0, "faint/2": 40.0, "faint/3": 35.0, "strong/1": 200.0, "strong/2": 240.0, "strong/3": 90.0}
    for name, top in tops.items():
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        ramp = np.tile(np.linspace(0, top, 40, dtype=np.float32), (40, 1))
        Image.fromarray(ramp).save(tmp_path / "set" / f"{name}.tif")
    setup = prepare(make_experiment(tmp_path / "set"), tmp_path)
    assert setup.record.inputs.scale == (0.0, 240.0)
    for item in (*setup.train_items, *setup.val_items):
        wanted = 255 * tops[item.name.removesuffix(".tif")] / 240
        assert abs(int(setup.pixels.image_views.plain(item).max()) - wanted) <= 5
