"""What each step of the catalogue makes of one image, with each of its parameters at other values, in coarse numbers.

Kept in `looks.txt`; see `tests/recorded.py`. Libraries round a little differently on other processors, so two grey
levels more or less are alike.
"""

from pathlib import Path

import pytest

from core.augment.catalogue import TRANSFORMS
from core.augment.pipeline import Pipeline
from core.errors import InvalidPipeline
from core.experiment import PipelineSpec
from tests.augment.kept.variations import Others, look, picture, varied
from tests.recorded import RECORDING, Recorded

ALIKE = 2
SLOW = ("n_segments [500, 500]", "n_segments [5, 500]", "max_size 1024", "max_size None", "nb_rows 12", "nb_cols 12")


@pytest.fixture(scope="module")
def recorded():
    return Recorded(Path(__file__).with_name("looks.txt"))


def looks(name):
    """A line for each variation: its label and numbers, or why it cannot be built."""
    base = picture()
    for label, step, geometry in varied(name):
        if label in SLOW:
            continue
        try:
            pipeline = Pipeline(PipelineSpec(steps=(step,)), geometry, Others())
        except InvalidPipeline as refused:
            yield f"{label}: {refused}"
            continue
        yield f"{label}: {' '.join(map(str, look(pipeline.view(base, seed=5, digest='x', number=0))))}"


def parsed(line):
    label, _, text = line.partition(": ")
    return label, [int(one) for one in text.split()] if text[:1].isdigit() else text


@pytest.mark.parametrize("name", TRANSFORMS)
def test_views_look_as_they_did(name, recorded):
    lines = list(looks(name))
    if RECORDING:
        recorded.check(name, "\n".join(lines))
        return
    kept = recorded.known(name).split("\n")
    assert [parsed(one)[0] for one in lines] == [parsed(one)[0] for one in kept]
    for one, other in zip(lines, kept, strict=True):
        (label, found), (_, expected) = parsed(one), parsed(other)
        if isinstance(expected, str):
            assert found == expected, label
        else:
            far = [abs(first - second) for first, second in zip(found, expected, strict=True)]
            assert max(far) <= ALIKE, f"{label}: {found} was {expected}"


def test_every_look_is_of_a_step(recorded):
    recorded.check_all_are_used(TRANSFORMS)
