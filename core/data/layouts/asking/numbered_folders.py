"""Folders that hold masks, tracks or points beside their images: patients, sequences or videos, seldom classes."""

import re
from collections import defaultdict
from collections.abc import Collection

from core.data.layouts.asking.questions import FILENAMES, FOLDERS, NO_CLASSES
from core.data.layouts.assigned import Layout, listed
from core.data.layouts.case import Case
from core.data.natural import natural_key
from core.data.related.affixes import NEARLY_ALL
from core.data.text_files import head
from core.errors import UnclearLayout

_FEWEST = 2  # folders
_NUMBER = re.compile(r"\d+")
_FIRST = re.compile(r"[^\W\d_]+")
_SYNSET = re.compile(r"n\d{8}")  # a class of WordNet
_FRAME = re.compile(r"\d{4,}")
_OF_CLASSES = re.compile(  # words that number classes
    r"class(es)?|classe|klasse|clase|kelas|cls|categor(y|ie)|kategorie|types?|typ|tipo|kinds?|grades?|grad|stages?|"
    r"levels?|labels?|species|scores?|clusters?|birads|quality"
)
_TRACKS = frozenset(("gt/gt.txt", "det/det.txt"))  # as of MOT
_POINTS = re.compile(r"scorer[,;\t].*\n\s*(individuals[,;\t].*\n\s*)?bodyparts[,;\t]", re.IGNORECASE)  # of DeepLabCut
_MANY = 40  # tables that are looked into


def ask_about_numbered(case: Case, layout: Layout, masked: Collection[str]) -> None:
    """Raise `UnclearLayout` if all classes begin with the same word and have numbers, as 'kos01' and 'kos02', and
    nearly all of them held masks: those in `masked`; or if masks, tracks or points say that they are sequences."""
    if case.named or len(layout.classes) < _FEWEST:
        return
    if are_numbered(layout.classes) and len(masked) >= NEARLY_ALL * len(layout.classes):
        raise _question(case, layout, "are only numbered and hold images with their masks", "for segmentation")
    if _are_frames_with_masks(case, layout):
        raise _question(case, layout, "hold numbered frames with a mask for each", "for segmentation of videos")
    if _hold_tracks(layout):
        raise _question(case, layout, "hold numbered frames with boxes of tracked objects (gt.txt)", "for tracking")
    if _hold_points(case):
        raise _question(
            case, layout, "hold frames with the points of body parts (keypoints, of DeepLabCut)", "for poses"
        )


def _question(case: Case, layout: Layout, what: str, task: str) -> UnclearLayout:
    names = listed(sorted(layout.classes, key=natural_key))
    return case.ask(
        f"The folders {names} {what}, as a data set {task} does. {NO_CLASSES}",
        [FILENAMES, FOLDERS],
    )


def are_numbered(labels: Collection[str]) -> bool:
    """Whether names are told apart by numbers, behind one word that all begin with and that is none for classes."""
    plain = {_NUMBER.sub("", label).strip(" _.-").casefold() for label in labels}
    first = {match[0].casefold() if (match := _FIRST.match(label)) else "" for label in labels}
    if not all(map(_NUMBER.search, labels)) or any(map(_SYNSET.fullmatch, labels)) or not all(plain):
        return False
    alike = len(plain) == 1 or (len(first) == 1 and first != {""} and len(plain) < len(labels))
    return alike and not any(map(_OF_CLASSES.fullmatch, plain | first))


def _are_frames_with_masks(case: Case, layout: Layout) -> bool:
    """Whether nearly every image of every class is called by a number of many digits and has a mask of that name, in
    a folder called like the class elsewhere."""
    masks = {(path.parent.name, path.stem) for mask in case.masks for path in mask.folder.every_image()}
    with_mask: dict[str, list[bool]] = defaultdict(list)
    for found in layout.found if masks else ():
        stem = found.path.stem
        with_mask[found.label].append(bool(_FRAME.fullmatch(stem)) and (found.path.parent.name, stem) in masks)
    return bool(with_mask) and all(sum(has) >= NEARLY_ALL * len(has) for has in with_mask.values())


def _hold_tracks(layout: Layout) -> bool:
    """Whether every class holds a file of tracks."""
    tracked = {found.label for found in layout.found if "/".join(found.path.parts[-2:]).lower() in _TRACKS}
    return tracked == layout.classes


def _hold_points(case: Case) -> bool:
    """Whether a table among the images gives points of body parts, as DeepLabCut writes it."""
    tables = [path for path in case.everything.every_file() if path.suffix.lower() == ".csv"][:_MANY]
    return any(_POINTS.match(head(path)) for path in tables)
