"""The experiments that nobody writes down, edits of phases and ways to read, word for word in `said.txt`."""

import itertools
from pathlib import Path

import pytest

from core.errors import GraftError
from core.experiment import BackboneSpec, Phase, PipelineSpec, Reading, Recipe
from core.planning import phases as edits
from core.planning.experiments import default_experiment, from_scratch, stage_names, usual_phases, without_augmentation
from core.planning.options import adjusted, parse_phase
from core.planning.readings import reading_with
from tests.recorded import Recorded

RECORDED = Recorded(Path(__file__).with_name("said.txt"))
NAMES = ("stem", "layer1", "layer2", "layer3", "layer4", "head")
NOTHING = dict.fromkeys(
    ("data", "backbone", "weights", "image_size", "seed", "views", "pipeline", "reading", "phase", "recipe")
) | {"recipe": {}}  # fmt: skip


def tried(make):
    try:
        return make()
    except GraftError as error:
        return f"{type(error).__name__}: {error}"


def brief(phases):
    return "; ".join(
        f"{'+'.join(one.stages)} {one.epochs} {one.learning_rate} {one.solver}" for one in phases
    )  # fmt: skip


def test_default_experiments():
    plain = default_experiment("my/images")
    RECORDED.check("the default experiment", plain.to_yaml())
    told = []
    for weights, views, epochs in itertools.product(("default", "none", "w.safetensors"), (True, False), (None, 3)):
        spec = BackboneSpec(name="resnet18", weights=weights)
        told.append(f"{weights} {views} {epochs}: {brief(usual_phases(spec, kept_views=views, epochs=epochs))}")
    other = default_experiment("x", BackboneSpec(name="vit_b_16", weights="none", image_size=64))
    told += [f"{other.backbone} {brief(other.phases)}", " ".join(stage_names(BackboneSpec(name="mobilenet_v2")))]
    for control in (without_augmentation(plain), from_scratch(plain)):
        told.append(f"{control.backbone} {len(control.pipeline.steps)} steps, {brief(control.phases)}")
    RECORDED.check("usual phases", "\n".join(told))


GIVEN = {
    "nothing": {},
    "another backbone": {"backbone": "resnet34"},
    "another backbone and views": {"backbone": "resnet34", "views": "fresh"},
    "the same backbone": {"backbone": "resnet18"},
    "no weights": {"weights": "none"},
    "default weights": {"weights": "default"},
    "views": {"views": 3},
    "fresh views": {"views": "fresh"},
    "mixup": {"recipe": {"mixup": 0.5}},
    "cutmix and views": {"recipe": {"cutmix": 1}, "views": 2},
    "a batch": {"recipe": {"batch_size": 3, "optimizer": None}},
    "phases": {"phase": ["head:2", "layer4:3:1e-3"]},
    "images, seed and size": {"data": "other", "seed": 5, "image_size": 64},
    "a way to read": {"reading": {"layout": "folders"}},
    "other images and a way": {"data": "other", "reading": {"task": "multilabel"}},
    "the same images": {"data": "x"},
    "no steps": {"pipeline": PipelineSpec()},
}
BASES = {
    "default": {}, "own phases": {"phases": (Phase(stages=("head",), epochs=9),)},
    "untrained": {"backbone": BackboneSpec(name="resnet18", weights="none")},
    "a table": {"reading": Reading(layout="csv", labels="l.csv", label_column="c")},
}  # fmt: skip


@pytest.mark.parametrize("base", BASES)
def test_what_is_given_replaces_what_was_there(base):
    plan = default_experiment("x", BackboneSpec(name="resnet18"))
    parts = dict(BASES[base])
    if reading := parts.pop("reading", None):
        parts["data"] = plan.data.model_copy(update={"reading": reading})
    plan = plan.changed(**parts)
    told = []
    for name, given in GIVEN.items():
        one = adjusted(plan, **(NOTHING | given))
        told.append(
            f"{name}: {one.data.source} {tuple(one.data.reading.model_dump().values())}, {one.backbone.name} "
            f"{one.backbone.weights} {one.backbone.image_size}, views {one.views}, seed {one.seed}, "
            f"{len(one.pipeline.steps)} steps, batch {one.recipe.batch_size} {one.recipe.optimizer}, "
            f"{brief(one.phases)}"
        )
    RECORDED.check(f"from {base}", "\n".join(told))


def test_phases_from_texts():
    texts = ("head:8", "head:8:1e-3", "head:8:solve", "all:5:1e-4", "layer3:2", "layer3,stem:2", "all:3:solve", "head",
             "head:1:2:3", "head:0", "head:1001", "head:x", "head:1:0", "head:1:11", "head:1:fast", "tail:1", ":1", "",
             "head::solve", "h" * 200)  # fmt: skip
    told = [f"{text[:20]}: {tried(lambda text=text: parse_phase(text, NAMES))}" for text in texts]
    RECORDED.check("phases from texts", "\n".join(told))


def test_edits_of_phases():
    def phase(*stages, epochs=2, rate=None):
        return Phase(stages=stages, epochs=epochs, learning_rate=rate)

    plans = {
        "a head": (phase("head", epochs=8, rate=0.003),),
        "a head, then two": (phase("head", epochs=8), phase("layer4", "head", epochs=5, rate=0.00123)),
        "three": (phase("head"), phase("layer2", "head", rate=1.0), phase(*NAMES, epochs=7, rate=0.5)),
    }
    told = []
    for name, plan in plans.items():
        told += [f"{name}: added {brief(edits.added(plan, NAMES))}", f"frozen {edits.never_trained(plan, NAMES)}"]
        told += [f"removed {n}: {brief(edits.removed(plan, n))}" for n in range(len(plan))]
        told += [f"replaced {n}: {brief(edits.replaced(plan, n, phase('stem')))}" for n in range(len(plan))]
        told += [f"moved {n}: {brief(edits.moved(plan, n, -1))}" for n in range(1, len(plan))]
        told += [f"moved {n}: {brief(edits.moved(plan, n, 1))}" for n in range(len(plan) - 1)]
        if len(plan) > 1:
            told += [f"gradual {n}: {brief(edits.gradual(plan, NAMES, n))}" for n in range(1, 8)]
            told += [brief(edits.gradual(plan, NAMES)), brief(edits.gradual(plan, NAMES[-2:]))]
    for count in range(1, 7):
        stages = NAMES[-count:]
        told.append(f"{stages}: {edits.quick_choice(stages, NAMES)} {edits.quick_choice(stages[::-1], NAMES)}")
    told += [f"{choice}: {edits.quick_stages(choice, NAMES)}" for choice in edits.QUICK]
    RECORDED.check("edits", "\n".join(told))


def test_ways_to_read():
    table = Reading(layout="csv", labels="l.csv", file_column="f", label_column="c", task="multilabel")
    bases = {"as found": Reading(), "folders": Reading(layout="folders"), "a table": table,
             "a table that is found": Reading(labels="l.csv")}  # fmt: skip
    given = ({}, {"layout": "folders"}, {"layout": "csv"}, {"layout": "auto"}, {"labels": "m.csv"},
             {"label_column": "d"}, {"task": "classification"}, {"layout": "csv", "labels": "m.csv"},
             {"layout": "auto", "labels": "m.csv"}, {"layout": "parts", "labels": "m.csv", "file_column": "g"},
             {"labels": None, "layout": None}, {"label_column": ""}, {"layout": "some"})  # fmt: skip
    told = []
    for (name, base), fields in itertools.product(bases.items(), given):
        found = tried(lambda base=base, fields=fields: reading_with(fields, base, layout_option="--layout"))
        told.append(f"{name}, {fields}: {found}")
    RECORDED.check(
        "ways to read", "\n".join([*told, tried(lambda: reading_with({"layout": "parts", "labels": "x" * 90}))])
    )


def test_a_recipe_is_the_default_one_for_few_images():
    usual, plain = default_experiment("x").recipe.model_dump(), Recipe().model_dump()
    changed = {name: value for name, value in usual.items() if value != plain.get(name)}
    RECORDED.check("the recipe", "\n".join(f"{name}: {value}" for name, value in changed.items()))
