"""What systems, disks and this program itself leave in folders, and what is never a class or an image.

Names that may also be a class are decided by what lies in or beside them. What is passed over though it holds images is
named by `core.data.leftovers.hidden`, unless it is a known leftover.
"""

import os
import re
from collections.abc import Collection
from pathlib import Path

from core.data.decoding.formats import IMAGE_SUFFIXES
from core.data.leftovers import own

_IMAGES = tuple(IMAGE_SUFFIXES)
_JUNK = frozenset(
    (
        # macOS
        "__macosx", "icon\r", "network trash folder",
        # Windows
        "thumbs.db", "thumbs.db:encryptable", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "$recycle.bin",
        "system volume information", "msdownld.tmp",
        "$winreagent", "$sysreset", "$windows.~bt", "$windows.~ws",
        "config.msi", "onedrivetemp", "windowsimagebackup",
        # Linux, Android
        "lost+found", "lost.dir", "aquota.user", "aquota.group",
        # network storage: Synology, QNAP
        "@eadir", "#recycle", "#snapshot", "@recycle", "@recently-snapshot", "@tmp", "@sharebin", "@sharesnap",
        "@appstore", "~snapshot",
        # programs
        "_gsdata_", "picasa.ini", "zbthumbnail.info", "pspbrwse.jbf", "ipod photo cache", "thmbnl", "avf_info",
        "__pycache__", "node_modules", "site-packages",
    )
)  # fmt: skip
_HIDDEN = re.compile(
    r"\.(?:"
    # systems, disks and network storage
    r"trash(?:es|[-_]\w+)?|globaltrash|recycle(?:[._-]?bin)?|ds_store|apple(?:double|db|desktop)|apdisk|"
    r"spotlight-\w+|fseventsd|documentrevisions-\w+|temporaryitems|mobilebackups|timemachine|com\.apple\..*|"
    r"volumeicon\.icns|localized|thumb(?:nail|cache)?s?|tmb|xvpics|mediathumb\w*|wdmc|wd_?tv|cache|@__thumb|"
    r"@\w+_(?:cache|config)|streams|qsync|snapshots?|zfs|btrfs|fuse_hidden\w*|nfs[0-9a-f]{8,}|android_secure|nomedia|"
    r"directory|(?:trashed|pending)-\d.*|"
    # programs that keep copies or caches
    r"picasa\w*(?:\.ini)?|dropbox(?:\.\w+)?|syncthing[._~-].*|st(?:folder|versions|ignore)|"
    r"sync(?:archive|id|ignore|trash)?|owncloud.*|nextcloud.*|tmp(?:[.-].*)?|goutputstream-\w+|~lock\..*|~tmp~|"
    r"digikam\w*|darktable\w*|comments|"
    # tools of programmers
    r"git(?:[a-z]+)?|svn|hg|bzr|jj|dvc|ipynb_checkpoints|venv\w*|virtualenvs?|env|tox|nox|conda|\w+_cache|idea|vscode|"
    r"vs|gradle|npm|next|nuxt|parcel-cache|local|config|kaggle|huggingface|streamlit|quarto|docker|jupyter|keras|torch"
    r")"
)
_FAMILY = frozenset(("#recycle", "#snapshot", "@recycle", "@tmp", "~snapshot"))  # words that a class may have as a tag
_OF_NAS = frozenset(("desktop.ini", "@eadir", ".@__thumb", ".streams"))
_LOST = {  # never a class; a system's own ones hold such names
    "lost+found": re.compile(r"#\d+"),
    "lost.dir": re.compile(r"\d+"),
}
_CHECKED = re.compile(r"found\.\d{3}")  # of a checked disk
_FRAGMENT = re.compile(r"(file|dir)\d{4}(\.chk)?", re.IGNORECASE)
_BINS = frozenset(("recycler", "recycled", "temporary items"))  # a system's, or a class of such things
_IN_BIN = re.compile(r"info2?|s-1-[\d-]+|folders\.\d+|cleanup at startup", re.IGNORECASE)
_DELETED = re.compile(r"d[a-z]\d+(\..*)?", re.IGNORECASE)
_BESIDE_FILES = {  # endings of what lies beside images and may hold one
    "Is the small image of a film that a camera keeps beside it, and no image of its own.": (".thm", ".lrv"),
    "Was not downloaded to its end, or is what a program keeps while it works. Get the image again, or rename it.": (
        ".part", ".partial", ".crdownload", ".download", ".tmp", ".temp",
    ),
    "Is called like the backup of another file. Rename it if it is an image of its own.": (".bak", ".bk", ".orig"),
    "Holds the changes that were made to a photograph on a phone, and no image.": (".aae",),
}  # fmt: skip
IN_CLOUD = "Was moved to iCloud and is not on this disk. Download it (in the Finder: Download Now)."
_TRASH = re.compile(  # what was thrown away; a class of waste may be called so
    r"\.(?:trash(?:es|[-_]\w+)?|globaltrash|recycle(?:[._-]?bin)?|recycled|recycler|deleted)|[#@]recycle|\$recycle\.bin"
)
_OF_SYSTEM = re.compile(r"\$[ri][a-z0-9]{6}\..*|info2?|files|s-1-[\d-]+|\d{3,4}", re.IGNORECASE)
_COPY = re.compile(r"(?P<name>[$#@~].*|lost\+found|system volume information)(?:[ ._-]\(?\d{1,3}\)?|[ -]+copy)")
_BESIDE = re.compile(r".*@syno(eastream|resource)")  # files of a Synology
_PREVIEWS = re.compile(r".*\.(lrdata|lrcat-data|cocatalogdb-data)")  # of Lightroom
_LIBRARY = re.compile(r".*\.(photoslibrary|aplibrary|photolibrary|migratedphotolibrary|migratedaplibrary)")
_OFFICE = re.compile(r"~\$.*\.(do[ct][xm]?|rtf|xl[a-z]{1,2}|[ct]sv|txt|p[op][a-z]{1,2}|vsdx?|pub|mdb|accdb|od[a-z])")


_NEVER_READ = (_BESIDE, _CHECKED, _OFFICE, _PREVIEWS, _LIBRARY)


def is_junk(name: str) -> bool:
    """What is never read, by its name alone: hidden, or left by systems, disks and programs."""
    folded = _original(name)
    return name.startswith(".") or folded in _JUNK or any(kind.fullmatch(folded) for kind in _NEVER_READ)


def is_leftover(name: str, inside: Collection[str] = (), beside: Collection[str] = ()) -> bool:
    """Whether junk is a known leftover, whose images nobody misses. `inside` and `beside` are names of what lies in it
    and next to it: '#recycle' next to '#reuse' may be a class."""
    folded = _original(name)
    if is_trash(name) and any(_may_be_own(one) for one in inside):
        return not _OF_NAS.isdisjoint(map(str.casefold, inside)) or any(map(_OF_SYSTEM.fullmatch, inside))
    if name.startswith("."):
        return _HIDDEN.fullmatch(folded) is not None
    if is_library(name):
        return False
    if folded in _LOST:
        return all(_LOST[folded].fullmatch(one) or is_junk(one) for one in inside)
    if _CHECKED.fullmatch(folded):
        return all(_FRAGMENT.fullmatch(one) or is_junk(one) for one in inside)
    if folded not in _FAMILY or not _OF_NAS.isdisjoint(map(str.casefold, inside)):
        return True
    tags = [one for one in beside if one.startswith(folded[0]) and not is_junk(one)]
    return folded == name.casefold() and not tags


def may_be_class(name: str) -> bool:
    """Whether junk of that name may be a class as well, so that `is_leftover` needs to know what is inside."""
    folded = _original(name)
    return is_trash(name) or folded in _LOST or folded in _FAMILY or _CHECKED.fullmatch(folded) is not None


def is_trash(name: str) -> bool:
    """Whether junk has the name of a bin: '.trash', '#recycle'."""
    return _TRASH.fullmatch(_original(name)) is not None


def _may_be_own(name: str) -> bool:
    """Whether something right in a bin is an image of a class, by its name."""
    return name.lower().endswith(_IMAGES) and not name.startswith(("$", "."))


def is_library(name: str) -> bool:
    """Whether a folder is the library of Photos, iPhoto or Aperture, which keeps originals and previews in its own
    order."""
    return _LIBRARY.fullmatch(_original(name)) is not None


def is_bin(name: str, inside: Collection[str]) -> bool:
    """Whether a folder such as 'RECYCLER' is a system's: by what is in it, for a class may be called 'Recycled'."""
    if name.casefold() not in _BINS:
        return False
    others = [one for one in inside if not is_junk(one)]
    deleted = "desktop.ini" in map(str.casefold, inside) and all(_DELETED.fullmatch(one) for one in others)
    return deleted or not others or any(_IN_BIN.fullmatch(one) for one in others)


def beside_reason(name: str) -> str:
    """Why a file is no image of a class whatever it holds, by how its name ends; empty for others."""
    ending = os.path.splitext(name)[1].lower()
    return next((reason for reason, endings in _BESIDE_FILES.items() if ending in endings), "")


def is_in_cloud(name: str) -> bool:
    """Whether a file stands for one that macOS has moved to iCloud: '.IMG_1.jpg.icloud'."""
    return name.startswith(".") and name.endswith(".icloud")


def is_machinery(folder: Path, workspace: Path | None) -> bool:
    """Whether `folder` is a workspace (`workspace` is the one in use, resolved), an environment of Python, or a bin."""
    if workspace is not None and _same(folder, workspace):
        return True
    if own.is_workspace(folder) or own.is_machine_made(folder) or os.path.isfile(folder / "pyvenv.cfg"):
        return True
    return folder.name.casefold() in _BINS and is_bin(folder.name, own.listed(folder))


def _original(name: str) -> str:
    folded = name.casefold()
    copy = _COPY.fullmatch(folded)  # '$RECYCLE.BIN (1)': of a second disk
    return copy["name"] if copy else folded


def _same(folder: Path, other: Path) -> bool:
    try:
        return folder.samefile(other)
    except OSError:
        return False
