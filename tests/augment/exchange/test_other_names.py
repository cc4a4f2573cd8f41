"""Names that the library has for a transform of the catalogue: read as that one where they mean the same."""

import io
import json
import warnings

import albumentations as A
import numpy as np
import pytest

from core.augment import builders
from core.augment.catalogue import TRANSFORMS
from core.augment.exchange.params import ALIKE, SAME
from core.augment.exchange.text import read_any
from core.augment.standalone import runtime
from core.augment.steps import parameters
from core.data.geometry import Geometry
from core.errors import InvalidPipeline
from tests.augment.test_library import OTHER_NAMES


def written(name: str, **arguments) -> str:
    """What the library writes of its class `name`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it is another name
        made = A.Compose([getattr(A, name)(p=0.25, **arguments)])
    text = io.StringIO()
    A.save(made, text)
    return text.getvalue()


def test_every_other_name_is_known():
    assert SAME | ALIKE == OTHER_NAMES


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_the_explanation_says_it_so_that_the_search_finds_it(name):
    assert [entry.name for entry in TRANSFORMS.values() if name in entry.explanation] == [OTHER_NAMES[name]]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("SquareSymmetry", {}),
        ("TimeReverse", {}),
        ("ShiftScaleRotate", {}),
        ("ShiftScaleRotate", {"shift_limit": 0.1, "scale_limit": (-0.2, 0.3), "rotate_limit": 20, "border_mode": 4}),
    ],
)
def test_it_is_read_as_what_makes_the_very_same_views(name, arguments, base):
    (step,) = read_any(written(name, **arguments)).spec.steps
    assert (step.transform, step.p) == (SAME[name], 0.25)
    ours = builders.build(step.transform, parameters(step), Geometry(48, 56))
    (theirs,) = A.from_dict(json.loads(written(name, **arguments))).transforms
    theirs.p = 1.0
    for seed in range(8):
        for transform in (ours, theirs):
            runtime.reseed(transform, seed)
        assert np.array_equal(ours(image=base)["image"], theirs(image=base)["image"])


def test_what_does_not_come_out_equal_is_refused():
    with pytest.raises(InvalidPipeline, match=r"\(ShiftScaleRotate\): translate_percent is"):
        read_any(written("ShiftScaleRotate", shift_limit_x=0.1, shift_limit_y=0.2))
    with pytest.raises(InvalidPipeline, match=r"\(TimeReverse\).*no argument speed"):
        read_any(written("TimeReverse").replace('"p": 0.25', '"p": 0.25, "speed": 2'))


@pytest.mark.parametrize("name", ALIKE)
def test_of_a_special_case_the_general_one_is_named(name):
    with pytest.raises(InvalidPipeline, match=rf"\({name}\): Graft has XYMasking \('Stripes'\) for it"):
        read_any(written(name))


@pytest.mark.parametrize(("said", "old"), [('"p": 0.25, "always_apply": false', True), ('"p": 0.25', False)])
def test_a_file_of_before_version_2_zooms_both_sides_by_one_number(said, old):
    text = written("ShiftScaleRotate", scale_limit=(-0.2, 0.3)).replace('"p": 0.25', said)
    (step,) = read_any(text).spec.steps
    assert bool(parameters(step).keep_ratio) is old
