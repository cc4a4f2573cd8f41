"""Interpretation of folder names: parts of a data set, folds, groups of images, or none of these."""

import re
import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches

from core.data.dataset import Part

PREDICT = "predict"  # images without labels, to be predicted
Kind = Part | str  # 'train', 'val', 'test' or PREDICT

_NOISE = (
    # possessive where it is used: of two words of which one begins the other the longer one stands first
    r"(?:the|my|sets?|datasets?|data|imagens|images?|imgs?|pictures?|pics?|photographs?|photos?|seg|splits?|samples?|folder|dir|"
    r"subset|part|jpe?gs?|pngs?|raw|original|orig|final|new|"
    r"datensatz|daten|bilder|fotos?|aufnahmen|satz|datos|im[aá]genes|dados|donn[eé]es|immagini|dati|"
    r"изображения|данные|图片|图像|数据集?|圖片|數據集?|画像|データセット|データ|用|이미지|데이터)"
)
_BETWEEN = r"(?:only|zum|zur|zu|de(?!v)|di|do|da|pour|para|per|à)"  # beside a word for a part; alone it may be a class
_WORDS: dict[Kind, str] = {
    "train": "(?:for)?train|(?:for)?training|trn|trainval|trainings|trainieren|lernen|entrenamiento|entrenar|treino|"
    "treinamento|treinar|"
    "apprentissage|apprendre|entra[iî]nement|entra[iî]ner|addestramento|addestrare|训练集?|訓練集?|学習|学习|обучение|"
    "обучающ(?:ая|ие|ий)|тренировочн(?:ая|ые|ый)|훈련|학습",
    "val": "val|valid|validation|validate|validating|dev|develop|development|eval|evaluation|evaluate|holdout|"
    "validierungs?|validieren|validaci[oó]n|validar|valida[cç][aã]o|validazione|verifica|验证集?|驗證集?|検証|валидация|"
    "валидационн(?:ая|ые|ый)|검증",
    "test": "(?:for)?tests?|(?:for)?testing|testen|tst|prueba|pruebas|probar|teste|testes|testar|prova|prove|essais?|"
    "测试集?|測試集?|テスト|"
    "тест|тесты|тестов(?:ая|ые|ый)|테스트|시험",
    PREDICT: "(?:to|for)?(?:preds?|predict|predictions?|inference|submission|scoring)|predict(?:me|these|this)|"
    "(?:un|not|notyet)(?:labell?ed|annotated|classified)|unsup(?:ervised)?|unsorted|uncategori[sz]ed|"
    "(?:to|for)(?:label|annotate|sort|classify|check|test|identify)|nolabels?|klassifizieren|bestimmen|unbeschriftet|"
    "pr[eé]dire|classer|nonclass[eé]s?|sinetiquetar|sinclasificar|clasificar|predecir|senzaetichetta|未标注|未标记|未標註|"
    "待分类|预测|ラベルなし|未分類|予測",
}
_PATTERNS = {
    kind: re.compile(rf"(?:{_NOISE}|{_BETWEEN})*+(?P<word>{words})(?:{_NOISE}|{_BETWEEN}|files?|items?)*+[ab]?")
    for kind, words in _WORDS.items()
}
_LATE = re.compile("eval.*|holdout")  # used as the test part if no other folder is called test
_MAYBE = re.compile("valid|dev.*|eval.*|holdout")  # ambiguous words: a part only beside another part
_GENERIC = re.compile(rf"{_NOISE}++|all|files|database|archive|input|jpegimages|flat|images?all")
_ASIDE = re.compile(
    r"images?|imgs?|pics?|pictures?|photos?|data|datasets?|files|all|(?:all)?images|samples?|docs?|documentation|assets?|"
    r"figures?|figs?|demos?|examples?|misc(?:ellaneous)?|deleted|discarded|excluded|duplicates?|extras?|temp|unused|archive|"
    r"runs?|logs?|plots?|charts?|graphs?|models?|weights|trash|recyclebin|papierkorb|corbeille|papelera|cestino|lixeira|"
    r"android|(?:un)?seen|queries|query|gallery|inbox|todo|(?:system)?temporaryitems|recycle[dr]|vticnf"
)
_ENDS = re.compile(r"(?:data|images?|pictures?|photos?)$")
_CAMEL_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ARTIFACTS = re.compile(
    r"thumbs?|thumbnails?|previews?|results?|outputs?|checkpoints?|tmp|caches?|backups?|"
    r"wandb|mlruns|mlflow|lightninglogs|tensorboard(?:logs?)?|tblogs?|tfevents"
)
_FOLD = re.compile(r"k?folds?|cv|cvfold|splits?|subset|partition")
_DATE = re.compile(r"(19|20)\d\d([-_. ]?\d\d?){0,2}|\d\d?[-_. ]\d\d?[-_. ](19|20)?\d\d")
_WHO = "patient|subject|person|user|site|plot|location|loc|device|phone|camera|cam"  # these may be the classes
_GROUP = re.compile(
    rf"(?P<word>day|week|month|year|session|batch|sequence|seq|scene|clip|video|frames?|{_WHO}|"
    r"run|take|shot|trial|series|roll|k?folds?|images?|imgs?|photos?|pictures?|part|chunk|shard|volume)"
)
# default folder names of cameras, phones and computers: 100CANON, Photos from 2023, New folder (2)
_ALBUM = re.compile(
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
    """The letters of a name without case, separators and digits: 'Train_Set-2017' becomes 'trainset'."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalpha())


def kind_of(name: str) -> Kind | None:
    """The part that a folder's name stands for, PREDICT, or None."""
    letters = plain(name)
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.fullmatch(letters)), None)


def is_late(name: str) -> bool:
    """Whether a validation folder serves as test folder in a data set with another validation folder."""
    return _matches_word(name, _LATE)


def is_certain(name: str) -> bool:
    """Whether a name means a part even without another part beside it."""
    return kind_of(name) is not None and not _matches_word(name, _MAYBE)


def is_generic(name: str) -> bool:
    """Whether a name such as 'images' says nothing about what is in the images."""
    return bool(_GENERIC.fullmatch(plain(name)))


def is_aside(name: str) -> bool:
    """Whether a name is typical of folders that are not classes: figures, samples, discarded images, training outputs,
    generic names ('new_images'), or possible parts ('holdout')."""
    letters = plain(name)
    if (
        _ASIDE.fullmatch(letters)
        or _ASIDE.fullmatch(_ENDS.sub("", letters))
        or is_generic(name)
        or kind_of(name) is not None
    ):
        return True
    return bool(part_words(_CAMEL_CASE.sub(" ", name)) & {"test", PREDICT})  # 'private_test', but also 'blood test'


def is_unlabelled(label: str) -> bool:
    """Whether a class name means "no label", like Roboflow's column 'Unlabeled'."""
    return bool(re.fullmatch("(?:un|not)labell?ed|unannotated|nolabels?", plain(label)))


def is_artifact(name: str) -> bool:
    """Whether a folder name is typical of program output: thumbnails, previews, results."""
    return bool(_ARTIFACTS.fullmatch(plain(name)))


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


def is_batch(name: str) -> bool:
    """Whether a name is that of a batch of images: 'batch1', '2024-03'.

    Names of persons or places, as 'person 3', are not: they may be the classes.
    """
    return is_group(name) and not re.fullmatch(_WHO, plain(_LETTERED.sub(r"\g<word>", name.strip())))


def without_shared(names: Sequence[str]) -> dict[str, str]:
    """Each name without the words common to all: 'cats_train' and 'cats_test' become 'train' and 'test'."""
    tokens = {name: _TOKEN.findall(name) for name in names}
    shared = (
        set.intersection(*(set(map(str.casefold, found)) for found in tokens.values())) if len(tokens) > 1 else set()
    )
    return {
        name: " ".join(token for token in found if token.casefold() not in shared) for name, found in tokens.items()
    }


def resembles_train(name: str) -> bool:
    """Whether a name contains the word train, possibly misspelt: 'train_augmented', 'trainning', 'Trian'."""
    tokens = [token.casefold() for token in _TOKEN.findall(name)]
    return any(
        kind_of(token) == "train" or (token.startswith("tr") and get_close_matches(token, _TRAIN, 1, 0.79))
        for token in tokens
    )


def part_words(name: str) -> set[Kind]:
    """The parts that the words of a name stand for: 'cats_train' gives train."""
    return {kind for token in _TOKEN.findall(name) if (kind := kind_of(token)) is not None}


def without_part(name: str) -> tuple[str, Kind | None]:
    """Split a name into the rest and its word for a part: 'train_cat' gives 'cat' and train.

    Returns the name and None if there is no such word, several, or nothing else.
    """
    found = [match for match in _TOKEN.finditer(name) if kind_of(match[0]) not in (None, PREDICT)]
    rest = (name[: found[0].start()] + name[found[0].end() :]).strip(" _.-") if len(found) == 1 else ""
    return (re.sub(r"([ _.-])[ _.-]+", r"\1", rest), kind_of(found[0][0])) if rest else (name, None)


def same_class(name: str) -> str:
    """A canonical form of a class name: ignores case, separators and words for parts."""
    tokens = [token.casefold() for token in _TOKEN.findall(unicodedata.normalize("NFKC", name))]
    remaining = [token for token in tokens if kind_of(token) is None]
    return "".join(remaining or tokens) or name


def _matches_word(name: str, words: re.Pattern[str]) -> bool:
    letters = plain(name)
    found = next((match for pattern in _PATTERNS.values() if (match := pattern.fullmatch(letters))), None)
    return found is not None and bool(words.fullmatch(found["word"]))
