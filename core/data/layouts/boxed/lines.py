"""Recognise texts that list all boxes of an image, as training programs for detection read them.

Three forms: `cat.jpg 10,20,50,60,0 30,5,90,40,2` (one word per object); `0 cat.jpg 640 480 0 10 20 50 60 2 30 5 90 40`
(one delimiter between everything, a class before or after four coordinates, a few numbers before the first object);
and, as of WIDER FACE, a line with the name, a line with a count, and as many lines of coordinates.
"""

import re
from collections.abc import Sequence

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)")
_NAME = re.compile(r".*\.[A-Za-z]\w{1,4}")
_N = r"[-+]?\d+(?:\.\d+)?"
_CLASS = r"(?:[^\W\d][^\s,;]{0,60}[,;])?"  # a name before the coordinates
_WORD = re.compile(rf"(?P<name>.*?\.[A-Za-z]\w{{1,4}}\"?)\s+(?P<objects>{_CLASS}{_N}(?:[,;]{_N}){{3}}(?:[,;:\s].*)?)")
_OBJECT = re.compile(rf"(?:^|\s){_CLASS}(?P<box>{_N}(?:[,;]{_N}){{3}})(?=[,;:\s]|$)")
_BETWEEN = re.compile(r"[\s,;|]+")
_MOST_BEFORE = 6  # numbers before the first object: index, width, height, count
_SIZE = 5  # a class and four coordinates
_FEWEST = 4  # lines with numbers alone that tell boxes from lists of labels

Object = tuple[str, tuple[float, ...]]  # class and coordinates


def most_boxes(text: str, first_names_image: bool = True) -> int:
    """The most objects in one line if each line lists an image's boxes; 0 if the text is anything else.

    Lines without objects are images that show none. With `first_names_image` false, the first line is a header.
    """
    lines = [line.strip().strip('"') for line in text.splitlines() if line.strip()]
    lines = lines if first_names_image else lines[1:]
    if not first_names_image:
        return _words(lines)
    return _words(lines) or _tokens(lines) or _blocks(lines)


def _words(lines: Sequence[str]) -> int:
    """The most objects per line where each object is one word."""
    counts: list[int] = []
    values: set[str] = set()
    for line in lines:
        if match := _WORD.fullmatch(line):
            boxes = [one["box"] for one in _OBJECT.finditer(match["objects"])]
            values.update(value for box in boxes for value in re.split("[,;]", box))
            counts.append(len(boxes))
        elif _NAME.fullmatch(line) and not re.search(r"[,;]", line):
            counts.append(0)
        else:
            return 0
    some = 2 * sum(map(bool, counts)) >= len(counts)
    return max(counts, default=0) if some and not values <= {"0", "1", "0.0", "1.0"} else 0  # these are marks


def _tokens(lines: Sequence[str]) -> int:
    """The most objects per line, at least two, where one delimiter stands between everything."""
    rows = []
    for line in lines:
        tokens = [token for token in _BETWEEN.split(line) if token]
        named = [index for index, token in enumerate(tokens) if _NAME.fullmatch(token)]
        if not named:
            return 0
        rows.append([token for index, token in enumerate(tokens) if index != named[0]])
    if max(map(len, rows), default=0) < 2 * _SIZE or len({len(row) % _SIZE for row in rows}) > 1:
        return 0
    most = max(map(len, rows))
    for before in range(len(rows[0]) % _SIZE, _MOST_BEFORE + 1, _SIZE):
        for class_first in (False, True):
            objects = [_objects(row[before:], class_first) for row in rows]
            if (most - before) // _SIZE > 1 and _are_boxes(objects):
                return (most - before) // _SIZE
    return 0


def _blocks(lines: Sequence[str]) -> int:
    """The most objects per image where each object has a line; at least two, as nothing else has such lines."""
    counts, at = [], 0
    while at + 1 < len(lines):
        if not _NAME.fullmatch(lines[at]) or not lines[at + 1].isdigit():
            return 0
        counts.append(int(lines[at + 1]))
        boxes = lines[at + 2 : at + 2 + max(1, counts[-1])]  # an image without faces has one line of zeros
        if not all(len(box.split()) >= _SIZE - 1 and all(map(_NUMBER.fullmatch, box.split())) for box in boxes):
            return 0
        at += 2 + len(boxes)
    return max(2, *counts) if counts and at == len(lines) else 0


def _objects(tokens: Sequence[str], class_first: bool) -> list[Object]:
    """The objects of a line; one without coordinates where these are no numbers."""
    found: list[Object] = []
    for start in range(0, len(tokens), _SIZE):
        group = tokens[start : start + _SIZE]
        label, box = (group[0], group[1:]) if class_first else (group[-1], group[:-1])
        found.append((label, tuple(map(float, box)) if all(map(_NUMBER.fullmatch, box)) else ()))
    return found


def _are_boxes(rows: Sequence[Sequence[Object]]) -> bool:
    """Whether objects have coordinates, and either the order of corners, a class that is a word, or few numbers for
    classes in lines of several lengths."""
    every = [one for row in rows for one in row]
    if not every or not all(box for _, box in every):
        return False
    if all(box[0] < box[2] and box[1] < box[3] for _, box in every):
        return True
    labels = {label for label, _ in every}
    if not any(map(_NUMBER.fullmatch, labels)):
        return True
    few = 2 * len(labels) <= len(every) and all(len({box[i] for _, box in every}) > len(labels) for i in range(4))
    return few and len(set(map(len, rows))) > 1 and len(rows) >= _FEWEST
