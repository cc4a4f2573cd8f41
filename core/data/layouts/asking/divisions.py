"""Folders that are called after how a data set was divided, not after what they show."""

from core.data.layouts.asking.questions import FILENAMES, FOLDERS, INNER, one_folder_options
from core.data.layouts.assigned import listed
from core.data.layouts.case import Case, unwrap
from core.data.layouts.shares import divide_a_set


def ask_about_divisions(case: Case) -> None:
    """Raise `UnclearLayout` if the folders are called like parts of one data set by shares, such as 'ds_80' and
    'ds_20', or by words that mean parts together, such as 'source' and 'target'."""
    full = case.root.full
    if case.named or len(full) < 2 or not divide_a_set({folder.name: folder.image_count for folder in full}):
        return
    raise case.ask(
        f"The folders {listed(folder.name for folder in full)} are called like parts of one data set, not after what "
        "they show. Put the images of each class into a folder of its own, within train, val and test to keep that "
        "division, or add a file labels.csv with the columns file, label and split.",
        [
            *([INNER] if all(unwrap(folder).full for folder in full) else []),
            FILENAMES,
            *one_folder_options(case, full),
            FOLDERS,
        ],
    )
