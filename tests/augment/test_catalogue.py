import subprocess
import sys

import pytest
from pydantic import ValidationError

from core.augment import catalogue, params
from core.augment.catalogue import CLASSIC, GROUPS, TRANSFORMS
from core.errors import UnknownTransform

WANTED = [
    *("HorizontalFlip", "VerticalFlip", "RandomRotate90", "Rotate", "Translate", "Scale", "Shear", "RandomResizedCrop"),
    *("Perspective", "ElasticTransform", "GridDistortion"),
    *("ColorJitter", "RandomBrightnessContrast", "HueShift", "ToGray"),
    *("GaussianBlur", "GaussNoise", "JpegCompression", "CoarseDropout"),
]


def fields():
    for name, entry in TRANSFORMS.items():
        for field, schema in entry.params.model_json_schema()["properties"].items():
            yield pytest.param(entry, field, schema, id=f"{name}.{field}")


def test_the_classic_set_is_there_and_every_one_can_be_built():
    from core.augment.builders import BUILDERS

    assert list(CLASSIC) == WANTED
    assert set(BUILDERS) == set(CLASSIC)
    assert len(TRANSFORMS) == len({entry.title for entry in TRANSFORMS.values()}) > 95


@pytest.mark.parametrize("entry", TRANSFORMS.values(), ids=lambda entry: entry.name)
def test_an_entry_explains_itself_in_one_line(entry):
    assert entry.title
    assert entry.group in GROUPS
    assert 20 < len(entry.explanation) < 130
    assert "\n" not in entry.explanation
    assert 0 < entry.probability <= 1


@pytest.mark.parametrize("name", ["HorizontalFlip", "HueShift", "RandomRotate90", "VerticalFlip"])
def test_what_can_destroy_labels_says_so(name):
    assert "estroys" in catalogue.get(name).explanation


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(UnknownTransform, match="Did you mean Rotate"):
        catalogue.get("Rotat")


@pytest.mark.parametrize(("entry", "field", "schema"), list(fields()))
def test_a_form_can_be_made_from_every_field(entry, field, schema):
    assert schema["title"]
    assert schema["description"].endswith(".")
    assert "default" in schema
    optional = [one for one in schema.get("anyOf", ()) if one["type"] != "null"]
    numbers = optional or schema.get("prefixItems", [schema])
    if schema.get("type") == "boolean" or "enum" in schema:
        return
    for number in numbers:
        assert number["type"] in ("number", "integer")
        assert number["minimum"] < number["maximum"]


@pytest.mark.parametrize(("entry", "field", "schema"), list(fields()))
def test_values_outside_the_bounds_are_refused(entry, field, schema):
    if "anyOf" in schema:
        assert entry.params.model_validate({field: None})
        schema = schema["anyOf"][0]
    if schema.get("type") == "boolean":
        bad = ["perhaps"]
    elif "enum" in schema:
        bad = ["plaid"]
    elif "prefixItems" in schema:
        low, high = schema["prefixItems"][0]["minimum"], schema["prefixItems"][0]["maximum"]
        bad = [[low - 1, high], [low, high + 1], [high, low], [low], low]
    else:
        bad = [schema["minimum"] - 1, schema["maximum"] + 1, "much", float("nan")]
    for value in bad:
        with pytest.raises(ValidationError):
            entry.params.model_validate({field: value})


@pytest.mark.parametrize("entry", TRANSFORMS.values(), ids=lambda entry: entry.name)
def test_unknown_parameters_are_refused_and_known_ones_frozen(entry):
    with pytest.raises(ValidationError):
        entry.params.model_validate({"strenght": 1})
    with pytest.raises(ValidationError):
        params.RotateParams().limit = 3


def test_reading_the_catalogue_and_the_presets_imports_nothing_heavy():
    code = (
        "import sys, core.augment.catalogue, core.augment.presets as presets, core.augment.steps as steps\n"
        "import core.augment.strength, core.augment.strip, core.augment.pipeline as pipeline\n"
        "spec = presets.read_pipeline('strong'); [steps.describe(step) for step in spec.steps]\n"
        "steps.default_step('Rotate'); presets.parse_pipeline(presets.dump_pipeline(spec))\n"
        "print([name for name in ('albumentations', 'torch', 'cv2', 'scipy', 'streamlit') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_building_asks_no_server_for_updates():
    code = "import os, core.augment.builders; print(os.environ['NO_ALBUMENTATIONS_UPDATE'])"
    done = subprocess.run([sys.executable, "-W", "error::UserWarning:albumentations", "-c", code],
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout.strip() == "1"
    assert done.stderr == ""
