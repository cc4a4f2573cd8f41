"""Folders that are only numbered and hold masks beside their images: patients or pieces, seldom classes."""

import re
from collections.abc import Collection

from core.data.layouts.asking.questions import FILENAMES, FOLDERS
from core.data.layouts.assigned import Layout, listed
from core.data.layouts.case import Case
from core.data.natural import natural_key
from core.data.related.affixes import NEARLY_ALL

_FEWEST = 3  # folders
_NUMBER = re.compile(r"\d+")
_OF_CLASSES = re.compile(  # words that number classes
    r"class(es)?|classe|klasse|clase|kelas|cls|categor(y|ie)|kategorie|types?|typ|tipo|kinds?|grades?|grad|stages?|"
    r"levels?|labels?|species|scores?|clusters?|birads|quality"
)


def ask_about_numbered(case: Case, layout: Layout, masked: Collection[str]) -> None:
    """Raise `UnclearLayout` if all classes have the same name but for numbers, as 'kos01' and 'kos02', and nearly all
    of them held masks: those in `masked`."""
    words = {_NUMBER.sub("", label).strip(" _.-").casefold() for label in layout.classes}
    if len(layout.classes) < _FEWEST or len(words) != 1 or len(masked) < NEARLY_ALL * len(layout.classes):
        return
    (word,) = words
    if not word or case.named or _OF_CLASSES.fullmatch(word):
        return
    raise case.ask(
        f"The folders {listed(sorted(layout.classes, key=natural_key))} are only numbered and hold images with their "
        "masks, as a data set for segmentation does, so that they may be no classes. Put the images of each class into "
        "a folder of its own, or add a file labels.csv with the columns file and label.",
        [FILENAMES, FOLDERS],
    )
