"""Recognise exports for other tasks and programs by their files, so that they can be refused by name."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from core.data.layouts.case import Case, unwrap
from core.data.layouts.masked.folders import holds_images, is_annotation, may_hold_masks
from core.data.layouts.words import is_generic, kind_of, part_words
from core.data.text_files import head, keys
from core.data.tree import Folder

_OBJECT = re.compile(r"\s*([A-Za-z]\S*(\s+[-+]?[\d.]+){14,15})?\s*")  # a line of KITTI
_NUMBERS = re.compile(r"\s*(\d+(\s+[-+]?[\d.]+){4,})?\s*")
_CORNERS = re.compile(r"\s*((imagesource|gsd):.*|(-?[\d.]+\s+){8}\S+(\s+\d+)?)?\s*")  # a line of DOTA
_EIGHT = re.compile(r"\s*(-?\d+(,-?\d+){7},?)?\s*")  # a line of VisDrone
_CVAT_SHAPE = re.compile(r"<(box|polygon|polyline|points|ellipse|cuboid|mask|skeleton)\s")
_LABELME_FLAG = re.compile(r'"flags"\s*:\s*\{[^}]*:\s*true')
_LABELME_EMPTY = re.compile(r'"shapes"\s*:\s*\[\s*\]')
_MOST = 200  # files examined
_FEWEST = 3  # images of a folder that also holds their masks, for it to be a class
_BOXES = (
    "Graft classifies whole images. Cut the objects out, or sort the images into a folder per class, such as {0}/cat "
    "and {0}/dog."
)


@dataclass(frozen=True, slots=True)
class Export:
    """What a folder is, as the predicate of a sentence, and what to do next."""

    what: str
    step: str = _BOXES


COCO = Export("is a COCO export: its JSON file holds boxes or outlines of objects, labels for detection.")
YOLO = Export("is a YOLO export: text files with boxes lie beside its images, labels for detection.")
VOC = Export("is a Pascal VOC export: XML files with boxes lie beside its images, labels for detection.")
YOLO_LIST = Export("is a YOLO data set: a YAML file names the objects and where the images lie, for detection.")
KITTI = Export("is a KITTI export: text files with boxes lie beside its images, labels for detection.")
BOXES = Export("holds text files with boxes of objects, one for each image, labels for detection.")
CVAT = Export("is a CVAT export: its XML file holds the annotations of images, mostly boxes and outlines.")
VIA = Export("is an export of the VGG Image Annotator: its JSON file holds regions of images, labels for detection.")
LABELME = Export("is a LabelMe export: JSON files with outlines lie beside its images, labels for detection.")
CREATEML = Export("is a CreateML export: its JSON file holds boxes of objects, labels for detection.")
_WHOLE = (
    "Save these as a CSV file with the columns file and label, or sort the images into a folder per class, such as "
    "{0}/cat and {0}/dog."
)
CVAT_TAGS = Export("is a CVAT export: its XML file holds tags of whole images, which are not read.", _WHOLE)
LABELME_FLAGS = Export("is a LabelMe export: its JSON files hold flags of whole images, which are not read.", _WHOLE)
MASKS = Export("holds images with masks, labels for segmentation.")


def export_of(case: Case) -> Export | None:
    """The export of another task that the folder is; None if it has class folders or is no export."""
    masks = MASKS if _is_for_segmentation(case) else None
    if case.named or any(_has_classes(folder) for folder in _levels(case.root)):
        return masks
    tests: tuple[tuple[Callable[[Folder], bool], Export], ...] = (
        (_is_coco, COCO), (_is_createml, CREATEML), (_is_via, VIA), (_is_yolo, YOLO), (_is_yolo_list, YOLO_LIST),
        (_is_kitti, KITTI), (_has_boxes, BOXES),
        (_is_cvat_of_tags, CVAT_TAGS), (_is_labelme_of_flags, LABELME_FLAGS),
        (_is_cvat, CVAT), (_is_voc, VOC), (_is_labelme, LABELME),
    )  # fmt: skip
    for is_it, export in tests:
        if is_it(case.everything):
            return export
    return masks


def _levels(root: Folder) -> Iterable[Folder]:
    yield root
    parts = _are_parts(root)
    for folder in root.folders:
        if parts or kind_of(folder.name) or is_generic(folder.name):
            yield unwrap(folder)


def _are_parts(folder: Folder) -> bool:
    """Whether all sub-folders with images are called after parts, with more words: 'VisDrone2019-DET-train'."""
    return bool(folder.full) and all(part_words(one.name) for one in folder.full)


def _has_classes(folder: Folder) -> bool:
    """Whether several sub-folders with images have names that may be classes."""
    if _are_parts(folder):
        return False
    uninformative = [bool(kind_of(one.name)) or is_generic(one.name) or is_annotation(one) for one in folder.full]
    return uninformative.count(False) > 1


def _is_for_segmentation(case: Case) -> bool:
    """Whether folders of masks lie beside images and not beside classes, or in folders of hardly an image each."""
    if case.whole is None:
        return False
    if any(not mask.within_class and not mask.beside_classes for mask in case.masks):
        same = case.root.path == case.whole.root.path or is_generic(case.root.name)
        levels = [*_levels(case.whole.root), *(_levels(case.root) if same else ())]
        masks = {mask.folder.path for mask in case.masks}
        below = [[one for one in level.full if one.path not in masks and not may_hold_masks(one)] for level in levels]
        return not any(sum(not holds_images(one) for one in folders) > 1 for folders in below)
    inside = [mask for mask in case.masks if mask.within_class]
    images = sum(mask.parent.image_count - mask.folder.image_count for mask in inside)
    return images < _FEWEST * len(inside)


def _files(folder: Folder, suffix: str) -> list[Path]:
    return [path for path in folder.every_file() if path.suffix.lower() == suffix][:_MOST]


def _is_coco(top: Folder) -> bool:
    return any(path.name.lower().endswith(".coco.json") or _is_coco_file(keys(path)) for path in _files(top, ".json"))


def _is_coco_file(found: set[str]) -> bool:
    return "images" in found and bool(found & {"annotations", "image_id", "bbox"})


def _is_createml(top: Folder) -> bool:
    return any(
        path.name.lower().endswith(".createml.json") or keys(path) >= {"image", "annotations", "coordinates"}
        for path in _files(top, ".json")
    )


def _is_via(top: Folder) -> bool:
    return any(keys(path) >= {"filename", "regions", "size"} for path in _files(top, ".json"))


def _is_yolo(top: Folder) -> bool:
    """Whether most text files named like an image hold lines of a number and at least four coordinates."""
    return _texts_hold(top, _NUMBERS)


def _is_yolo_list(top: Folder) -> bool:
    """Whether a YAML file beside the images has the keys 'names' and 'train'."""
    texts = [head(path) for path in top.files if path.suffix.lower() in (".yaml", ".yml")]
    return any({"train", "names"} <= set(re.findall(r"(?m)^(\w+)\s*:", text)) for text in texts)


def _has_boxes(top: Folder) -> bool:
    return _texts_hold(top, _CORNERS) or _texts_hold(top, _EIGHT)


def _is_kitti(top: Folder) -> bool:
    return _texts_hold(top, _OBJECT)


def _texts_hold(top: Folder, line_of: re.Pattern[str]) -> bool:
    """Whether most text files of a folder that are named like an image hold only such lines."""
    stems = {path.stem for path in top.every_image()}
    folders: dict[Path, list[bool]] = defaultdict(list)
    for path in _files(top, ".txt"):
        if path.stem in stems:
            lines = [line for line in head(path).splitlines() if line.strip()]
            folders[path.parent].append(all(map(line_of.fullmatch, lines)))
    return any(2 * sum(good) > len(good) for good in folders.values())


def _is_voc(top: Folder) -> bool:
    return any(re.search(r"<annotation[\s>]", head(path)[:500]) for path in _files(top, ".xml"))


def _is_cvat(top: Folder) -> bool:
    return any(re.search(r"<annotations[\s>]", head(path)[:500]) for path in _files(top, ".xml"))


def _is_cvat_of_tags(top: Folder) -> bool:
    """Whether it is a CVAT export with tags of images and no shapes."""
    texts = [text for path in _files(top, ".xml") if re.search(r"<annotations[\s>]", (text := head(path))[:500])]
    return any("<tag " in text for text in texts) and not any(_CVAT_SHAPE.search(text) for text in texts)


def _is_labelme_of_flags(top: Folder) -> bool:
    """Whether the files of LabelMe set flags of their images and hold no shape."""
    stems = {path.stem for path in top.every_image()}
    texts = [head(path) for path in _files(top, ".json") if path.stem in stems]
    flagged = any(_LABELME_FLAG.search(text) for text in texts)
    return flagged and all(_LABELME_EMPTY.search(text) for text in texts)


def _is_labelme(top: Folder) -> bool:
    stems = {path.stem for path in top.every_image()}
    return any(path.stem in stems and "shapes" in keys(path) for path in _files(top, ".json"))
