"""Interpretation of folder names: parts of a data set, folds, groups of images, or none of these."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import cached_property, lru_cache
from itertools import chain, pairwise

from core.data.dataset import Part
from core.data.layouts.beside.among import TOKEN, Among, tokens
from core.data.layouts.vocabulary import groups, kept, parts, unlabelled
from core.data.layouts.vocabulary.fillers import AROUND, NAMELESS, NOUNY, SMALL, TOGETHER
from core.data.layouts.vocabulary.letters import all_words, folded, without_version

PREDICT = "predict"  # images without labels, to be predicted
Kind = Part | str  # 'train', 'val', 'test' or PREDICT

_WORDS: dict[Kind, frozenset[str]] = dict(parts.WORDS) | {PREDICT: unlabelled.WORDS}
_LONGEST = max(map(len, chain.from_iterable(_WORDS.values())))
_TOGETHER = frozenset(chain.from_iterable(parts.TOGETHER))
_LONGEST_TOGETHER = max(map(len, _TOGETHER))
_LONGEST_KEPT = max(map(len, kept.KEPT))
_GENERIC = frozenset(("all", "files", "database", "archive", "input", "jpegimages", "flat", "imageall", "imagesall"))
_PROGRAMS = r"wandb|mlruns|mlflow|lightninglogs|tensorboard(?:logs?)?|tblogs?|tfevents"
_ARTIFACTS = re.compile(
    rf"thumbs?|thumbnails?|previews?|results?|outputs?|checkpoints?|tmp|caches?|backups?|{_PROGRAMS}"
)
_DATE = re.compile(r"(19|20)\d\d([-_. ]?\d\d?){0,2}|\d\d?[-_. ]\d\d?[-_. ](19|20)?\d\d")
_WHO = "patient|subject|person|user|site|plot|location|loc|device|phone|camera|cam"  # these may be the classes
_GROUP = re.compile(
    rf"(?P<word>day|week|month|year|sessions?|batch|batches|sequence|seq|scene|clip|video|frames?|{_WHO}|"
    r"runs?|take|shot|trial|series|roll|k?folds?|images?|imgs?|photos?|pictures?)"
)
# default folder names of cameras, phones and computers: 100CANON, Photos from 2023, New folder (2)
_ALBUM = re.compile(
    r"[1-9]\d\d(?=.*[A-Z_])[A-Z0-9_]{5}|photos from (19|20)\d\d|(new|untitled) folder( \(?\d+\)?)?|"
    r"neuer ordner( \(\d+\))?|camera roll|whatsapp images|saved pictures"
)
_LETTERED = re.compile(r"(?P<word>.*[^\W\d_])[ _.-]+[A-Za-z]|(?P<joined>.*[a-z])[A-Z]")  # session_a, setA
_LAST_LETTER = re.compile(r"(?<=\w)[ _.-]+[ab]$|(?<=[a-z])[AB]$", re.ASCII)  # test_a, testB
_ELIDED = re.compile(r"(?<![^\W\d_])[adl](?=[^\w]|_)", re.IGNORECASE)  # ensemble d'apprentissage
_FEW = re.compile(r"(?<!\d)\d{1,3}(?!\d)")
_QUALIFIERS = all_words(  # of a test part: 'private_test'; a test tube is a thing
    {
        "en": "private|public|external|internal|hidden|blind|field|real|final|phone|own|unseen|official|extra|second|"
        "quick|live|offline|online|user|kaggle|old|new|copy|anomaly|anomalies|stress|robustness|sanity|smoke|backup|bak|"
        "clean|noisy|hard|easy|full|mini|small|large|resized|cropped",
        "de": "neu|neue|alt|alte|kopie|klein|gross",
    }
)
_TRAIN = ("train", "training", "trainset", "trainingset", "traindata")
_MONTH = re.compile(
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec"
)


def plain(name: str) -> str:
    """The letters of a name without case, separators and digits: 'Train_Set-2017' becomes 'trainset'."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalpha())


def kind_of(name: str) -> Kind | None:
    """The part that a folder's name stands for, PREDICT, or None."""
    return _found(name)[0]


@lru_cache(maxsize=1 << 14)
def _found(name: str) -> tuple[Kind | None, str]:
    """The part that a name stands for, and the word that says so; None and nothing if there is none."""
    bare = _LAST_LETTER.sub("", without_version(name.strip()))
    for letters in dict.fromkeys((folded(bare), _essential(bare))):
        for core in AROUND.cores(letters, _LONGEST):
            for kind, words in _WORDS.items():
                if core in words:
                    return kind, core
    return None, ""


def _essential(name: str) -> str:
    """The letters of a name without small words that stand alone: 'set de test' gives 'settest', 'detest' itself."""
    found = tokens(_ELIDED.sub("", name))
    return "".join(letters for token in found if (letters := folded(token)) not in SMALL) or folded(name)


def word_of(name: str) -> str:
    """The word of a name that says which part it stands for, folded: 'no label' and 'my images without label'."""
    return _found(name)[1]


def is_late(name: str) -> bool:
    """Whether a validation folder serves as test folder in a data set with another validation folder."""
    return _found(name)[1] in parts.LATE


def is_development(name: str) -> bool:
    """Whether a name means the part that trains in a data set where none is called so: 'development' and 'holdout'."""
    return _found(name)[1] in parts.DEVELOPMENT


def is_certain(name: str) -> bool:
    """Whether a name means a part even without another part beside it."""
    kind, word = _found(name)
    return kind is not None and not (word in parts.AMBIGUOUS and word == folded(name))


def is_beside_parts(name: str) -> bool:
    """Whether a name means something of a data set where 'train' or 'test' lies beside it: 'extra'."""
    return folded(name) in parts.BESIDE_PARTS


def are_a_set(names: Iterable[str]) -> bool:
    """Whether names mean parts only together: 'tr' and 'te', 'support_set' and 'query_set'; names with a word for a
    part may be among them."""
    bare = without_shared(list(names))
    cores = {name: _cores(name) | _cores(rest) for name, rest in bare.items()}
    found = [words for name, words in cores.items() if words or not part_words(name) - {PREDICT}]
    return any(
        len(found) > 1 and all(cores & known for cores in found) and len(set().union(*found) & known) > 1
        for known in parts.TOGETHER
    )


def _cores(name: str) -> frozenset[str]:
    return frozenset(
        core
        for letters in {folded(name), _essential(name)}
        for core in TOGETHER.cores(letters, _LONGEST_TOGETHER)
        if core in _TOGETHER
    )


def is_generic(name: str) -> bool:
    """Whether a name such as 'images' says nothing about what is in the images."""
    letters = folded(name)
    return NAMELESS.fills(letters) or letters in _GENERIC


def is_new(name: str) -> bool:
    """Whether a name says that images came later or by chance, which is no class: 'new images', '100CANON'."""
    letters = folded(name)
    found = any(core in unlabelled.NEW and core != letters for core in NOUNY.cores(letters, _LONGEST))
    return found or _is_album(name)


def may_be_unknown(name: str) -> bool:
    """Whether a name may be that of images without a class beside a folder of those with one: 'unknown', 'query'."""
    return is_unlikely_class(name) or folded(name) in unlabelled.NEW


class Beside(Among):
    """Names of classes, parts and other folders that lie beside one another."""

    @classmethod
    def of(cls, names: "Iterable[str] | Beside") -> "Beside":
        """Names as such a set; itself if they are one."""
        return names if isinstance(names, Beside) else cls(names)

    def with_name(self, name: str) -> "Beside":
        """These names and one more; itself if that is one of them."""
        return self if name in self.different else Beside((*self.names, name))

    @cached_property
    def are_series(self) -> bool:
        """Whether all share a word without which none is that of a part or of images without a class."""
        rests = self.rests.values() if len(self.different) > 2 and self.shared else ()
        return bool(rests) and all(rest and not kind_of(rest) and not is_beside_parts(rest) for rest in rests)

    @cached_property
    def telling(self) -> frozenset[str]:
        """The names that hold more than the shared words and a number or a letter."""
        return frozenset(name for name, rest in self.rests.items() if len(rest) > 1 and not rest.isdigit())


def is_ordinary(name: str, beside: Iterable[str] | Beside) -> bool:
    """Whether other names make one that of a class: 'raw' beside 'cooked', 'no_label' beside 'front_label'.

    Whoever asks this of many names gives the same `Beside` each time.
    """
    others = unlabelled.ORDINARY_BESIDE.get(folded(name))  # which few names have
    if others is not None:
        return not others.isdisjoint(Beside.of(beside).letters)
    return is_one_of_series(name, beside)


def is_one_of_series(name: str, beside: Iterable[str] | Beside) -> bool:
    """Whether a name shares a word with all others, without which none is that of a part or of images without a class:
    'no_label' beside 'front_label' and 'back_label'."""
    every = Beside.of(beside).with_name(name)
    if kind_of(name) == PREDICT and every.telling <= {name}:
        return False  # 'label 1' and 'label 2' are labels, and 'no label' is none
    return every.are_series


def is_unlikely_class(name: str) -> bool:
    """Whether a name is typical of folders that are not classes: figures, samples, discarded images, training outputs,
    generic names ('new_images'), or possible parts ('holdout')."""
    letters = folded(name)
    if any(core in kept.KEPT for core in NOUNY.cores(letters, _LONGEST_KEPT)) or letters in unlabelled.NEW_ALONE:
        return True
    if is_new(name) or is_generic(name) or kind_of(name) is not None:
        return True
    found = tokens(name)
    kinds = {kind_of(one) for one in (*found, *map("".join, pairwise(found)))}
    others = {folded(token) for token in found if kind_of(token) is None and not token.isdigit()}
    qualified = all(one in _QUALIFIERS or is_generic(one) or (one.isascii() and len(one) < 3) for one in others)
    return PREDICT in kinds or ("test" in kinds and qualified)  # 'private_test', but also 'blood test'


def is_unlabelled(label: str) -> bool:
    """Whether a class name means "no label", like Roboflow's column 'Unlabeled'."""
    return bool(re.fullmatch("(?:un|not)labell?ed|unannotated|nolabels?", plain(label)))


def is_artifact(name: str) -> bool:
    """Whether a folder name is typical of program output: thumbnails, previews, results."""
    return bool(_ARTIFACTS.fullmatch(plain(name)))


def is_program_output(name: str) -> bool:
    """Whether a folder has the name of a program's own output, which no class has: 'wandb'."""
    return bool(re.fullmatch(_PROGRAMS, plain(name)))


def is_fold(name: str) -> bool:
    """Whether a name means one of the folds of a cross-validation: 'fold3', 'cv_1'."""
    return any(c.isdigit() for c in name) and folded(name) in groups.FOLDS


def are_folds(names: Sequence[str]) -> bool:
    """Whether all names mean folds: also 'k1' and 'k2', but not 'K1' and 'K2', which may be mountains."""
    if all(map(is_fold, names)) or set(names) in ({"k1", "k2"}, {"k0", "k1"}):
        return True
    return len(names) > 2 and all(re.fullmatch("[kK][ _-]?[0-9]{1,2}", name) for name in names)


def is_group(name: str) -> bool:
    """Whether a name says when, where or by whom images were taken, not what they show: '2024-03', 'session 2'."""
    letters, bare = plain(name), name.strip()
    if _DATE.fullmatch(bare) or _MONTH.fullmatch(letters) or _is_album(name):
        return True
    if lettered := _LETTERED.fullmatch(bare):
        word = lettered["word"] or lettered["joined"]
        return bool(_GROUP.fullmatch(plain(word))) or folded(word) in groups.PORTIONS
    if folded(name) in groups.PORTIONS:
        return bool(_FEW.search(name))
    return bool(_GROUP.fullmatch(letters)) and (any(c.isdigit() for c in name) or is_generic(name))


def _is_album(name: str) -> bool:
    bare = name.strip()
    return bool(_ALBUM.fullmatch(bare) or _ALBUM.fullmatch(bare.lower()))


def is_batch(name: str) -> bool:
    """Whether a name is that of a batch of images: 'batch1', '2024-03'.

    Names of persons or places, as 'person 3', are not: they may be the classes.
    """
    return is_group(name) and not re.fullmatch(
        _WHO, plain(_LETTERED.sub(lambda found: found["word"] or found["joined"], name.strip()))
    )


def without_shared(names: Sequence[str]) -> dict[str, str]:
    """Each name without the words common to all: 'cats_train' and 'cats_test' become 'train' and 'test'."""
    return Among(names).rests


def resembles_train(name: str) -> bool:
    """Whether a name contains the word train, possibly misspelt: 'train_augmented', 'trainning', 'Trian'."""
    found = [token.casefold() for token in TOKEN.findall(name)]
    return any(
        kind_of(token) == "train" or (token.startswith("tr") and get_close_matches(token, _TRAIN, 1, 0.79))
        for token in found
    )


def part_words(name: str) -> set[Kind]:
    """The parts that the words of a name stand for: 'cats_train' gives train."""
    return {kind for token in TOKEN.findall(name) if (kind := kind_of(token)) is not None}


def without_part(name: str) -> tuple[str, Kind | None]:
    """Split a name into the rest and its word for a part: 'train_cat' gives 'cat' and train.

    Returns the name and None if there is no such word, several, or nothing else.
    """
    found = [match for match in TOKEN.finditer(name) if kind_of(match[0]) not in (None, PREDICT)]
    rest = (name[: found[0].start()] + name[found[0].end() :]).strip(" _.-") if len(found) == 1 else ""
    return (re.sub(r"([ _.-])[ _.-]+", r"\1", rest), kind_of(found[0][0])) if rest else (name, None)


def same_class(name: str) -> str:
    """A canonical form of a class name: ignores case, separators and words for parts."""
    found = [token.casefold() for token in TOKEN.findall(unicodedata.normalize("NFKC", name))]
    remaining = [token for token in found if kind_of(token) is None]
    return "".join(remaining or found) or name
