"""A folder called after a file format, 'jpg', beside one with what was made of its images, 'segmim'."""

import re
from collections.abc import Sequence

from core.data.layouts.asking.questions import FILENAMES, FOLDERS, NO_CLASSES, one_folder_options
from core.data.layouts.assigned import listed
from core.data.layouts.case import Case
from core.data.related.affixes import NEARLY_ALL, bare_names
from core.data.tree import Folder
from core.text import short

_FORMAT = re.compile(r"(jpe?g|png|tiff?|bmp|gif|ppm|webp)([ _-]?(images?|imgs?|files?))?s?", re.IGNORECASE)


def ask_about_formats(case: Case, full: Sequence[Folder]) -> None:
    """Raise if one of several flat folders is called after a file format, and the others count as its images do."""
    formats = [folder for folder in full if _FORMAT.fullmatch(folder.name.strip())]
    if len(formats) != 1 or len(full) < 2:
        return
    mine = _names(formats[0])
    others = [_names(folder) for folder in full if folder is not formats[0]]
    if all(len(mine & names) >= NEARLY_ALL * len(mine | names) for names in others):
        raise case.ask(
            f"The folder '{short(formats[0].name)}' is called after a file format, and the folders "
            f"{listed(folder.name for folder in full)} hold images of the same numbers, as an image and what was made "
            f"of it do. {NO_CLASSES}",
            [*one_folder_options(case, formats), FILENAMES, FOLDERS],
        )


def _names(folder: Folder) -> set[str]:
    return bare_names([path.stem for path in folder.every_image()])
