"""JSON and YAML from anybody, read as what JSON can say. Imports no image library.

PyYAML's own safe loader builds no objects, but it does fail with all sorts of errors on a word such as `!!bool maybe`,
and a few hundred bytes of merge keys (`<<: [*a, *a]`, nested) make it copy until the memory is full.
"""

import json
from typing import Any

import yaml
from yaml.constructor import ConstructorError

_TAG = "tag:yaml.org,2002:"
_PLAIN = tuple(_TAG + name for name in ("null", "bool", "int", "float", "str", "seq", "map"))
_NUMBERS = (_TAG + "int", _TAG + "float")
MOST_VALUES = 100_000  # a YAML alias can stand for millions
DEEPEST = 50  # a value in a list in a map and so on; whatever walks through it must come back
_MOST_NODES = 30_000  # of YAML text, which takes a second and a half to read; JSON is read in a hundredth
_LONGEST_REASON = 300
_LONGEST_NUMBER = 400  # letters; sums of thousands take minutes, and Python refuses to print them


def read_plain(text: str) -> Any:
    """Values from JSON or YAML text, few enough to walk through. Raises `ValueError` with what stands wrong."""
    try:
        values = json.loads(text)  # YAML 1.1 takes 1e-05 for a word
    except RecursionError as error:
        raise ValueError(f"it is nested more than {DEEPEST} deep") from error
    except ValueError:
        values = plain_values(text)
    check_size(values)
    return values


def check_size(values: Any) -> None:
    """Refuse too many values, too deep ones, and names that are no words. Raises `ValueError`."""
    waiting, seen = [(values, 0)], 1
    while waiting:
        one, depth = waiting.pop()
        if depth > DEEPEST:
            raise ValueError(f"it is nested more than {DEEPEST} deep")
        if isinstance(one, dict) and (wrong := [key for key in one if not isinstance(key, str)]):
            raise ValueError(f"it names a value {wrong[0]!r:.40}, which is no word")
        inside = list(one.values()) if isinstance(one, dict) else one if isinstance(one, list) else []
        seen += len(inside)  # counted where it stands, so that what an alias repeats is counted again
        if seen > MOST_VALUES:
            raise ValueError(f"it holds more than {MOST_VALUES:,} values")
        waiting.extend((each, depth + 1) for each in inside)


def plain_values(text: str) -> Any:
    """Maps, lists, words, numbers, yes, no and nothing; a date is a word. Raises `ValueError` with what stands wrong.

    An alias (`*a`) gives the very object again: who walks through the values must count.
    """
    try:
        return yaml.load(text, _PlainLoader)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(" ".join(str(error)[: 10 * _LONGEST_REASON].split())[:_LONGEST_REASON]) from error
    except (LookupError, AttributeError, TypeError, ArithmeticError) as error:
        raise ValueError(f"a value is not of the kind that its tag says ({error})") from error


class _PlainLoader(yaml.SafeLoader):
    nodes = depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self.nodes, self.depth = self.nodes + 1, self.depth + 1
        if self.nodes > _MOST_NODES or self.depth > 2 * DEEPEST:  # a map's values count once more than in `check_size`
            what = (
                f"more than {_MOST_NODES:,} values" if self.nodes > _MOST_NODES else "values that are nested too deep"
            )
            raise ConstructorError(None, None, f"it holds {what}", self.peek_event().start_mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        for key, _ in node.value:
            if key.tag == _TAG + "merge":
                raise ConstructorError(None, None, "merge keys (<<) are not read: write the values out", key.start_mark)

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> Any:
        if node.tag in _NUMBERS and len(node.value) > _LONGEST_NUMBER:
            raise ConstructorError(None, None, "this number is too long", node.start_mark)
        return super().construct_scalar(node)


_PlainLoader.yaml_constructors = {  # None: what refuses all other tags
    tag: make for tag, make in yaml.SafeLoader.yaml_constructors.items() if tag in _PLAIN or tag is None
}
_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag != _TAG + "timestamp"]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
