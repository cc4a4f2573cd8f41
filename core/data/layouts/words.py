"""What folder names mean: parts of a data set, folds, groups of images, or nothing at all."""

import re
import unicodedata

from core.data.dataset import Part

PREDICT = "predict"  # images without labels, kept for prediction
Kind = Part | str  # 'train', 'val', 'test' or PREDICT

_NOISE = (
    r"(?:the|my|sets?|data|datasets?|images?|imgs?|pics?|pictures?|photos?|seg|splits?|samples?|folder|dir|subset|part|"
    r"jpe?gs?|pngs?|raw|orig|original|final|new)"
)
_WORDS: dict[Kind, str] = {
    "train": "train|training|trn|trainval",
    "val": "val|valid|validation|validate|validating|dev|develop|development|eval|evaluation|evaluate|holdout",
    "test": "test|testing|tst",
    PREDICT: "preds?|predict|predictions?|unlabell?ed|submission|inference",
}
_PATTERNS = {kind: re.compile(rf"{_NOISE}*+(?P<word>{words}){_NOISE}*+[ab]?") for kind, words in _WORDS.items()}
_LATE = re.compile("eval.*|holdout")  # the third of three parts, where no other is called test
_MAYBE = re.compile("valid|dev.*|eval.*|holdout")  # adjectives and groups too: parts only beside another part
_GENERIC = re.compile(rf"{_NOISE}++|all|files|database|archive|input|jpegimages|flat|images?all")
_FOLD = re.compile(r"k?folds?|cv|cvfold|splits?|subset|partition")
_DATE = re.compile(r"(19|20)\d\d([-_. ]?\d\d?){0,2}|\d\d?[-_. ]\d\d?[-_. ](19|20)?\d\d")
_GROUP = re.compile(
    r"(day|week|month|year|session|batch|camera|cam|sequence|seq|scene|clip|video|frames?|patient|subject|person|user|"
    r"site|plot|run|take|shot|trial|location|loc|device|phone|series|roll|k?folds?|images?|imgs?|photos?|pictures?)"
)
_MONTH = re.compile(
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec"
)


def plain(name: str) -> str:
    """The letters of a name, whatever its case, separators and numbers: 'Train_Set-2017' becomes 'trainset'."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalpha())


def kind_of(name: str) -> Kind | None:
    """Which part a folder's name stands for, or PREDICT, or None."""
    letters = plain(name)
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.fullmatch(letters)), None)


def is_late(name: str) -> bool:
    """Whether a validation folder would be the test folder of a data set that has another validation folder."""
    return _word(name, _LATE)


def is_certain(name: str) -> bool:
    """Whether a part's name means a part even with no other part beside it."""
    return kind_of(name) is not None and not _word(name, _MAYBE)


def is_generic(name: str) -> bool:
    """Whether a name such as 'images' says nothing about what is in the images."""
    return bool(_GENERIC.fullmatch(plain(name)))


def is_fold(name: str) -> bool:
    """Whether a name means one of the folds of a cross-validation: 'fold3', 'cv_1'."""
    return any(c.isdigit() for c in name) and bool(_FOLD.fullmatch(plain(name)))


def is_group(name: str) -> bool:
    """Whether a name says when, where or by whom images were taken, not what they show: '2024-03', 'session 2'."""
    letters = plain(name)
    if _DATE.fullmatch(name.strip()) or _MONTH.fullmatch(letters):
        return True
    return bool(_GROUP.fullmatch(letters)) and (any(c.isdigit() for c in name) or is_generic(name))


def _word(name: str, words: re.Pattern[str]) -> bool:
    letters = plain(name)
    found = next((match for pattern in _PATTERNS.values() if (match := pattern.fullmatch(letters))), None)
    return found is not None and bool(words.fullmatch(found["word"]))
