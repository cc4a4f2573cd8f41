"""`predict.py` of a download: a model used without this program, on images read as this program reads them."""

from string import Template

from core.backbones import catalogue
from core.backbones.catalogue import Backbone
from core.backbones.plain import plain_constructor
from core.export.reader import requirements
from core.model.record import ModelRecord

_SCRIPT = Template('''\
"""Classify images with this model, as Graft does, with plain PyTorch: see HOW-TO.txt for what must be installed.

    python predict.py image.jpg another.png [--json]

Or from Python:

    from predict import load, predict
    model = load()
    print(predict(model, "image.jpg"))          # {"class": probability, ...}
    print(answer(predict(model, "image.jpg")))  # $answered
"""

import json
import sys
from pathlib import Path

import torch
$imports
from graft_reader.augment.standalone.runtime import square
from graft_reader.data.geometry import Geometry
from graft_reader.data.images import decode, resize
from graft_reader.errors import UnreadableImage
from safetensors import safe_open
from safetensors.torch import load_file

HERE = Path(__file__).resolve().parent
GEOMETRY = Geometry(image_size=$image_size, resize_size=$resize_size, interpolation="$interpolation")
MEAN, STD = $mean, $std  # of 0-1, for R, G, B
VALUE_RANGE = $value_range  # what became 0 and 255 in images of fractions, signed or 32-bit numbers; None: no such
LABELS = json.loads((HERE / "labels.json").read_text(encoding="utf-8"))
THRESHOLDS = $thresholds  # from which probability each class is there; None: one class per image


def load():
    """The model with its weights, ready for `predict`."""
    model = $constructor
    model.load_state_dict(load_file(HERE / "best.safetensors"))
    return model.eval()


def prepare(image):
    """The model's input (1, 3, S, S) for a file (a path, or its bytes). Raises `UnreadableImage`, which says why."""
    content = image if isinstance(image, bytes) else Path(image)
    found = decode(content, VALUE_RANGE)
    for note in found.notes:
        print(f"{'image' if isinstance(image, bytes) else image}: {note}", file=sys.stderr)
    pixels = square(resize(found.pixels, GEOMETRY), GEOMETRY.image_size)
    values = torch.from_numpy(pixels).permute(2, 0, 1).float() / 255
    mean, std = (torch.tensor(three)[:, None, None] for three in (MEAN, STD))
    return ((values - mean) / std)[None]


def predict(model, image):
    """The probability of every class, by its name."""
    with torch.no_grad():
        logits = model(prepare(image)).float()[0]
    probabilities = logits.softmax(dim=0) if THRESHOLDS is None else logits.sigmoid()
    return dict(zip(LABELS, probabilities.tolist(), strict=True))


def answer(probabilities):
    """The classes that the image shows, the most probable first."""
    order = sorted(probabilities, key=lambda name: -probabilities[name])
    if THRESHOLDS is None:
        return order[:1]
    thresholds = dict(zip(LABELS, THRESHOLDS, strict=True))
    return [name for name in order if probabilities[name] >= thresholds[name]]


def main():
    """Print an answer for every file that is named; exit code 2 when one could not be read."""
    names, as_json = [name for name in sys.argv[1:] if name != "--json"], "--json" in sys.argv
    model, answers, code = load(), [], 0
    for name in names:
        try:
            found = predict(model, name)
        except UnreadableImage as error:
            print(f"{name}: {error}", file=sys.stderr)
            code = 2
            continue
        labels = answer(found)
        fields = {"class": labels[0]} if THRESHOLDS is None else {"labels": labels}
        answers.append({"path": name, **fields, "probabilities": found})
        if not as_json:
            named = ", ".join(f"{one}  {100 * found[one]:.1f} %" for one in labels)
            print(f"{name}  {named or 'no label'}")
    if as_json:
        print(json.dumps(answers))
    sys.exit(code)


if __name__ == "__main__":
    main()
''')


def predict_script(record: ModelRecord) -> str:
    """The text of `predict.py`. It needs `graft_reader`, `labels.json` and `best.safetensors` beside it."""
    inputs, backbone = record.inputs, catalogue.get(record.backbone.name)
    imports, constructor = plain_constructor(backbone, len(record.classes), inputs.image_size)
    return _SCRIPT.substitute(
        imports=imports,
        constructor=constructor,
        image_size=inputs.image_size,
        resize_size=inputs.resize_size,
        interpolation=inputs.interpolation,
        mean=inputs.mean,
        std=inputs.std,
        value_range=inputs.scale,
        thresholds=record.decision.thresholds,
        answered='["class", ...], those that are there' if record.decision.several else '["class"]',
    )


def to_install(backbone: Backbone) -> str:
    """What `pip install` must be given for the script to run."""
    library = "torchvision" if backbone.library == "torchvision" else "timm"
    return " ".join(["torch", library, "safetensors", *requirements()])
