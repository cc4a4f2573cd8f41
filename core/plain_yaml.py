"""YAML from anybody, read as what JSON can say too. Imports no image library.

PyYAML's own safe loader builds no objects, but it does fail with all sorts of errors on a word such as `!!bool maybe`,
and a few hundred bytes of merge keys (`<<: [*a, *a]`, nested) make it copy until the memory is full.
"""

from typing import Any

import yaml
from yaml.constructor import ConstructorError

_TAG = "tag:yaml.org,2002:"
_PLAIN = tuple(_TAG + name for name in ("null", "bool", "int", "float", "str", "seq", "map"))
_NUMBERS = (_TAG + "int", _TAG + "float")
_LONGEST_NUMBER = 400  # letters; sums of thousands take minutes, and Python refuses to print them


def plain_values(text: str) -> Any:
    """Maps, lists, words, numbers, yes, no and nothing; a date is a word. Raises `ValueError` with what stands wrong.

    An alias (`*a`) gives the very object again: who walks through the values must count.
    """
    try:
        return yaml.load(text, _PlainLoader)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(" ".join(str(error).split())) from error
    except (LookupError, AttributeError, TypeError, ArithmeticError) as error:
        raise ValueError(f"a value is not of the kind that its tag says ({error})") from error


class _PlainLoader(yaml.SafeLoader):
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
