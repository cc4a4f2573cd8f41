"""Export a pipeline as a Python script that makes identical views without Graft (Albumentations, NumPy, OpenCV,
Pillow).

Code that affects pixels is not duplicated: the script contains the source of this program's own modules.
"""

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import cv2

from core.augment.builders import OWN, Call, make
from core.augment.plan import Planned, plan
from core.augment.standalone import runtime
from core.augment.steps import describe
from core.data import geometry as geometry_module
from core.data import images, scale, scan
from core.data.decoding import colour, decoded
from core.data.geometry import Geometry
from core.experiment import PipelineSpec

_LOADING = {
    geometry_module: ("Geometry",),
    scale: ("Range", "UNIT", "_MISSING", "by_type", "Finer", "_is_missing", "to_bytes"),
    decoded: ("MAX_PIXELS", "DecodedImage"),
    colour: ("MATTE", "ON_WHITE", "ALL_TRANSPARENT", "BROKEN_PROFILE", "_ORIENTATION", "_UPRIGHT", "_SPACES", "_SAME",
             "_MAX_PROFILE_BYTES", "_BLACK_POINT", "finish", "orientation_of", "_opaque", "_without_alpha",
             "_to_srgb", "_to_rgb", "_transform", "_srgb", "_lab", "_changes_nothing"),
    images: ("_FILTERS", "resize", "resized_shape", "_middle"),
    scan: ("pixel_digest",),
}  # fmt: skip
_WIDTH = 110
_CONSTANTS = {
    "border_mode": {getattr(cv2, name): f"cv2.{name}" for name in ("BORDER_CONSTANT", "BORDER_REFLECT_101")},
    "interpolation": {getattr(cv2, name): f"cv2.{name}" for name in ("INTER_NEAREST", "INTER_LINEAR", "INTER_CUBIC")},
}
_QUIET = 'os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # else it asks a server for newer versions\n'

_HEAD = '''"""Augmented views of an image, pixel for pixel as Graft makes them for the same seed.

    pip install "albumentations==2.0.8" numpy opencv-python-headless pillow
    python pipeline.py image.jpg --views 8 --out views{usage}

Or from Python: view 3 of an image is `augment(load("image.jpg"), 3)`.
"""
'''

_SETTINGS = """# The pipeline. A stage is its place, the name of its random stream, its probability, and the transform.
SEED = {seed}
GEOMETRY = Geometry(image_size={image}, resize_size={resize}, interpolation="{interpolation}")
"""

_LOAD = '''READ = ("JPEG", "MPO", "PNG", "WEBP", "BMP", "GIF", "PPM")


def load(path):
    """The image as input of the steps, and the digest that seeds its random streams.

    Raises `ValueError` for formats that Graft decodes with other libraries than Pillow: the pixels would differ.
    """
    data = Path(path).read_bytes()
    with Image.open(BytesIO(data)) as image:
        deep = image.format == "PNG" and data[24] == 16
        if image.format not in READ or deep != image.mode.startswith(("I", "F")):
            kind = f"{image.format} {'of 16 bits' if deep else 'in ' + image.mode}"
            raise ValueError(f"it is a {kind}. This script reads JPEG, PNG and the like of 8 bits: save it as one.")
        if image.width * image.height > MAX_PIXELS:
            raise ValueError(f"it has more than {MAX_PIXELS // 10**6} megapixels: rescale it.")
        image.load()
        grey = Image.fromarray(to_bytes(np.asarray(image).astype(np.uint16), None)) if deep else image
        pixels = finish(grey, image.info.get("icc_profile"), orientation_of(image)).pixels
    return resize(pixels, GEOMETRY), pixel_digest(pixels)


def augment(image, number, seed=SEED, references=None):
    """View `number` of an image from `load`: uint8, GEOMETRY.image_size px squared, RGB."""
    pixels, digest = image
    return view(
        STEPS, pixels, side=GEOMETRY.image_size, seed=seed, digest=digest, number=number, references=references
    )'''

_FOLDER = '''class Folder:
    """Other images for the steps that take their colours from them: the training images, for the same views."""

    def __init__(self, folder):
        found = {}
        for path in sorted(Path(folder).rglob("*")):
            if path.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".ppm"}:
                found.setdefault(load(path)[1], path)
        self._paths = found
        self.digests = tuple(sorted(found))

    def __getitem__(self, index):
        return load(self._paths[self.digests[index]])[0]'''

_MAIN = """def main():
    parser = argparse.ArgumentParser(description="Write augmented views of an image.")
    parser.add_argument("image", type=Path)
    parser.add_argument("--views", type=int, default=8)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=Path("views")){option}
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    try:
        image = load(arguments.image)
    except (OSError, ValueError, SyntaxError) as error:
        parser.error(f"{{arguments.image}} cannot be read: {{error}}")
    for number in range(arguments.views):
        pixels = augment(image, number, arguments.seed{argument})
        Image.fromarray(pixels).save(arguments.out / f"{{arguments.image.stem}}-{{number}}.png")


if __name__ == "__main__":
    main()"""
_OPTION = """
    parser.add_argument("--references", type=Folder, required=True, help="a folder with the training images")"""


def python_code(spec: PipelineSpec, geometry: Geometry, seed: int) -> str:
    """A self-contained script that makes the views of this pipeline. Raises like `pipeline.check`."""
    planned = plan(spec, geometry)
    calls = [one.call for one in _with_options(planned) if one.call is not None]
    others = any(_metadata(call) for call in calls)
    pasted = [runtime, *dict.fromkeys(sys.modules[OWN[call.kind].__module__] for call in calls if call.kind in OWN)]
    parts = [_source(module) for module in pasted]
    parts += [_picked(module, names) for module, names in _LOADING.items()]
    parts += [_settings(geometry, seed) + _steps(spec, planned), _LOAD]
    parts += [_FOLDER] if others else []
    parts += [_MAIN.format(option=_OPTION if others else "", argument=", arguments.references" if others else "")]
    body = "\n\n\n".join(parts)
    head = _HEAD.format(usage=" --references training-images" if others else "")
    return f"{head}\n{_imports(body, [*pasted, *_LOADING])}\n\n\n{body}\n"


def _settings(geometry: Geometry, seed: int) -> str:
    return _SETTINGS.format(
        seed=seed, image=geometry.image_size, resize=geometry.resize_size, interpolation=geometry.interpolation
    )


def _steps(spec: PipelineSpec, planned: tuple[Planned, ...]) -> str:
    lines = ["STEPS = ("]
    for one in planned:
        step = spec.steps[one.index]
        lines.append(f"    # {one.index + 1}: {describe(step, spec.strength)}")
        lines.append(f"    {_stage(one, indent=4)},")
    return "\n".join([*lines, ")"]) if planned else "STEPS = ()"


def _stage(one: Planned, indent: int) -> str:
    start = f'Stage({one.index}, "{one.key}", {_value(one.probability)}'
    weight = "" if one.weight == 1 else f", weight={_value(one.weight)}"
    if one.options:
        inner = " " * (indent + 4)
        options = "".join(f"\n{inner}{_stage(option, indent + 4)}," for option in one.options)
        return f"{start}, options=({options}\n{' ' * indent}))"
    if one.call is None:  # an option that is too weak to change anything
        return f"{start}{weight})"
    metadata = _metadata(one.call)
    others = f', metadata="{metadata}"' if metadata else ""
    return f"{start}, {_written(one.call, indent)}{weight}{others})"


def _written(call: Call, indent: int) -> str:
    """The call as Python source, wrapped if the line would be too long."""
    arguments = [f"{name}={_value(value, name)}" for name, value in call.arguments.items()]
    kind, listed = f"{'' if call.kind in OWN else 'A.'}{call.kind}", ", ".join([*arguments, "p=1"])
    if len(listed) + len(kind) + indent + 30 <= _WIDTH:
        return f"{kind}({listed})"
    inner = " " * (indent + 4)
    lines = textwrap.fill(listed, _WIDTH, initial_indent=inner, subsequent_indent=inner, break_long_words=False)
    return f"{kind}(\n{lines},\n{' ' * indent})"


def _value(value: Any, name: str = "") -> str:
    if isinstance(value, str):
        return f'"{value}"'  # a word from the catalogue
    return _CONSTANTS.get(name, {}).get(value, repr(value)) if isinstance(value, int) else repr(value)


def _with_options(planned: tuple[Planned, ...]) -> Iterator[Planned]:
    for one in planned:
        yield one
        yield from one.options


def _metadata(call: Call) -> str:
    """The argument through which the transform receives other images; empty if it needs none."""
    source: str = getattr(make(call), "metadata_key", "")
    return source


def _source(module: Any) -> str:
    """A module without its docstring and imports."""
    return _cut(module, lambda node: not isinstance(node, ast.Import | ast.ImportFrom) and not _is_text(node))


def _picked(module: Any, names: tuple[str, ...]) -> str:
    """Only the definitions with these names. Raises `LookupError` if one is missing."""
    defined = {_name(node) for node in ast.parse(inspect.getsource(module)).body}
    if missing := set(names) - defined:
        raise LookupError(f"{module.__name__} has no {', '.join(sorted(missing))} to paste into a script")
    return _cut(module, lambda node: _name(node) in names)


def _cut(module: Any, keep: Callable[[ast.stmt], bool]) -> str:
    """The source of the statements selected by `keep`, with the comments above them."""
    text = inspect.getsource(module)
    lines, end, source = text.splitlines(), 0, ""
    for node in ast.parse(text).body:
        written = "\n".join(lines[end : node.end_lineno]).strip("\n")
        end = node.end_lineno or end
        if keep(node):
            short = isinstance(node, ast.Assign | ast.AnnAssign)
            source += ("\n" if short else "\n\n\n") + written
    return source.strip("\n")


def _imports(body: str, modules: list[Any]) -> str:
    """The imports of the pasted modules that are still used, and the script's own."""
    tree = ast.parse(body)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    lines = {"import argparse", "import os", "from io import BytesIO", "from pathlib import Path"}
    lines |= {"import albumentations as A"}
    for module in modules:
        for node in ast.parse(inspect.getsource(module)).body:
            if isinstance(node, ast.Import):
                lines |= {f"import {_alias(one)}" for one in node.names if (one.asname or one.name) in used}
            elif isinstance(node, ast.ImportFrom) and not str(node.module).startswith("core."):
                lines |= {f"from {node.module} import {_alias(one)}" for one in node.names if one.name in used}
    lines |= {"import cv2"} if "cv2" in used else set()
    own = {line for line in lines if line.split()[1].split(".")[0] in sys.stdlib_module_names}
    return "\n".join([*sorted(own), "", _QUIET, *sorted(lines - own)])


def _alias(one: ast.alias) -> str:
    return f"{one.name} as {one.asname}" if one.asname else one.name


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _name(node: ast.stmt) -> str:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    return node.name if isinstance(node, ast.FunctionDef | ast.ClassDef) else ""
