"""Annotations of objects beside images in class folders: whoever drew boxes may have sorted images by place or day."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from itertools import islice
from pathlib import Path

from core.data.decoding import sniff
from core.data.layouts.assigned import Layout, listed, read_json
from core.data.layouts.boxed.columns import is_boxes
from core.data.layouts.boxed.points import are_points
from core.data.layouts.case import Case
from core.data.text_files import head, keys, list_in
from core.text import short

_SUFFIXES = frozenset((".txt", ".xml", ".json", ".pts"))
# files with the annotations of many images
_TOGETHER = frozenset((".json", ".jsonl", ".ndjson", ".manifest", ".xml", ".csv", ".tsv"))
_MOST = 200  # such files that are looked into
_SAMPLED = 50  # files of a kind that are looked into
_FEWEST = 3  # images with a file of their own
_MOST_BYTES = 20 * 2**20  # of a JSON file whose classes are named
_OBJECT = re.compile(r"\w\S*(\s+[-+]?[\d.]+){4,}")  # of YOLO, KITTI and OIDv4: a class and numbers
_OBJECTS = "boxes, outlines or points of objects"
_NAMED = 3  # files with the annotations of many images that a note names
_REASON = f"Holds {_OBJECTS} in an image, and no class of the image: it is not used."
_REASON_OF_MANY = f"Holds {_OBJECTS} in images, and no classes of the images: it is not used."


def note_annotations(layout: Layout, case: Case) -> None:
    """Leave out files with annotations that are called like images, and note these and files with the annotations of
    many images."""
    within = {found.path for found in layout.found}
    own = _of_one_image(layout, case, within)
    others = (path for path in case.everything.every_file() if path.suffix.lower() in _TOGETHER and path not in {*own})
    several = {path: what for path in islice(others, _MOST) if (what := _of_many(path))}
    annotations = within.intersection((*own, *several))
    emptied = {found.label for found in layout.found if found.path in annotations}
    layout.found = [found for found in layout.found if found.path not in annotations]
    for path in (*own, *several):
        if path in annotations:
            layout.leave_out(path, _REASON if path not in several else _REASON_OF_MANY)
    texts = [f"{len(own):,} files such as '{short(layout.name(own[0]))}' hold {_OBJECTS}"] if own else []
    named = dict.fromkeys(f"'{short(path.name)}' is {what} with {_OBJECTS}" for path, what in several.items())
    texts += [*named][:_NAMED]
    if len(kept := layout.classes & {found.label for found in layout.found}) > 1:
        layout.classes -= emptied - kept
    if texts:
        layout.notes.append(
            f"{'; '.join(texts)}: labels for detection that are not used. The folders "
            f"{listed(sorted(layout.classes))} are the classes. If they only say where or when images were taken, cut "
            "the objects out, into a folder per class."
        )


def _of_one_image(layout: Layout, case: Case, within: Collection[Path]) -> list[Path]:
    """The files called like an image, wherever they lie, of which most of their kind hold annotations."""
    stems = {
        name
        for found in layout.found
        if found.path.suffix.lower() not in _SUFFIXES and sniff.looks_like_image(found.path)
        for name in (found.path.stem.casefold(), found.path.name.casefold())
    }
    kinds: dict[str, list[Path]] = defaultdict(list)
    for path in case.everything.every_file():
        suffix = path.suffix.lower()
        if suffix in _SUFFIXES and path.stem.casefold() in stems and (path in within or path not in layout.explained):
            kinds[suffix].append(path)
    chosen = [paths for paths in kinds.values() if len(paths) >= _FEWEST and _hold_objects(paths)]
    return [path for paths in chosen for path in paths]


def _hold_objects(paths: Sequence[Path]) -> bool:
    """Whether most of the files that hold anything hold annotations."""
    texts = {path: text for path in paths[:: max(1, len(paths) // _SAMPLED)] if (text := head(path).strip())}
    return 2 * sum(_holds_objects(path, text) for path, text in texts.items()) > len(texts)


def _holds_objects(path: Path, text: str) -> bool:
    match path.suffix.lower():
        case ".txt":
            return all(_OBJECT.fullmatch(line.strip()) for line in text.splitlines() if line.strip())
        case ".xml":
            return bool(re.search(r"<annotation[\s>]", text[:500]))
        case ".json":
            return bool({"shapes", "classTitle", "objects", "segmentation", "bbox"} & keys(path))
    return "n_points" in text


def _of_many(path: Path) -> str:
    """What a file with the annotations of many images is; empty for any other file."""
    match path.suffix.lower():
        case ".json" | ".jsonl" | ".ndjson" | ".manifest":
            return _of_json(path, keys(path))
        case ".xml":
            return "an export of CVAT" if re.search(r"<annotations[\s>]", head(path)[:500]) else ""
        case ".csv" | ".tsv":
            names = re.split(r"[,;\t]", head(path).partition("\n")[0].replace('"', ""))
            return "a table" if is_boxes(names) or are_points(names) else ""
    return ""


_KINDS: tuple[tuple[str, Callable[[set[str]], bool]], ...] = (
    ("an export of Label Studio", lambda found: bool({"rectanglelabels", "polygonlabels", "brushlabels"} & found)),
    ("an export of the VGG Image Annotator", lambda found: {"filename", "regions", "size"} <= found),
    ("a CreateML export", lambda found: {"image", "annotations", "coordinates"} <= found),
    ("a manifest of SageMaker", lambda found: {"class_id", "left", "top"} <= found),
    ("an export of MegaDetector", lambda found: {"images", "detections", "bbox"} <= found),
    ("a COCO export", lambda found: {"images", "bbox"} <= found or {"images", "segmentation"} <= found),
    ("a table", lambda found: {"objects", "bbox"} <= found or {"file_name", "bbox"} <= found),
)


def _of_json(path: Path, found: set[str]) -> str:
    what = next((name for name, is_it in _KINDS if is_it(found)), "")
    if {"prefix", "suffix"} <= found and "<loc" in head(path):
        return "a table of boxes for a model of text"
    return f"{what}{_of_classes(path)}" if "COCO" in what else what


def _of_classes(path: Path) -> str:
    """' for 'Fuchs' and 'Hase'', by the categories of a COCO file."""
    content = read_json(path, _MOST_BYTES)
    categories = list_in(content.get("categories")) if isinstance(content, dict) else []
    names = [str(one["name"]) for one in categories if isinstance(one, dict) and "name" in one]
    return f" for {listed(names)}" if names else ""
