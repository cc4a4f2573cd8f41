"""What systems, disks and this program itself leave in folders, and what is never a class or an image."""

import os
import re
from pathlib import Path

from core.paths import DATABASE, OWN

_JUNK = frozenset(
    (
        # macOS
        "__macosx", "icon\r", "network trash folder", "temporary items",
        # Windows
        "thumbs.db", "thumbs.db:encryptable", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "$recycle.bin",
        "recycler", "recycled", "system volume information", "msdownld.tmp",
        "$winreagent", "$sysreset", "$windows.~bt", "$windows.~ws",
        "config.msi", "onedrivetemp", "windowsimagebackup",
        # Linux, Android
        "lost+found", "lost.dir", "aquota.user", "aquota.group",
        # network storage: Synology, QNAP
        "@eadir", "#recycle", "#snapshot", "@recycle", "@recently-snapshot", "@tmp", "@sharebin", "@sharesnap",
        "@appstore", "~snapshot",
        # programs
        "_gsdata_", "picasa.ini", "zbthumbnail.info", "pspbrwse.jbf", "__pycache__", "node_modules", "site-packages",
    )
)  # fmt: skip
IN_CLOUD = "Was moved to iCloud and is not on this disk. Download it (in the Finder: Download Now)."
_COPY = re.compile(r"(?P<name>[$#@~].*|lost\+found|system volume information)(?:[ ._-]\(?\d{1,3}\)?|[ -]+copy)")
_NUMBERED = re.compile(r"found\.\d{3}|.*@syno(eastream|resource)")  # of checked disks; beside files of a Synology


def is_junk(name: str) -> bool:
    """Hidden files and what systems, disks and programs leave in folders: ignored without a word."""
    folded = name.casefold()
    if copy := _COPY.fullmatch(folded):  # '$RECYCLE.BIN (1)': of a second disk
        folded = copy["name"]
    return name.startswith((".", "~$")) or folded in _JUNK or bool(_NUMBERED.fullmatch(folded))


def is_in_cloud(name: str) -> bool:
    """Whether a file stands for one that macOS has moved to iCloud: '.IMG_1.jpg.icloud'."""
    return name.startswith(".") and name.endswith(".icloud")


def is_workspace(folder: Path) -> bool:
    """Whether `folder` is a workspace of this program: it holds the database of its runs."""
    return os.path.isfile(folder / DATABASE)


def is_machinery(folder: Path, workspace: Path | None) -> bool:
    """Whether `folder` is a workspace (`workspace` is the one in use, resolved), or an environment of Python."""
    if workspace is not None and _same(folder, workspace):
        return True
    return is_workspace(folder) or os.path.isfile(folder / "pyvenv.cfg")


def is_own(name: str) -> bool:
    """Whether this program makes a file or folder of that name in its workspace."""
    return name in OWN or name.startswith(DATABASE)


def _same(folder: Path, other: Path) -> bool:
    try:
        return folder.samefile(other)
    except OSError:
        return False
