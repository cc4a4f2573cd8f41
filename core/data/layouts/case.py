"""A folder whose layout is being detected, without its wrapping folders."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.data import names
from core.data.dataset import LeftOut
from core.data.layouts.assigned import Layout, class_labels, listed
from core.data.layouts.beside.originals import were_made_of
from core.data.layouts.words import is_generic, is_group, kind_of
from core.data.natural import natural_key
from core.data.tree import Folder
from core.errors import LayoutChoice, UnclearLayout, UnusableDataset
from core.experiment import Reading
from core.text import short

MASKS_FOLDER = (
    "Holds masks or annotations of the images beside it, no images of a class. If it is a class, rename the folder."
)
_STEPS = ("into a folder", "into the folder", "Keep ", "Rename ", "labels.csv", "name its column")
Read = Callable[["Case", Reading], Layout]


@dataclass(frozen=True, slots=True)
class MaskFolder:
    """A folder of masks of images in `parent`, or in folders there.

    `within_class`: the parent is a class folder; `beside_classes`: it holds class folders too. Both false: what lies
    there is an export for segmentation, and not `surely` where the folders may be classes all the same.
    """

    folder: Folder
    parent: Folder
    within_class: bool = False
    beside_classes: bool = False
    surely: bool = True


@dataclass(slots=True)
class Case:
    """`root` contains the classes or parts; `outer` is the chosen folder. `read` reads it with given options."""

    outer: Folder
    root: Folder
    reading: Reading
    read: Read
    labels: dict[str, str] = field(default_factory=dict)  # labels of folders whose name is not the label
    # original names of folders and files that are stored under other names
    called: dict[str, str] = field(default_factory=dict)
    # folder names that are classes whatever they are called: by classes.json, or by those beside them
    given: set[str] = field(default_factory=set)
    named: bool = False  # whether a classes.json gives labels
    notes: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    masks: list[MaskFolder] = field(default_factory=list)  # taken out of `outer` and `root`
    whole: "Case | None" = None  # this case with them
    divided: "Case | None" = None  # the case of all parts, where `root` is one of them

    def part(self, root: Folder) -> "Case":
        """This case with the class folders of one part, for checks of these; questions are asked of all parts."""
        return replace(self, root=root, divided=self)

    @property
    def everything(self) -> Folder:
        """The chosen folder with its folders of masks: tables may lie in them."""
        return (self.whole or self).outer

    def layout(self, **reading: str) -> Layout:
        """An empty layout of this folder with the given options."""
        options = self.reading.model_copy(update=reading)
        made = Layout(
            self.root.path, options, notes=list(self.notes), left_out=list(self.left_out), called=dict(self.called)
        )
        for mask in self.masks:
            made.leave_out(mask.folder.path, MASKS_FOLDER)
        return made

    def label(self, folder: Folder) -> str:
        """The class that a folder stands for."""
        return names.label(self.labels.get(folder.path.name, folder.path.name))

    def call(self, folder: Folder) -> str:
        """The original name of a folder, for display."""
        return names.shown(self.called.get(folder.path.name, folder.path.name))

    def ask(self, question: str, options: Iterable[tuple[dict[str, str], str]]) -> UnclearLayout:
        """The error that asks how to read the folder.

        `options` are fields of `Reading`, each with a description; options that cannot be read are not offered. The
        requested task is kept. Within a part they are options for all parts.
        """
        if self.divided is not None:
            return self.divided.ask(f"In '{short(self.root.name)}': {question}", map(_for_parts, options))
        choices = []
        task = {} if self.reading.task == "auto" else {"task": self.reading.task}
        for fields, description in options:
            reading = fields | task if "task" not in fields else fields
            try:
                layout = self.read(self, Reading(**reading))
            except UnusableDataset:
                continue
            if layout.found:
                choices.append(LayoutChoice(reading, description, layout.summary, _counts(layout)))
        return UnclearLayout(question if choices else _with_step(question), choices)


def _with_step(question: str) -> str:
    """A question to which no answer can be read, with what to do instead."""
    told = not question or any(step in question for step in _STEPS)
    return question if told else f"{question} Sort the images into a folder per class, or choose another folder."


def _for_parts(option: tuple[dict[str, str], str]) -> tuple[dict[str, str], str]:
    fields, description = option
    if fields.get("layout") != "folders":
        return option
    return fields | {"layout": "parts"}, f"{description}, in every part"


def _counts(layout: Layout) -> dict[str, int]:
    """The files of each class in their order, also of classes without any."""
    none = dict.fromkeys(sorted(layout.classes, key=natural_key), 0)
    return none | Counter(label for found in layout.found for label in found.classes)


def unwrap_root(case: Case) -> None:
    """Enter folders that only wrap another one, however many: a zip may hold the path of a whole computer."""
    outer = case.root
    while inner := _wrapped(case):
        case.root = inner
        take_labels(case, inner.path)
    if case.root is not outer:
        case.notes.append(f"The class folders lie in '{short(case.call(case.root))}'.")


def take_labels(case: Case, folder: Path) -> None:
    """Use the labels from a `classes.json` in `folder`."""
    labels = class_labels(folder)
    case.labels |= labels
    case.given |= labels.keys()
    case.named |= bool(labels)


def _wrapped(case: Case) -> Folder | None:
    """The only folder with images below it, if it is not a class; folders beside it hold other files."""
    full = case.root.full or case.root.folders
    if len(full) != 1 or full[0].path.name in case.given:
        return None
    if case.root.images and not _holds_the_classes(full[0], case.root.images):
        return None
    inner, others = full[0], [folder for folder in case.root.folders if folder is not full[0]]
    if any(next(other.every_file(), None) is None for other in others):
        return None  # an empty folder is a class without images yet
    return inner if inner.folders and (not inner.images or kind_of(inner.name)) else None


def _holds_the_classes(folder: Folder, beside: Sequence[Path]) -> bool:
    """Whether a folder with the images `beside` it contains the classes, and more images than these, or images that
    were made of them."""
    return holds_folders(folder) and (folder.image_count > len(beside) or were_made_of(folder.every_image(), beside))


def holds_folders(folder: Folder) -> bool:
    """Whether a folder holds at least two folders that may be classes or parts, and no images of its own."""
    inner = [one for one in folder.full if not is_group(one.name) and (kind_of(one.name) or not is_generic(one.name))]
    return len(inner) > 1 and len(inner) == len(folder.full) and not folder.images


def unwrap(folder: Folder) -> Folder:
    """The folder that contains the class folders: skips wrappers such as train/train and train/images."""
    while True:
        full = folder.full
        if len(full) != 1 or folder.images or len(folder.folders) > 1:
            return folder
        inner = full[0]
        wraps = inner.full and not all(is_group(deeper.name) for deeper in inner.full)
        again = inner.name.casefold() == folder.name.casefold()
        if not (wraps or again or kind_of(inner.name) or is_generic(inner.name)):
            return folder
        folder = inner


def at_level(folder: Folder, level: int) -> list[Folder]:
    """The folders so many levels below one, which is itself those of level 0."""
    return [deep for one in unwrap(folder).folders for deep in at_level(one, level - 1)] if level else [folder]


def no_classes(case: Case, *more: str) -> UnusableDataset:
    """The error for a folder without classes, with what is expected. `more` are sentences on its content."""
    folder, root = case.outer.path, case.root
    name = short(folder.name)
    expected = (
        f"Put the images of each class into a folder of its own, such as {name}/cat and {name}/dog, or add a file "
        "labels.csv with the columns file and label."
    )
    first = f"{case.left_out[0].name}: {case.left_out[0].reason}" if case.left_out else ""
    if root.images:
        what = f"{folder} holds images but no class folders."
    elif root.image_count:
        what = f"{folder} holds images in {listed(inner.name for inner in root.full)}, but no class folders."
    else:
        what = f"{folder} holds no class folders with images."
    return UnusableDataset(" ".join(text for text in (what, first, *more, expected) if text))
