"""Folders of thumbnails, previews or results beside classes, which are left out."""

from core.data.layouts.case import Case
from core.data.layouts.words import is_artifact, is_program_output
from core.data.related.affixes import is_count
from core.data.tree import Folder


def artifact_folders(case: Case, tests: list[Folder]) -> list[Folder]:
    """Folders of thumbnails, previews or results beside at least two classes; one that looks as they do may be one."""
    found = [folder for folder in case.root.folders if is_artifact(folder.name) and folder not in tests]
    classes = [folder for folder in case.root.full if folder not in found and folder not in tests]
    return [folder for folder in found if not _looks_like_a_class(folder, classes)] if len(classes) > 1 else []


def _looks_like_a_class(folder: Folder, classes: list[Folder]) -> bool:
    """Whether a folder with the name of thumbnails or backups is flat, holds as many images as the classes do, and not
    those that they hold."""
    sizes = [one.image_count for one in classes]
    mine = {path.stem.casefold() for path in folder.images}
    theirs = {path.stem.casefold() for one in classes for path in one.every_image()}
    if is_program_output(folder.name) or folder.full or not 0.5 * min(sizes) <= len(mine) <= 2 * max(sizes):
        return False
    return is_count(mine) or 2 * len(mine & theirs) < len(mine)
