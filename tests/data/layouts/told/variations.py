"""What people do to folders: other spellings, a folder around, files more and less, rows more and less."""

import re
from collections.abc import Callable
from pathlib import PurePosixPath

Files = dict[str, str | None]
TABLES = (".csv", ".tsv", ".txt")


def _renamed(change: Callable[[str], str]) -> Callable[[Files], Files]:
    return lambda files: {change(path): text for path, text in files.items()}


def _folders(change: Callable[[str], str]) -> Callable[[Files], Files]:
    """Change the names of folders alone."""

    def renamed(path: str) -> str:
        above, slash, name = path.rpartition("/")
        return "/".join(map(change, above.split("/"))) + slash + name

    return _renamed(renamed)


def _images(files: Files) -> list[str]:
    return [path for path, text in files.items() if text is None and not path.endswith("/")]


def _headers(change: Callable[[str], str]) -> Callable[[Files], Files]:
    """Change the first line of each table."""

    def changed(path: str, text: str | None) -> str | None:
        if text is None or not path.lower().endswith(TABLES):
            return text
        first, line, rest = text.partition("\n")
        return change(first) + line + rest

    return lambda files: {path: changed(path, text) for path, text in files.items()}


def _rows(change: Callable[[list[str]], list[str]]) -> Callable[[Files], Files]:
    """Change the lines behind the first one of each table."""

    def changed(path: str, text: str | None) -> str | None:
        if text is None or not path.lower().endswith(TABLES) or text.count("\n") < 3:
            return text
        first, *rest = text.splitlines()
        return "\n".join([first, *change(rest)]) + "\n"

    return lambda files: {path: changed(path, text) for path, text in files.items()}


def _without(files: Files) -> Files:
    gone = set(_images(files)[::7])
    return {path: text for path, text in files.items() if path not in gone}


def _with_copies(files: Files) -> Files:
    copies = [str(PurePosixPath(path).with_stem(PurePosixPath(path).stem + "_aug")) for path in _images(files)[::2]]
    return files | dict.fromkeys(copies)


def _one_class_more(files: Files) -> Files:
    """The first folder of images once more, under a name like its own."""
    folder = next((path.rpartition("/")[0] for path in _images(files) if "/" in path), "")
    more = {f"{folder}_2{path[len(folder):]}": text for path, text in files.items() if folder and
            path.startswith(folder + "/")}  # fmt: skip
    return files | more


def _with_others(files: Files) -> Files:
    folder = next((path.rpartition("/")[0] for path in _images(files) if "/" in path), "more")
    return files | {"Thumbs.db": "x", f"{folder}/.DS_Store": "x", "README.md": "About.", f"{folder}/mask.png": None,
                    "loose.jpg": None, f"{folder}/video.MP4": "x", "more/deep/one.jpg": None}  # fmt: skip


def _accents(text: str) -> str:
    return text.replace("a", "á").replace("o", "ö")


def _separators(text: str) -> str:
    return re.sub(r"[_\- ]", lambda found: {"_": "-", "-": " ", " ": "_"}[found[0]], text)


VARIATIONS: dict[str, Callable[[Files], Files]] = {
    "as it is": lambda files: files,
    "capitals": _renamed(str.upper),
    "capitals of folders": _folders(str.title),
    "accents": _folders(_accents),
    "separators": _renamed(_separators),
    "numbers longer": _renamed(lambda path: re.sub(r"\d+", lambda found: found[0].zfill(3), path)),
    "numbers by ten": _renamed(lambda path: re.sub(r"\d+", lambda found: f"{found[0]}0", path)),
    "one folder around": _renamed(lambda path: f"My data/{path}"),
    "without some images": _without,
    "with copies": _with_copies,
    "one class more": _one_class_more,
    "with other files": _with_others,
    "capitals in headers": _headers(str.upper),
    "separators in headers": _headers(_separators),
    "accents in headers": _headers(_accents),
    "numbers in headers": _headers(lambda line: re.sub(r"[a-z]\b", lambda found: f"{found[0]}_1", line)),
    "rows fewer": _rows(lambda rows: rows[:1] + rows[2:]),
    "rows twice": _rows(lambda rows: [*rows, re.sub(r"(\w)(\s*)$", r"\1x\2", rows[-1]), rows[0]]),
    "semicolons": lambda files: {
        path: text.replace(",", ";") if text and path.lower().endswith(TABLES) else text for path, text in files.items()
    },
}
