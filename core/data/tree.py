"""The files below a folder, without system files; links are followed if they stay inside."""

import os
import re
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from core.data import names
from core.data.dataset import LeftOut
from core.data.decoding import sniff
from core.data.leftovers import junk, own
from core.data.leftovers.hidden import OWN_FOLDER, Search
from core.data.natural import natural_key
from core.errors import DatasetNotFound, UnusableDataset

MAX_FILES = 300_000  # with folders; reading the names of so many takes a minute
_DOWNLOAD = re.compile(r"(?:datasets|models|spaces)--.")
MAX_DEPTH = 40  # folders in folders


@dataclass(eq=False)
class Folder:
    """A folder with its sub-folders and regular files, each in natural order."""

    path: Path
    folders: list["Folder"] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    linked: bool = False  # reached through a symbolic link

    @property
    def name(self) -> str:
        """The folder's name for display."""
        return names.shown(self.path.name)

    @cached_property
    def images(self) -> list[Path]:
        """The files directly in this folder that look like images by suffix, or by their first bytes if the suffix is
        unknown."""
        return [path for path in self.files if sniff.looks_like_image(path)]

    @cached_property
    def image_count(self) -> int:
        """Number of images in this folder and below."""
        return len(self.images) + sum(folder.image_count for folder in self.folders)

    @cached_property
    def full(self) -> list["Folder"]:
        """The sub-folders that contain images at any depth."""
        return [folder for folder in self.folders if folder.image_count]

    def without(self, gone: Collection[Path]) -> "Folder":
        """This folder without those with the paths `gone`; what holds none of them is the same object."""
        folders = [inner.without(gone) for inner in self.folders if inner.path not in gone]
        if len(folders) == len(self.folders) and all(a is b for a, b in zip(folders, self.folders, strict=True)):
            return self
        return Folder(self.path, folders, self.files, self.linked)

    def every_file(self) -> Iterator[Path]:
        """All files in this folder and below."""
        yield from self.files
        for folder in self.folders:
            yield from folder.every_file()

    def every_image(self) -> Iterator[Path]:
        """All images in this folder and below."""
        yield from self.images
        for folder in self.folders:
            yield from folder.every_image()

    def every_folder(self) -> Iterator["Folder"]:
        """This folder and all below it."""
        yield self
        for folder in self.folders:
            yield from folder.every_folder()


@dataclass(slots=True)
class Tree:
    """A folder tree and entries that cannot be used in any layout: outward links, pipes, unreadable folders."""

    top: Folder
    left_out: list[LeftOut] = field(default_factory=list)


def read_tree(root: Path, workspace: Path | None = None) -> Tree:
    """All files below `root`, without folders of Graft itself (`workspace`, or any other).

    Raises `DatasetNotFound` when the folder cannot be opened, `UnusableDataset` when it holds more than `MAX_FILES`
    files and folders.
    """
    walk = _Walk(root, workspace)
    return walk.tree()


class _Walk:
    def __init__(self, root: Path, workspace: Path | None) -> None:
        self.root, self.real, self.workspace = root, root.resolve(), workspace
        self.reach = _reach(self.real)
        self.left_out: list[LeftOut] = []
        self.count = 0
        self.targets: list[Path] = []  # of links
        self.search = Search()
        self.hidden: list[tuple[Path, str]] = []  # what was passed over and holds images, and why

    def tree(self) -> Tree:
        try:
            entries = self._entries(self.root)
        except OSError as error:
            raise DatasetNotFound(f"The folder {self.root} cannot be opened: {error.strerror or error}.") from error
        if junk.is_machinery(self.root, self.workspace) or own.was_workspace(self.root):
            entries = [path for path in entries if not self._is_own(path)]
        top = self._folder(self.root, entries, (self.real,))
        self._pass_over_stores(top)
        self._name_hidden()
        return Tree(top, self.left_out)

    def _is_own(self, path: Path) -> bool:
        """Whether something in a data folder that is a workspace, too, is the program's; what only has such a name is
        passed over as well, but named where it holds images."""
        if not own.is_own(path.name):
            return False
        if not own.is_made_here(path) and self.search.holds_images(path):
            self.hidden.append((path, OWN_FOLDER))
        return True

    def _name_hidden(self) -> None:
        """Images that links lead to are used where the links lie."""
        for path, reason in self.hidden:
            real = path.resolve()
            if not any(target.is_relative_to(real) for target in self.targets):
                self._leave_out(path, reason)

    def _pass_over_stores(self, top: Folder) -> None:
        """Leave out a folder if all its files are also reached through links beside it."""
        if not self.targets:
            return
        links = {folder.path: _real_files(folder) for folder in top.folders if _only_links(folder)}
        for folder in [one for one in top.folders if one.path not in links]:
            files = _real_files(folder)
            linking_folders = [place for place, reals in links.items() if reals & files]
            # a link to the folder itself is an alias of a class
            is_alias = any(place.resolve() == folder.path.resolve() for place in linking_folders)
            if (
                (len(linking_folders) > 1 or _is_download(folder.path, linking_folders))
                and not is_alias
                and files <= set().union(*(links[place] for place in linking_folders))
            ):
                top.folders.remove(folder)
                self._leave_out(folder.path, "Its files are used where links to them lie.")

    def _entries(self, folder: Path) -> list[Path]:
        with os.scandir(folder) as entries:
            every = list(entries)
        found = [entry.name for entry in every if not junk.is_junk(entry.name)]
        for name in sorted(filter(junk.is_in_cloud, (entry.name for entry in every)), key=natural_key):
            self._leave_out(folder / name, junk.IN_CLOUD)
        self.hidden += [(folder / name, reason) for name, reason in self.search.passed_over(every)]
        self.count += len(found)
        if self.count > MAX_FILES:
            raise UnusableDataset(
                f"{self.root} holds more than {MAX_FILES:,} files. Choose the folder of the class folders."
            )
        return [folder / name for name in sorted(found, key=natural_key)]

    def _folder(self, path: Path, entries: list[Path], above: tuple[Path, ...]) -> Folder:
        folder_node = Folder(path)
        for entry in entries:
            try:
                self._take(folder_node, entry, above)
            except OSError as error:
                self._leave_out(entry, f"Cannot be opened: {error.strerror or error}.")
        return folder_node

    def _take(self, folder_node: Folder, entry: Path, above: tuple[Path, ...]) -> None:
        kind = entry.lstat().st_mode
        linked = stat.S_ISLNK(kind)
        real = above[-1] / entry.name
        if linked:
            real = self._target(entry)
            self.targets.append(real)
            if not real.is_relative_to(self.reach):
                self._leave_out(entry, _leads_out(real))
                return
            kind = real.stat().st_mode
        if stat.S_ISREG(kind):
            if reason := junk.beside_reason(entry.name):
                self._leave_out(entry, reason)
            else:
                folder_node.files.append(entry)
        elif not stat.S_ISDIR(kind):
            self._leave_out(entry, "Is not a regular file.")
        elif real in above:
            self._leave_out(entry, "Is a link to a folder that it lies in; it is not followed.")
        elif len(above) > MAX_DEPTH:
            self._leave_out(entry, f"Lies more than {MAX_DEPTH} folders deep.")
        elif not junk.is_machinery(entry, self.workspace):
            folder_node.folders.append(self._inside(entry, (*above, real), linked))

    def _target(self, link: Path) -> Path:
        try:
            return link.resolve(strict=True)
        except (OSError, RuntimeError) as error:  # RuntimeError for a self-referencing link, before Python 3.13
            raise OSError(0, f"it is a link to {names.shown(os.readlink(link))}, which is not there") from error

    def _inside(self, entry: Path, above: tuple[Path, ...], linked: bool) -> Folder:
        try:
            entries = self._entries(entry)
        except OSError as error:
            self._leave_out(entry, f"The folder cannot be opened: {error.strerror or error}.")
            return Folder(entry, linked=linked)
        folder_node = self._folder(entry, entries, above)
        folder_node.linked = linked
        return folder_node

    def _leave_out(self, path: Path, reason: str) -> None:
        self.left_out.append(LeftOut(names.shown(path.relative_to(self.root).as_posix()), reason))


def _is_download(store: Path, linking: Collection[Path]) -> bool:
    """Whether a folder is that of the files of a download of Hugging Face, beside its snapshots."""
    return store.name == "blobs" and any(place.name == "snapshots" for place in linking)


def _reach(root: Path) -> Path:
    """The folder within which links are followed: `root`, or the download of Hugging Face that it is a snapshot of,
    where the files themselves lie in 'blobs'."""
    for snapshots in (root, *root.parents):
        if snapshots.name == "snapshots" and _DOWNLOAD.match(snapshots.parent.name) and snapshots != root:
            return snapshots.parent
    return root


def _only_links(folder: Folder) -> bool:
    """Whether all files in a folder are reached through links (and there are some)."""
    if folder.linked:
        return True
    inner = [_only_links(one) for one in folder.folders if next(one.every_file(), None)]
    return all(inner) and all(path.is_symlink() for path in folder.files) and bool(inner or folder.files)


def _real_files(folder: Folder) -> set[Path]:
    return {path.resolve() for path in folder.every_file()}


def _leads_out(target: Path) -> str:
    return (
        f"Is a link that leads out of the data folder, to {names.shown(str(target))}. Choose a data folder that holds "
        "both, or put the images themselves there."
    )
