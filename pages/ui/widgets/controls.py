"""The Data page's controls for how images are read: their labels, and choices in the engine's sentences by them."""

from collections.abc import Mapping

from core.wording import OWN, worded

READ_DIFFERENTLY = "Read differently"
LABEL_COLUMN = "Column of classes"
SEVERAL = "Labels per image"


def in_controls(text: str) -> str:
    """A sentence of the engine for a page: '... (“Labels per image” on the Data page).'"""
    return worded(text, _control)


def _control(reading: Mapping[str, str]) -> str:
    if reading.get("label_column") == OWN and "layout" in reading:  # the table is not read yet, and has no controls
        return "in the app: leave only it and the column of file names in the table"
    if "layout" in reading:
        return f"“{READ_DIFFERENTLY}” on the Data page"
    return f"“{SEVERAL if 'task' in reading else LABEL_COLUMN}” on the Data page"
