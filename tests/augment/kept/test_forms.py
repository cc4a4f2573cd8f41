"""The catalogue as its users read it: titles, groups, explanations, limits, defaults, help and order, word for word."""

import json
from pathlib import Path

import pytest

from core.augment import entry
from core.augment.catalogue import CLASSIC, TRANSFORMS
from core.augment.exchange import defaults, old, params
from core.augment.presets import CHOICES, DEFAULT, MILD, dump_pipeline
from core.augment.steps import default_step, summarise
from core.augment.strength import magnitudes
from core.augment.strip import numeric
from tests.recorded import Recorded

SAID = ("the whole", "presets", "other versions")


@pytest.fixture(scope="module")
def recorded():
    return Recorded(Path(__file__).with_name("forms.txt"))


@pytest.mark.parametrize("name", TRANSFORMS)
def test_a_step_has_the_form_that_it_had(name, recorded):
    one = TRANSFORMS[name]
    schema = one.params.model_json_schema()
    lines = [
        f"{one.name}: {one.title}, in {one.group}, p {one.probability}, {one.tags}, others {one.references}",
        f"{one.explanation} {one.options}",
        f"{schema['title']}: {schema.get('description')}, more {schema['additionalProperties']}",
        *(f"{key}: {json.dumps(field, ensure_ascii=False)}" for key, field in schema.get("properties", {}).items()),
        *(f"magnitude {key}: {magnitude}" for key, magnitude in magnitudes(one.params).items()),
        *(f"knob: {knob}" for knob in numeric(name)),
        f"new: {default_step(name).model_dump_json()}",
    ]
    recorded.check(name, "\n".join(lines))


def test_order_groups_and_tags_are_as_they_were(recorded):
    groups = {group: [one.name for one in TRANSFORMS.values() if one.group == group] for group in entry.GROUPS}
    lines = [f"{group}: {names}" for group, names in groups.items()]
    recorded.check("the whole", "\n".join([*lines, f"classic: {CLASSIC}", f"tags: {entry.TAGS}"]))


def test_presets_are_as_they_were(recorded):
    lines = [f"{one.name}, {one.title}: {one.explanation} {summarise(one.pipeline)}\n{dump_pipeline(one.pipeline)}"
             for one in CHOICES]  # fmt: skip
    of_a_run = [one.name for one in CHOICES if one.pipeline == DEFAULT]
    recorded.check("presets", "\n".join([*lines, f"of a run: {of_a_run}", dump_pipeline(MILD)]))


def test_tables_of_other_versions_are_as_they_were(recorded):
    lines = [str(one) for one in defaults._DEFAULTS]
    tables = (old._RENAMED, old._RANGES, old._BORDERS, old.REMOVED, params.CLASSES, params.SAME, params.ALIKE)
    lines += [f"{key}: {value}" for table in tables for key, value in table.items()]
    recorded.check("other versions", "\n".join(lines))


def test_every_record_is_of_something(recorded):
    recorded.check_all_are_used([*TRANSFORMS, *SAID])
