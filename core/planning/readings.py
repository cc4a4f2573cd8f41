"""A way to read images from options: the fields that are given change another one."""

from collections.abc import Mapping
from typing import Any

from core.errors import InvalidExperiment
from core.experiment import AS_FOUND, Reading, parse
from core.reading import OF_A_TABLE, TABLE_FIELDS
from core.text import short


def reading_with(given: Mapping[str, Any], base: Reading = AS_FOUND, *, layout_option: str = "layout") -> Reading:
    """`base` with the fields of `Reading` in `given` that are not None.

    A file of labels or a column means the layout 'csv'. A layout that reads none, and 'auto', leave out those of
    `base`: so 'auto' reads the folder as it is found again. `layout_option` is what the user calls the layout.
    Raises `InvalidExperiment`, also for a file or columns beside a layout that reads none.
    """
    fields = {name: value for name, value in given.items() if value is not None}
    alone = parse(Reading, fields)
    if alone.unused:
        raise InvalidExperiment(
            f"{layout_option} {short(alone.layout)} reads no file of labels; got {_listed(alone)} as well. "
            f"Leave out {layout_option}, or these."
        )
    anew = fields.get("layout") == "auto"
    if any(getattr(alone, name) for name in TABLE_FIELDS):
        fields["layout"] = "csv"
    layout = fields.get("layout", base.layout)
    if anew or (layout != base.layout and not (layout in OF_A_TABLE and base.layout in OF_A_TABLE)):
        base = base.model_copy(update=dict.fromkeys(TABLE_FIELDS, ""))
    return parse(Reading, base.model_dump() | fields)


def _listed(reading: Reading) -> str:
    return ", ".join(f"{name.replace('_', ' ')} '{short(getattr(reading, name))}'" for name in reading.unused)
