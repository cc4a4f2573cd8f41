"""Names of folders that are kept beside classes: bins, backups, copies, screenshots, what was made of the images."""

import re
from collections.abc import Iterable

from core.data.layouts import words
from core.data.layouts.vocabulary.letters import all_words, folded
from core.data.related.copy_names import ALTERED, fold

_WORDS = {  # one word each, without separators
    "bins, en": "trash recyclebin trashcan recentlydeleted todelete deleteme rubbish syncdebris removed rejects "
    "rejected",
    "bins, de": "papierkorb gelöscht geloescht gelöschte zuletztgelöscht löschen zulöschen ausschuss müllhalde",
    "bins, fr": "corbeille supprimés supprimésrécemment supprimé àsupprimer",
    "bins, es": "papelera papeleradereciclaje eliminados eliminadosrecientemente eliminado",
    "bins, pt": "lixeira reciclagem excluídos apagados",
    "bins, it": "cestino eliminati eliminatidirecente",
    "bins, nl": "prullenbak prullenmand verwijderd onlangsverwijderd",
    "bins, sv da nb fi": "papperskorgen papperskorg papirkurv papirkurven roskakori",
    "bins, pl cs sk hu tr": "kosz koš kôš lomtár çöpkutusu geridönüşümkutusu",
    "bins, ru uk": "корзина кошик удалённые недавноудалённые",
    "bins, zh ja ko": "回收站 垃圾桶 资源回收筒 資源回收筒 废纸篓 廢紙簍 最近删除 最近刪除 "
    "ごみ箱 ゴミ箱 最近削除した項目 휴지통 최근삭제된항목",
    "new folders": "newfolder untitledfolder neuerordner unbenannterordner nouveaudossier dossiersanstitre "
    "nuevacarpeta "
    "carpetasintítulo nuovacartella cartellasenzatitolo novapasta nieuwemap nymapp nymappe nowyfolder nováslozka "
    "nováložka novásložka újmappa yeniklasör новаяпапка "
    "新建文件夹 新增資料夾 未命名文件夹 新しいフォルダー 新しいフォルダ 새폴더",
    "backups, en": "zzold oldfiles oldversions previousversions versions conflicts copies",
    "backups, de": "sicherung sicherungen sicherungskopie sicherungskopien archiv kopien duplikate konflikte "
    "vorherigeversionen vorgängerversionen temporär unbenutzt aussortiert verworfen sonstiges verschiedenes beispiele "
    "abbildungen dokumente",
    "backups, fr": "sauvegarde sauvegardes copies doublons temporaire divers archives versionsprécédentes",
    "backups, es": "copiadeseguridad copiasdeseguridad respaldo respaldos copias duplicados archivo varios",
    "backups, pt it": "cópiadesegurança cópias duplicatas copie duplicati backupvecchi temporaneo temporanei",
    "backups, nl sv da": "reservekopie kopieën kopior säkerhetskopia sikkerhedskopi",
    "backups, ru zh ja ko": "резервнаякопия копии архив 备份 備份 副本 缓存 バックアップ コピー キャッシュ 백업 캐시",
    "previews": "vorschau miniaturen miniaturansichten vorschaubilder vignettes miniatures aperçu aperçus miniaturas "
    "vistaprevia anteprime anteprima miniature миниатюры 缩略图 縮圖 サムネイル 미리보기",
    "screens": "screenshots screenshot bildschirmfotos bildschirmfoto bildschirmaufnahmen capturesdécran "
    "capturasdepantalla capturas schermate снимкиэкрана 截图 截屏 スクリーンショット 스크린샷",
    "exports": "media export exports captureone originals originale originaux originales originali",
}
_KNOWN = all_words({language: text.replace(" ", "|") for language, text in _WORDS.items()})
_MADE = re.compile(r"(?:images?|imgs?|pictures?|photos?|versions?|copies|bilder)?$")


def is_aside(name: str, beside: Iterable[str] = ()) -> bool:
    """Whether a name is typical of folders that are not classes: those of `words.is_unlikely_class`, bins, backups,
    what programs leave, or what was made of the images ('augmented'). `beside` are other names."""
    if words.is_ordinary(name, beside):
        return False
    letters = folded(name)
    known = letters in _KNOWN or letters.lstrip("z") in _KNOWN
    return known or words.is_artifact(name) or is_altered(name) or words.is_unlikely_class(name)


def is_altered(name: str) -> bool:
    """Whether a name says nothing but what was done to the images of others: 'augmented', 'gespiegelt'."""
    letters = fold(words.plain(name))
    return letters in ALTERED or _MADE.sub("", letters) in ALTERED
