"""Names of copies: what systems, sync programs and people write before or behind the name of a copied file or folder.

'cat - Kopie', 'Copy of cat', 'cat (Anna's conflicted copy 2024-03-01)', 'cat.sync-conflict-20240301-101010-ABCDEFG'.
"""

import re
import unicodedata
from collections.abc import Iterator

from core.data.layouts.vocabulary.letters import all_words, fold

_COPY = {
    "en": "copy", "de nl cs": "kopie", "fr": "copie", "es pt it": "copia", "sv pl": "kopia", "da nb": "kopi",
    "fi": "kopio", "hu": "másolat másolata", "tr": "kopya kopyası", "ru": "копия", "uk": "копія", "el": "αντίγραφο",
    "ja": "コピー のコピー", "zh": "副本 的副本 拷贝 複本 复件", "ko": "복사본 사본",
}  # fmt: skip
_EDITED = {
    "en": "edited", "de": "bearbeitet", "fr": "modifié modifiée", "es pt": "editado editada",
    "it": "modificato modificata",
    "nl": "bewerkt", "sv": "redigerad", "da nb": "redigeret redigert", "pl": "edytowane edytowany", "cs": "upraveno",
    "ru": "изменено", "ja": "編集済み", "zh": "已修改 已编辑 編輯", "ko": "수정됨",
}  # fmt: skip
_CONFLICT = {
    "en fr": "conflict conflit", "de sv pl": "konflikt", "es it pt": "conflicto conflitto conflito", "tr": "çakış",
    "ru": "конфликт", "ja zh": "競合 冲突 衝突", "ko": "충돌",
}  # fmt: skip
_OF = "of|von|van|de|di|da|do|av|af|z"
_OLD = {  # of folders only
    "en": "old new backup bak orig original originals extra more", "de": "alt neu sicherung", "fr": "ancien sauvegarde",
    "es pt it": "viejo antiguo antigo vecchio respaldo", "nl": "oud", "ru": "старый",
}  # fmt: skip
_ALTERED = {
    "en": "aug augmented augmentation augmentations resized cropped flipped rotated mirrored grayscale greyscale",
    "de": "augmentiert erweitert gespiegelt gedreht zugeschnitten beschnitten skaliert verkleinert graustufen grau "
    "unscharf verrauscht aufgehellt",
    "fr": "augmenté augmentée recadré recadrée retourné pivoté redimensionné miroir gris floue",
    "es": "aumentado aumentada aumentadas aumentados recortado recortada volteado rotado redimensionado espejo gris",
    "pt": "ampliado recortadas espelhado rotacionado redimensionada cinza",
    "it": "aumentato aumentata ritagliato ritagliata specchiato ruotato ridimensionato grigio",
    "nl": "bijgesneden gespiegelde gedraaid verkleind grijs",
    "ru": "аугментация аугментированные обрезанные повернутые серые",
    "zh": "增强 裁剪 翻转 旋转 灰度 缩放", "ja": "反転 回転 拡張 グレー",
    "ko": "증강 회전 반전",
}  # fmt: skip


def _any(*tables: dict[str, str]) -> str:
    every = {word for table in tables for words in table.values() for word in fold(words).split()}
    return "|".join(sorted(map(re.escape, every), key=len, reverse=True))


ALTERED = all_words({language: text.replace(" ", "|") for language, text in _ALTERED.items()})
_ALONE = {key: _COPY[key] for key in ("ja", "zh", "ko")}  # written without a gap
_GAP = r"[\s._–—-]*"
_COUNT = r"(?:[\s_-]*\(?\d{1,3}\)?)?"
_BEHIND = re.compile(
    rf"(?P<name>.*?[^\s._–—-])(?:"
    rf"[\s._–—-]+\(?(?:{_any(_COPY, _EDITED)})\)?{_COUNT}|(?:{_any(_ALONE)}){_COUNT}|"
    rf"{_GAP}[(\[][^()\[\]]*(?:{_any(_CONFLICT)})[^()\[\]]*[)\]]|"
    rf"[\s._-]+(?:sync[\s_-]?)?(?:{_any(_CONFLICT)})\w*[\s._-]+\d{{6,8}}[\w-]*|"
    r"-(?:desktop|laptop|win|pc)-(?=[a-z]*\d)[a-z0-9]{4,12}|"
    r"-[\w'’]+(?:-[\w'’]+)*-(?:pc|macbook(?:-(?:pro|air))?|imac|laptop)|"
    r"~\d{8}-\d{6})"
)
_BEFORE = re.compile(
    rf"(?:{_any(_COPY)})(?:\s*\(\d{{1,3}}\))?(?:[\s_-]+(?:{_OF})(?=[\s_-]))?[\s_–—-]+(?P<name>[^\s_–—-].*)"
)
_OF_FOLDER = re.compile(
    rf"(?P<name>.*?[^\s._-])(?:~| \(\d+\)|[ _-]\d|[\s._-]+(?:{_any(_OLD, _ALTERED)}|v\d+)|"
    rf"(?:{_any({'zh': _ALTERED['zh'], 'ja': _ALTERED['ja'], 'ko': _ALTERED['ko']})}))"
)
_NUMBERED = re.compile(r"(?P<name>.*\d\w*) ?\([123]\)")  # 'IMG_2034 (1)', not 'image (1)'


def copied(name: str) -> Iterator[str]:
    """What a file is a copy of by its name, and what that may be a copy of; none where nothing says so."""
    yield from _names(name, (_BEHIND, _BEFORE, _NUMBERED))


def originals(name: str) -> Iterator[str]:
    """The same for folders, which also have words for older, new and altered ones: 'cat_old', 'Katze_gespiegelt'."""
    yield from _names(name, (_BEHIND, _BEFORE, _OF_FOLDER))


def _names(name: str, kinds: tuple[re.Pattern[str], ...]) -> Iterator[str]:
    name = unicodedata.normalize("NFC", name).strip()
    while found := next((match for kind in kinds if (match := kind.fullmatch(fold(name)))), None):
        name = name[found.start("name") : found.end("name")]
        yield name
