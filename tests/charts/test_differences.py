from core.charts.differences import ABSENT, Difference, differing, settings
from core.experiment import BackboneSpec, DataSpec, Experiment, Phase, PipelineSpec, Recipe, Step

BASE = Experiment(data=DataSpec(source="sample:stamps"), phases=(Phase(stages=("head",), epochs=3),))


def test_equal_experiments_do_not_differ():
    assert differing({"a": BASE, "b": BASE}) == ()
    assert differing({"a": BASE}) == ()
    assert differing({}) == ()


def test_only_what_differs_is_listed_with_the_title_of_the_form():
    other = BASE.changed(recipe=Recipe(learning_rate=3e-4), backbone=BackboneSpec(image_size=96))
    assert differing({"a": BASE, "b": other}) == (
        Difference("backbone.image_size", "Image size (px)", {"a": "default", "b": "96"}),
        Difference("recipe.learning_rate", "Learning rate", {"a": "0.001", "b": "0.0003"}),
    )


def test_phases_and_augmentations_read_as_text():
    other = BASE.changed(
        phases=(Phase(stages=("head",), epochs=1), Phase(stages=("layer4", "head"), epochs=2, learning_rate=1e-4)),
        pipeline=PipelineSpec(
            steps=(Step(transform="rotate", p=0.5, params={"limit": [-10, 10]}), Step(transform="flip", enabled=False))
        ),
    )
    rows = {row.key: row.values for row in differing({"a": BASE, "b": other})}
    assert rows == {
        "pipeline.steps": {"a": "none", "b": "rotate(limit=-10, 10) (p 0.5), flip [off]"},
        "phases": {"a": "head for 3 epochs", "b": "head for 1 epoch; then layer4 + head for 2 epochs at 0.0001"},
    }


def test_choices_of_other_options_differ():
    blur, flip = Step(transform="blur", p=0.25), Step(transform="flip", params={"axis": 1})
    one = BASE.changed(pipeline=PipelineSpec(steps=(Step(transform="OneOf", p=0.5, options=(blur, flip)),)))
    other = BASE.changed(pipeline=PipelineSpec(steps=(Step(transform="OneOf", p=0.5, options=(blur,)),)))
    (row,) = differing({"a": one, "b": other})
    assert row.values == {"a": "OneOf(blur (p 0.25) or flip(axis=1)) (p 0.5)", "b": "OneOf(blur (p 0.25)) (p 0.5)"}


def test_every_setting_has_a_dotted_key():
    keys = settings(BASE).keys()
    assert {"data.source", "data.split.seed", "recipe.batch_size", "phases", "views", "seed"} <= keys
    assert not any("steps." in key for key in keys)
    assert ABSENT not in settings(BASE).values()


def test_nested_titles_come_from_the_description():
    other = BASE.changed(data=DataSpec(source="sample:stamps", split={"val": 0.3}))
    assert [(row.key, row.title) for row in differing({"a": BASE, "b": other})] == [
        ("data.split.val", "Validation share")
    ]


def test_every_setting_has_a_title_of_its_own():
    """Two rows of one name cannot be told apart."""
    other = BASE.changed(
        backbone=BackboneSpec(name="resnet18", weights="mine.safetensors"), phases=(Phase(stages=("all",), epochs=2),)
    )
    titles = {row.key: row.title for row in differing({"a": BASE, "b": other})}
    assert titles == {"backbone.name": "Backbone", "backbone.weights": "Weights", "phases": "Phases"}
    every = [row.title for row in differing({"a": BASE, "b": other.changed(
        data=DataSpec(source="sample:signs", fingerprint="0" * 64),
        pipeline=PipelineSpec(steps=(Step(transform="HorizontalFlip"),), strength=0.5),
    )})]  # fmt: skip
    assert len(set(every)) == len(every) >= 7
