"""What folder names mean: parts of a data set, folds, groups of images, or nothing at all."""

import re
import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches

from core.data.dataset import Part

PREDICT = "predict"  # images without labels, kept for prediction
Kind = Part | str  # 'train', 'val', 'test' or PREDICT

_NOISE = (
    r"(?:the|my|sets?|data|datasets?|images?|imgs?|pics?|pictures?|photos?|seg|splits?|samples?|folder|dir|subset|part|"
    r"jpe?gs?|pngs?|raw|orig|original|final|new|daten|bilder|satz|datos|im[aá]genes|dados)"
)
_WORDS: dict[Kind, str] = {
    "train": "train|training|trn|trainval|trainings|entrenamiento|treino|treinamento|apprentissage|entrainement|"
    "addestramento|训练集?|訓練集?|学習|обучение",
    "val": "val|valid|validation|validate|validating|dev|develop|development|eval|evaluation|evaluate|holdout|"
    "validierungs?|validaci[oó]n|valida[cç][aã]o|validazione|验证集?|驗證集?|検証|валидация",
    "test": "test|testing|tst|prueba|pruebas|teste|测试集?|測試集?|テスト|тест",
    PREDICT: "(?:to|for)?(?:preds?|predict|predictions?|inference|submission|scoring)|predict(?:me|these|this)|"
    "(?:un|not|notyet)(?:labell?ed|annotated|classified)|unsup(?:ervised)?|unsorted|uncategori[sz]ed|"
    "(?:to|for)(?:label|annotate|sort|classify|check|test|identify)|nolabels?",
}
_PATTERNS = {kind: re.compile(rf"{_NOISE}*+(?P<word>{words}){_NOISE}*+[ab]?") for kind, words in _WORDS.items()}
_LATE = re.compile("eval.*|holdout")  # the third of three parts, where no other is called test
_MAYBE = re.compile("valid|dev.*|eval.*|holdout")  # adjectives and groups too: parts only beside another part
_GENERIC = re.compile(rf"{_NOISE}++|all|files|database|archive|input|jpegimages|flat|images?all")
_ASIDE = re.compile(
    r"images?|imgs?|pics?|pictures?|photos?|data|datasets?|files|all|(?:all)?images|samples?|docs?|documentation|assets?|"
    r"figures?|figs?|demos?|examples?|misc(?:ellaneous)?|deleted|discarded|excluded|duplicates?|extras?|temp|unused|archive|"
    r"runs?|logs?|plots?|charts?|graphs?|models?|weights|trash|recyclebin|papierkorb|corbeille|papelera|cestino|lixeira|"
    r"android"
)
_LEAVINGS = re.compile(
    r"thumbs?|thumbnails?|previews?|results?|outputs?|checkpoints?|tmp|caches?|backups?|"
    r"wandb|mlruns|mlflow|lightninglogs|tensorboard(?:logs?)?|tblogs?|tfevents"
)
_FOLD = re.compile(r"k?folds?|cv|cvfold|splits?|subset|partition")
_DATE = re.compile(r"(19|20)\d\d([-_. ]?\d\d?){0,2}|\d\d?[-_. ]\d\d?[-_. ](19|20)?\d\d")
_WHO = "patient|subject|person|user|site|plot|location|loc|device|phone|camera|cam"  # may be what is to be told apart
_GROUP = re.compile(
    rf"(?P<word>day|week|month|year|session|batch|sequence|seq|scene|clip|video|frames?|{_WHO}|"
    r"run|take|shot|trial|series|roll|k?folds?|images?|imgs?|photos?|pictures?|part|chunk|shard|volume)"
)
_ALBUM = re.compile(  # what cameras, phones and computers call folders: 100CANON, Photos from 2023, New folder (2)
    r"[1-9]\d\d(?=.*[A-Z_])[A-Z0-9_]{5}|photos from (19|20)\d\d|(new|untitled) folder( \(?\d+\)?)?|"
    r"neuer ordner( \(\d+\))?|camera roll|whatsapp images|saved pictures"
)
_LETTERED = re.compile(r"(?P<word>.*[^\W\d_])[ _.-]+[A-Za-z]")  # session_a
_TRAIN = ("train", "training", "trainset", "trainingset", "traindata")
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
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


def is_aside(name: str) -> bool:
    """Whether a folder is called like those beside classes: images of a text, samples, what was sorted out or comes
    from a training, what says nothing ('new_images'), or what may be a part ('holdout')."""
    return bool(_ASIDE.fullmatch(plain(name))) or is_generic(name) or kind_of(name) is not None


def is_unlabelled(label: str) -> bool:
    """Whether a class's name says that there is none, as the column 'Unlabeled' of Roboflow does."""
    return bool(re.fullmatch("(?:un|not)labell?ed|unannotated|nolabels?", plain(label)))


def is_leaving(name: str) -> bool:
    """Whether a folder is called after what programs leave behind: thumbnails, previews, results."""
    return bool(_LEAVINGS.fullmatch(plain(name)))


def is_fold(name: str) -> bool:
    """Whether a name means one of the folds of a cross-validation: 'fold3', 'cv_1'."""
    return any(c.isdigit() for c in name) and bool(_FOLD.fullmatch(plain(name)))


def is_group(name: str) -> bool:
    """Whether a name says when, where or by whom images were taken, not what they show: '2024-03', 'session 2'."""
    letters, bare = plain(name), name.strip()
    if _DATE.fullmatch(bare) or _MONTH.fullmatch(letters) or _ALBUM.fullmatch(bare) or _ALBUM.fullmatch(bare.lower()):
        return True
    if lettered := _LETTERED.fullmatch(name.strip()):
        return bool(_GROUP.fullmatch(plain(lettered["word"])))
    return bool(_GROUP.fullmatch(letters)) and (any(c.isdigit() for c in name) or is_generic(name))


def is_lot(name: str) -> bool:
    """Whether a name says that a folder is one of several in which images were handed over: 'batch1', '2024-03'. Who or
    where, as 'person 3', may be what somebody wants told apart."""
    return is_group(name) and not re.fullmatch(_WHO, plain(_LETTERED.sub(r"\g<word>", name.strip())))


def without_shared(names: Sequence[str]) -> dict[str, str]:
    """Each name without the words that all of them have: 'cats_train' and 'cats_test' become 'train' and 'test'."""
    tokens = {name: _TOKEN.findall(name) for name in names}
    shared = (
        set.intersection(*(set(map(str.casefold, found)) for found in tokens.values())) if len(tokens) > 1 else set()
    )
    return {
        name: " ".join(token for token in found if token.casefold() not in shared) for name, found in tokens.items()
    }


def resembles_train(name: str) -> bool:
    """Whether a name has the word train in it, perhaps misspelt: 'train_augmented', 'trainning', 'Trian'."""
    tokens = [token.casefold() for token in _TOKEN.findall(name)]
    return any(
        kind_of(token) == "train" or (token.startswith("tr") and get_close_matches(token, _TRAIN, 1, 0.79))
        for token in tokens
    )


def part_words(name: str) -> set[Kind]:
    """The parts that words of a name stand for: 'cats_train' is of train."""
    return {kind for token in _TOKEN.findall(name) if (kind := kind_of(token)) is not None}


def without_part(name: str) -> tuple[str, Kind | None]:
    """A name without its one word for a part, and that part: 'train_cat' is 'cat' of train. The name itself and None
    where it has no such word, several, or nothing else."""
    found = [match for match in _TOKEN.finditer(name) if kind_of(match[0]) not in (None, PREDICT)]
    rest = (name[: found[0].start()] + name[found[0].end() :]).strip(" _.-") if len(found) == 1 else ""
    return (re.sub(r"([ _.-])[ _.-]+", r"\1", rest), kind_of(found[0][0])) if rest else (name, None)


def same_class(name: str) -> str:
    """What two spellings of a class have in common: case, separators and the name of a part do not count."""
    tokens = [token.casefold() for token in _TOKEN.findall(unicodedata.normalize("NFKC", name))]
    kept = [token for token in tokens if kind_of(token) is None]
    return "".join(kept or tokens) or name


def _word(name: str, words: re.Pattern[str]) -> bool:
    letters = plain(name)
    found = next((match for pattern in _PATTERNS.values() if (match := pattern.fullmatch(letters))), None)
    return found is not None and bool(words.fullmatch(found["word"]))
