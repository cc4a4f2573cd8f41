"""Result of reading a layout: each file's class and part, or why it has none."""

import json
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.data import names
from core.data.dataset import LeftOut, Part
from core.data.decoding.sniff import looks_like_image
from core.data.layouts.beside.alike import looks_ordinary, may_be_ordinary
from core.data.layouts.beside.aside import is_aside
from core.data.layouts.beside.forms import FORM, is_form
from core.data.layouts.vocabulary.letters import fold
from core.data.layouts.words import Beside, is_new
from core.data.natural import natural_key
from core.data.related.copy_names import originals
from core.data.tree import Folder
from core.experiment import AS_FOUND, Reading
from core.text import short

LABELS = "classes.json"  # {folder name: label}, for labels that are not valid file names
_ABOUT = re.compile(
    r"(readme|licen[cs]e|copying|notice|copyright|authors|changelog)(\..*)?|classes\.json", re.IGNORECASE
)
_PLAIN_NUMBER = re.compile(r"(?P<sign>[-+]?)(?P<whole>\d+)([.,](?P<fraction>\d+))?")
_LEADING_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")


_LOOKALIKES = str.maketrans("асеорхуіѕјԁһԛԝκνορτυ", "aceopxyisjdhqwkvoptu")  # Cyrillic and Greek -> Latin


@dataclass(frozen=True, slots=True)
class Found:
    """A file with its class `label`, or with any number of `labels`."""

    path: Path
    name: str
    label: str
    part: Part | None
    labels: frozenset[str] | None = None

    @property
    def classes(self) -> frozenset[str]:
        """The classes of the image, for either task."""
        return frozenset((self.label,)) if self.labels is None else self.labels


@dataclass(slots=True)
class Layout:
    """The classes and files of a folder. Names are paths below `root`; `reading` holds the options it was read with."""

    root: Path
    reading: Reading = AS_FOUND
    multilabel: bool = False  # an image may have several labels
    classes: set[str] = field(default_factory=set)
    found: list[Found] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unlabelled: list[Path] = field(default_factory=list)  # folders with images to predict
    columns: tuple[str, ...] = ()  # of the table of labels
    # original names of folders and files that are stored under other names
    called: dict[str, str] = field(default_factory=dict)
    explained: set[Path] = field(default_factory=set)  # files and folders that were left out or used as labels
    _below: dict[Path, str] = field(default_factory=dict, repr=False, compare=False)  # where folders lie

    def add(self, path: Path, label: str, part: Part | None, labels: frozenset[str] | None = None) -> None:
        """Add a file with its class, or with any number of `labels`."""
        found = Found(path, self.name(path), label, part, labels)
        self.classes |= found.classes
        self.found.append(found)

    def leave_out(self, path: Path, reason: str) -> None:
        """Record a file, or a folder with its content, as not used."""
        self.explained.add(path)
        self.left_out.append(LeftOut(self.name(path), reason))

    def offer(self, folder: Folder) -> None:
        """Record a folder of unlabelled images for prediction."""
        count = folder.image_count
        images = "1 image" if count == 1 else f"{count:,} images"
        self.leave_out(folder.path, f"{images} without labels: offered for prediction, not used here.")
        self.unlabelled.append(folder.path)

    def name(self, path: Path) -> str:
        """The path below the root with slashes, under its original name."""
        folder = path.parent
        if folder not in self._below:  # files are many, folders few
            parts = Path(os.path.relpath(folder, self.root)).parts  # '../' for files beside wrapping folders
            self._below[folder] = "".join(f"{self.called.get(part, part)}/" for part in parts)
        return names.shown(self._below[folder] + self.called.get(path.name, path.name))

    def account(self, top: Folder, reason: str, of_others: str = "") -> None:
        """Leave out, with `reason`, everything not handled yet; a folder as a whole if nothing in it is used.
        `of_others` is the reason for files that are no images, where it is another one.

        Files such as a licence or readme are ignored.
        """
        self._account(top, (reason, of_others or reason), {found.path for found in self.found})

    def _account(self, folder: Folder, reasons: tuple[str, str], used: set[Path]) -> None:
        for path in folder.files:
            if path not in used and path not in self.explained and not _ABOUT.fullmatch(path.name):
                self.leave_out(path, reasons[0] if looks_like_image(path) else FORM if is_form(path) else reasons[1])
        for inner in folder.folders:
            if inner.path in self.explained:
                continue
            if any(path in used or path in self.explained for path in inner.every_file()) or any(
                deeper.path in self.explained for deeper in inner.every_folder()
            ):
                self._account(inner, reasons, used)
            elif any(True for _ in inner.every_file()):
                self.leave_out(inner.path, reasons[0])

    def note_twins(self) -> None:
        """Note classes that differ only in case or separators, or in how their number is written, or are named like
        copies of each other."""
        same_letters: dict[str, list[str]] = {}
        numbers: dict[str, list[str]] = {}
        for label in sorted(self.classes):
            same_letters.setdefault(_letters(label), []).append(label)
            numbers.setdefault(_number(label), []).append(label)
        self.notes += [
            f"The classes {listed(same)} differ only in case or separators{_invisible_difference(same)}. If they are "
            "one, give them one name."
            for same in same_letters.values()
            if len(same) > 1
        ]
        self.notes += [
            f"The classes {listed(same)} differ only in how their number is written. If they are one, give them one "
            "name."
            for same in numbers.values()
            if len(set(map(_letters, same))) > 1
        ]
        self.notes += [
            f"The classes {listed(same)} are called like copies of one folder. If they are one, put them together."
            for same in _copies(self.classes)
        ]

    def note_aside(self) -> None:
        """Note classes whose names are unusual for classes, if at least two others exist; not those of ordinary words
        whose images look like theirs."""
        beside = Beside(self.classes)
        aside = [label for label in sorted(self.classes) if is_aside(label, beside)]
        if any(map(may_be_ordinary, aside)):
            files: dict[str, list[Path]] = {}
            for found in self.found:
                files.setdefault(found.label, []).append(found.path)
            aside = [label for label in aside if not (label in files and looks_ordinary(label, files))]
        self._note_read(aside)

    def note_new(self) -> None:
        """Note classes whose names say that their images came later, if at least two others exist."""
        told = [note for note in self.notes if " read as " in note]
        new = [label for label in sorted(self.classes) if is_new(label)]
        self._note_read([label for label in new if not any(f"'{short(label)}'" in note for note in told)])

    def _note_read(self, aside: list[str]) -> None:
        if aside and len(self.classes) - len(aside) > 1:
            read, kept = ("is read as a class", "it was") if len(aside) == 1 else ("are read as classes", "they were")
            self.notes.append(
                f"{listed(aside)} {read}. If {kept} only kept beside the classes, take the folder out or rename it."
            )

    @property
    def summary(self) -> str:
        """'3 classes: bars 8, cross 8, disc 8', before the files are read: some of them may be damaged."""
        return class_counts(Counter(label for found in self.found for label in found.classes))


def _copies(labels: Iterable[str]) -> list[list[str]]:
    """Classes that are called like copies of another one, with that; 'old' beside 'new' tells what is shown."""
    folded = {_letters(fold(label)): label for label in sorted(labels)}
    copies: dict[str, list[str]] = {}
    for label in sorted(labels):
        bases = [key for base in originals(label) if (key := _letters(fold(base))) in folded and folded[key] != label]
        if bases:
            copies.setdefault(bases[-1], []).append(label)
    return [
        sorted([folded[key], *same])
        for key, same in copies.items()
        if not {"old", "new"} <= {_letters(fold(label)).removeprefix(key) for label in same}
    ]


def _invisible_difference(labels: list[str]) -> str:
    """A remark on invisible differences: letters of another alphabet, zero-width characters."""
    plain = {"".join(c for c in unicodedata.normalize("NFKC", one).casefold() if c not in " _-.") for one in labels}
    return ", or in letters that look the same or cannot be seen" if len(plain) > 1 else ""


def _letters(label: str) -> str:
    if _PLAIN_NUMBER.fullmatch(label):
        return label  # sign and decimal point are not separators
    folded = unicodedata.normalize("NFKC", label).casefold().translate(_LOOKALIKES)
    return "".join(c for c in folded if c not in " _-." and unicodedata.category(c) != "Cf")


def _number(label: str) -> str:
    """What classes share that differ only in how their number is written: 01, 1 and 1.0; class_01 and class_1."""
    plain = unicodedata.normalize("NFKC", label).strip()
    if match := _PLAIN_NUMBER.fullmatch(plain):
        fraction = (match["fraction"] or "").rstrip("0")
        return f"{match['sign'].strip('+')}{match['whole'].lstrip('0') or '0'}.{fraction}"
    return _LEADING_ZEROS.sub("", _letters(label))


def class_counts(counts: dict[str, int], most: int = 12) -> str:
    """Classes with their image counts in natural order; at most `most` are listed."""
    ordered = sorted(counts, key=natural_key)
    named = ", ".join(f"{short(name)} {counts[name]}" for name in ordered[:most])
    more = f" and {len(ordered) - most} more" if len(ordered) > most else ""
    return f"{len(ordered)} {'class' if len(ordered) == 1 else 'classes'}: {named}{more}"


def listed(texts: Iterable[str], most: int = 5) -> str:
    """Quoted names joined for a sentence: 'a', 'b' and 'c'; at most `most` are listed."""
    every = [f"'{short(text)}'" for text in texts]
    if len(every) > most:
        every = [*every[:most], f"{len(every) - most} more"]
    return " and ".join(every) if len(every) < 3 else f"{', '.join(every[:-1])} and {every[-1]}"


def read_json(path: Path, most_bytes: int | None = None) -> Any:
    """The value of a JSON file, of any kind; None if it cannot be read, or has more bytes."""
    try:
        if most_bytes is not None and path.stat().st_size > most_bytes:
            return None
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def class_labels(folder: Path) -> dict[str, str]:
    """Labels of sub-folders from `classes.json` in `folder`.

    Empty if the file is missing or has another format, as files of other programs.
    """
    values = read_json(folder / LABELS)
    good = isinstance(values, dict) and all(isinstance(label, str) and label.strip() for label in values.values())
    return {key: names.label(label) for key, label in values.items()} if good else {}
