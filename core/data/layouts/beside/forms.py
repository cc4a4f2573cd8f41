"""Tables for the answers of a contest or the predictions of a model, which label no images."""

import re
from pathlib import Path

FORM = "Is called like a table for answers or predictions, and labels no images: it is not used."
_ANSWERS = re.compile(r"(^|[^a-z])(sub|preds?|predicted|baseline|benchmark)([^a-z]|$)")


def is_form(path: Path) -> bool:
    """Whether a file name is typical of submissions to a contest or predictions of a model."""
    name = path.stem.lower()
    return any(word in name for word in ("submission", "submit", "prediction")) or bool(_ANSWERS.search(name))
