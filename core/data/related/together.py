"""A note on folders of the same classes that are read together and may show the same things: 'left/cat' and
'right/cat', 'cat/RGB' and 'cat/NIR', 'pool/cam1' and 'pool/cam2'."""

import re
from collections.abc import Container, Sequence

from core.data.dataset import Dataset
from core.data.layouts.assigned import listed
from core.data.layouts.vocabulary.letters import folded
from core.data.related.roles import Place, Role, are_known, may_count_anew, places_of, role_pairs
from core.data.related.versions import Groups, group_numbers

_LAYOUTS = ("folders", "inner", "innermost", "parts")
_DEVICE = re.compile(r"(?:camera|cam|kamera|device|phone|handy|view|lens|sensor|angle)s?[a-z]?")


def together_notes(dataset: Dataset, unused: Container[int], groups: Groups) -> list[str]:
    """A sentence where images of such folders are dealt and no groups tell what goes with what, as a list of one or
    none. Folders called after days, batches and persons show other things; those of cameras may not."""
    divided = dataset.presplit and any(item.part == "val" for item in dataset.items)
    if divided or dataset.columns or dataset.made_here or dataset.reading.layout not in _LAYOUTS:
        return []
    number = group_numbers(groups)
    places = places_of(dataset, unused)
    called = {name.casefold(): name for item in dataset.items for name in item.name.split("/")[:-1]}
    found: dict[str, None] = {}
    for roles, pairs in role_pairs(dataset, places).items():
        if _may_show_the_same(roles, pairs) and not are_known(places, pairs, number):
            found.update(dict.fromkeys("/".join(called.get(name, name) for name in role) for role in roles))
    if not found:
        return []
    return [
        f"The folders {listed(sorted(found))} are read together: if images of different folders show the same thing, "
        "the scores will be too good. Then keep one of these folders, or divide the images into train, val and test "
        "before, all of one thing into the same part."
    ]


def _may_show_the_same(roles: tuple[Role, Role], pairs: Sequence[tuple[Place, Place]]) -> bool:
    one, other = roles
    if not all(_is_named(role) for role in roles):
        return False
    if len(one) == len(other) and all(a == b or _is_device(a, b) for a, b in zip(one, other, strict=True)):
        return True
    return len({place[0] for place, _ in pairs}) > 1 and not may_count_anew(roles)


def _is_named(role: Role) -> bool:
    return bool(role) and all(name.isprintable() for name in role)  # not the folder of the class


def _is_device(one: str, other: str) -> bool:
    return all(_DEVICE.fullmatch(folded(name)) for name in (one, other))
