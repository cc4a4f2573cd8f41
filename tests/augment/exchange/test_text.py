"""Pipelines as text: Graft's come back as they were, Albumentations' come in exactly or are refused by name."""

import io
import json

import albumentations as A
import pytest
import yaml

from core.augment import builders, catalogue
from core.augment.exchange.text import dump_albumentations, only_graft, read_any
from core.augment.presets import PRESETS, dump_pipeline, parse_pipeline
from core.augment.steps import default_step
from core.data.geometry import Geometry
from core.errors import InvalidPipeline, UnknownTransform
from core.experiment import PipelineSpec, Step

GEOMETRY = Geometry(image_size=96, resize_size=96)
CHOICE = Step(
    transform="OneOf", p=0.4,
    options=(Step(transform="Blur", p=0.75, params={"blur_limit": [3, 5]}), Step(transform="Rotate", p=0.5)),
)  # fmt: skip
SIZING = {"Resize", "SmallestMaxSize", "LongestMaxSize", "CenterCrop", "PadIfNeeded"}  # the model's preprocessing


def is_the_librarys(name: str) -> bool:
    entry = catalogue.get(name)
    if entry.references or entry.options:
        return False
    return builders.call(name, entry.params(), GEOMETRY).kind not in builders.OWN


LIBRARY = [name for name in catalogue.TRANSFORMS if is_the_librarys(name)]
OWN = [name for name in catalogue.TRANSFORMS if name not in LIBRARY and not catalogue.get(name).options]


def foreign(*transforms, form="json") -> str:
    """What Albumentations itself writes."""
    text = io.StringIO()
    A.save(A.Compose(list(transforms)), text, data_format=form)
    return text.getvalue()


def without_graft(text: str) -> str:
    return json.dumps({key: value for key, value in json.loads(text).items() if key != "graft"})


@pytest.mark.parametrize("name", catalogue.TRANSFORMS)
@pytest.mark.parametrize("form", ["json", "yaml"])
def test_every_transform_comes_back_as_it_was(name, form):
    spec = PipelineSpec(steps=(default_step(name),), strength=0.7)
    text = dump_albumentations(spec, GEOMETRY, 5, form)
    taken = read_any(text)
    assert taken.spec == spec
    assert (taken.seed, taken.notes) == (5, ())
    assert dump_albumentations(taken.spec, GEOMETRY, taken.seed, form) == text


@pytest.mark.parametrize("name", [name for name in LIBRARY if name not in SIZING])
def test_what_the_library_can_do_comes_back_from_its_own_part_alone(name):
    spec = PipelineSpec(steps=(default_step(name).model_copy(update={"p": 0.35}),))
    taken = read_any(without_graft(dump_albumentations(spec, GEOMETRY, 5)))
    assert taken.seed == 5
    if name == "RandomSizedCrop":  # the library counts whole pixels: 58 of 96, not 0.6
        assert taken.spec.steps[0].params == {"min_max_height": [pytest.approx(58 / 96, abs=1e-6), 1.0]}
    else:
        assert taken.spec == spec


@pytest.mark.parametrize("name", LIBRARY)
def test_the_library_reads_what_is_written_and_writes_it_again_without_loss(name):
    spec = PipelineSpec(steps=(default_step(name).model_copy(update={"p": 0.35}),))
    loaded = A.load(io.StringIO(dump_albumentations(spec, GEOMETRY, 5)))
    (inside,) = loaded.transforms
    built = builders.build(name, catalogue.get(name).params(), GEOMETRY)
    assert A.to_dict(inside)["transform"] == A.to_dict(built)["transform"] | {"p": 0.35}


@pytest.mark.parametrize("name", sorted(SIZING))
def test_a_lone_change_of_size_is_the_models_own_preprocessing(name):
    taken = read_any(without_graft(dump_albumentations(PipelineSpec(steps=(default_step(name),)), GEOMETRY, 5)))
    assert taken.spec.steps == ()
    assert taken.notes == (f"{name} was left out: the model's own preprocessing does that.",)
    inner = read_any(foreign(A.Resize(96, 96, p=0.5), A.HorizontalFlip(p=1)))
    assert [step.transform for step in inner.spec.steps] == ["Resize", "HorizontalFlip"], "here it is an augmentation"


def test_the_seed_makes_the_loaded_pipeline_repeat_itself(base):
    text = dump_albumentations(PRESETS["strong"], GEOMETRY, 11, "yaml")
    first, second = (A.load(io.StringIO(text), data_format="yaml") for _ in range(2))
    other = A.from_dict(json.loads(dump_albumentations(PRESETS["strong"], GEOMETRY, 12)))
    views = [[made(image=base)["image"] for _ in range(4)] for made in (first, second, other)]
    assert all((one == two).all() for one, two in zip(views[0], views[1], strict=True))
    assert not all((one == two).all() for one, two in zip(views[0], views[2], strict=True))


@pytest.mark.parametrize("name", OWN)
def test_what_only_graft_can_do_is_not_given_out_as_something_else(name):
    spec = PipelineSpec(steps=(Step(transform="Rotate"), default_step(name)))
    whole = json.loads(dump_albumentations(spec, GEOMETRY, 0))
    assert [one["__class_fullname__"] for one in whole["transform"]["transforms"]] == ["Rotate"]
    message = (f"step 2 ({catalogue.get(name).title})",)
    assert tuple(whole["graft"]["only_graft"]) == only_graft(spec, GEOMETRY) == message
    assert read_any(json.dumps(whole)).spec == spec


def test_a_choice_is_the_librarys_choice():
    spec = PipelineSpec(steps=(CHOICE,))
    text = dump_albumentations(spec, GEOMETRY, 0)
    chosen = A.load(io.StringIO(text)).transforms[0]
    assert isinstance(chosen, A.OneOf)
    assert chosen.p == 0.4
    assert chosen.transforms_ps == [0.6, 0.4]
    (back,) = read_any(without_graft(text)).spec.steps
    assert [(option.transform, option.p) for option in back.options] == [("Blur", 0.75), ("Rotate", 0.5)]
    assert only_graft(spec, GEOMETRY) == ()


def test_a_choice_with_something_of_grafts_own_is_grafts_own():
    spec = PipelineSpec(steps=(CHOICE.model_copy(update={"options": (*CHOICE.options, default_step(OWN[0]))}),))
    assert only_graft(spec, GEOMETRY) == ("step 1 (One of several)",)
    assert read_any(dump_albumentations(spec, GEOMETRY, 0)).spec == spec


def test_what_is_off_or_too_weak_stands_in_grafts_part_alone():
    steps = (Step(transform="Rotate", enabled=False), Step(transform="ToGray", p=0.0), Step(transform="VerticalFlip"))
    spec = PipelineSpec(steps=steps, strength=0.5)
    whole = json.loads(dump_albumentations(spec, GEOMETRY, 0))
    (flip,) = whole["transform"]["transforms"]
    assert (flip["__class_fullname__"], flip["p"]) == ("VerticalFlip", 0.5), "as strong as it is now"
    assert read_any(json.dumps(whole)).spec == spec


def test_whoever_edits_the_librarys_part_gets_what_stands_there_and_is_told():
    spec = PipelineSpec(steps=(Step(transform="Rotate", p=1.0), Step(transform="ElasticTransform")))
    whole = json.loads(dump_albumentations(spec, GEOMETRY, 3))
    whole["transform"]["transforms"][0]["limit"] = [-40, 40]
    taken = read_any(json.dumps(whole))
    assert [(step.transform, step.params["limit"]) for step in taken.spec.steps] == [("Rotate", 40.0)]
    assert "changed after Graft wrote it" in taken.notes[0]


def test_how_a_file_is_laid_out_does_not_matter():
    spec = PipelineSpec(steps=(Step(transform="RandomResizedCrop"), default_step("ElasticTransform")))
    whole = json.loads(dump_albumentations(spec, GEOMETRY, 3))
    assert read_any(yaml.safe_dump(whole)).spec == read_any(json.dumps(whole, sort_keys=True)).spec == spec


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_a_pipeline_of_the_librarys_users_comes_in(form):
    text = foreign(
        A.Resize(256, 256),
        A.Sequential([A.HorizontalFlip(p=0.5), A.Affine(rotate=(-20, 20), p=0.6)], p=1),
        A.OneOf([A.GaussianBlur(p=1), A.MotionBlur(p=3 / 4)], p=0.3),
        A.ColorJitter(brightness=0.3, contrast=0.1, saturation=0, hue=0.1, p=0.8),
        A.HueSaturationValue(hue_shift_limit=12, sat_shift_limit=0, val_shift_limit=0, p=0.5),
        A.ImageCompression(quality_range=(30, 80), p=0.2),
        A.RandomResizedCrop(size=(224, 224), p=1),
        A.Normalize(),
        A.CenterCrop(224, 224),
        A.ToFloat(),
        form=form,
    )  # fmt: skip
    taken = read_any(text)
    assert [step.transform for step in taken.spec.steps] == [
        "HorizontalFlip", "Affine", "OneOf", "ColorJitter", "HueShift", "JpegCompression", "RandomResizedCrop",
    ]  # fmt: skip
    flip, affine, _, jitter, hue, jpeg, crop = taken.spec.steps
    assert flip.p == 0.5
    assert affine.params["rotate"] == [-20.0, 20.0]
    assert affine.params["border_mode"] == "black"
    assert jitter.params == {"brightness": 0.3, "contrast": 0.1, "saturation": 0.0, "hue": 36.0}
    assert hue.params == {"limit": 24.0}
    assert jpeg.params == {"quality": [30, 80]}
    assert crop.params["area"] == [0.08, 1.0]
    assert taken.seed is None
    left = {note.split()[0] for note in taken.notes if "left out" in note}
    assert left == {"Resize", "Normalize", "CenterCrop", "ToFloat"}
    assert any("resamples with the model's own filter" in note for note in taken.notes)
    assert parse_pipeline(text) == taken.spec


def test_everything_that_cannot_come_in_is_named_at_once():
    text = foreign(
        A.HorizontalFlip(p=0.5),
        A.Rotate(limit=(-10, 30), border_mode=1, p=1),
        A.SomeOf([A.Blur()], n=1),
        A.CoarseDropout(hole_height_range=(0.1, 0.2), hole_width_range=(0.3, 0.4), p=1),
        A.ElasticTransform(p=1),
        A.Sequential([A.Blur()], p=0.5),
        A.RandomFog(alpha_coef=0.08, fog_coef_range=(0.3, 1), p=1),
    )
    with pytest.raises(InvalidPipeline) as caught:
        read_any(text, "The file 'theirs.json'")
    message = str(caught.value)
    assert message.startswith("The file 'theirs.json' has transforms that Graft cannot take over: take them out")
    assert "2 (Rotate): limit is (-10.0, 30.0), the nearest that Graft can do is (-30.0, 30.0)" in message
    assert "2 (Rotate): border_mode is 1, the nearest that Graft can do is 0 (" in message
    assert "3 (SomeOf): there is no such transform in Graft" in message
    assert "4 (CoarseDropout): hole_width_range is (0.3, 0.4)" in message
    assert "5 (ElasticTransform): Graft's has other parameters" in message
    assert "6 (Sequential)" in message
    assert "(HorizontalFlip)" not in message
    assert "(RandomFog)" not in message


@pytest.mark.parametrize(
    ("transform", "message"),
    [
        ({"__class_fullname__": "Rotate", "p": 2, "limit": 3}, "not a number from 0 to 1"),
        ({"__class_fullname__": "Rotate", "p": 1, "angle": 3}, "no argument angle"),
        ({"__class_fullname__": "RandomGamma", "p": 1, "gamma_limit": "much"}, "refuses it"),
        ({"__class_fullname__": "RandomGamma", "p": 1, "gamma_limit": [1, 1000]}, "gamma_limit"),
        ({"__class_fullname__": "os.system", "p": 1}, "no such transform"),
        ({"__class_fullname__": "OneOf", "p": 1, "transforms": []}, "no transforms to choose from"),
        ({"p": 1}, "__class_fullname__"),
        (5, "__class_fullname__"),
    ],
)
def test_broken_files_are_refused_with_the_reason(transform, message):
    whole = {"transform": {"__class_fullname__": "Compose", "p": 1.0, "transforms": [transform]}}
    with pytest.raises(InvalidPipeline, match=message):
        read_any(json.dumps(whole))


def test_grafts_own_part_is_checked_like_any_pipeline():
    whole = json.loads(dump_albumentations(PRESETS["light"], GEOMETRY, 0))
    whole["graft"]["pipeline"]["steps"][0]["transform"] = "Rotatte"
    with pytest.raises(UnknownTransform, match="Did you mean Rotate"):
        read_any(json.dumps(whole))


@pytest.mark.parametrize("seed", [-1, 2**31, "3", True, 1.5])
def test_a_seed_that_is_none_is_refused(seed):
    whole = json.loads(dump_albumentations(PRESETS["light"], GEOMETRY, 0)) | {"seed": seed}
    with pytest.raises(InvalidPipeline, match="seed"):
        read_any(json.dumps(whole))


def test_text_that_stands_for_millions_is_refused():
    bomb = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    with pytest.raises(InvalidPipeline, match="more than"):
        read_any(bomb)
    chain = {"__class_fullname__": "HorizontalFlip", "p": 0.5}
    with pytest.raises(InvalidPipeline, match="more than 200"):
        read_any(json.dumps({"transform": {"__class_fullname__": "Compose", "p": 1, "transforms": [chain] * 300}}))


def test_grafts_own_yaml_is_still_read():
    assert read_any(dump_pipeline(PRESETS["strong"])).spec == PRESETS["strong"]
    assert read_any("name: mine\n" + dump_pipeline(PRESETS["light"])).name == "mine"
