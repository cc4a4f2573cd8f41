"""Tell points of objects (keypoints) in tables by the names of their columns: 'nose_x', 'nose_y', 'nose_visible'."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

_SEPARATOR = r"[\s_.\-:/]*"
_FLAG = r"v|vis|visib|visible|visibility|occluded|occlusion|likelihood|conf|confidence|score|p|prob|present|flag|state"
_BEHIND = re.compile(rf"(?P<point>.*[^\s_.\-:/]){_SEPARATOR}(?P<what>x|y|z|{_FLAG})", re.IGNORECASE)
_BEFORE = re.compile(rf"(?P<what>x|y|z|{_FLAG}){_SEPARATOR}(?P<point>[^\s_.\-:/].*)", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?(\d+[.,]?\d*|[.,]\d+)([eE][-+]?\d+)?")
_FEWEST = 2  # points, or one that says whether it is seen
_CORNERS = re.compile(r"\d*|.*(min|max|tile|patch|crop|centre|center|offset|size|res(olution)?|dpi|scale|position|pos)")
WHY_POINTS = (
    "it gives points of objects (keypoints) and perhaps whether each is seen, which are labels for the estimation of "
    "poses and no classes"
)


def points_of(columns: Mapping[str, Sequence[str]]) -> list[str]:
    """The columns of the coordinates of points, and of whether each is seen; empty if these are no points."""
    points = _points({name for name, values in columns.items() if all(map(_is_number, values))})
    return [name for name in columns if any(name in found for found in points)]


def are_points(names: Iterable[str]) -> bool:
    """Whether column names are those of points."""
    return bool(_points(set(names)))


def _is_number(value: str) -> bool:
    return not value or value.casefold() in ("true", "false") or bool(_NUMBER.fullmatch(value))


def _points(names: set[str]) -> list[list[str]]:
    """The columns of each point."""
    for form in (_BEHIND, _BEFORE):
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for name in sorted(names):
            if match := form.fullmatch(name.strip()):
                found[match["point"].casefold()][match["what"].casefold()] = name
        points = {key: parts for key, parts in found.items() if parts.keys() >= {"x", "y"}}
        named = {key: parts for key, parts in points.items() if not _CORNERS.fullmatch(key)}
        seen = any(parts.keys() - {"x", "y", "z"} for parts in points.values())
        if len(named) >= _FEWEST or (points and seen):
            return [[*parts.values()] for parts in points.values()]
    return []
