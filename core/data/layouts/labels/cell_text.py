"""The text of a cell of a table, without what programs for tables put around it."""

from core.text import FORMULA_STARTS

# missing values as written by pandas and Excel; "None", "NA" and "N/A" may be classes
_MISSING = frozenset(("nan", "-nan", "null", "<na>", "#n/a", "#na"))


def unquoted(cell: str) -> str:
    """A cell without spaces around it, and without single quotes, or the apostrophe by which a table keeps a text that
    begins like a formula from being one. What is within quotes stays as it is."""
    bare = cell.strip()
    if len(bare) > 1 and bare[0] == bare[-1] == "'":
        return bare[1:-1]
    return bare[1:] if bare[:1] == "'" and bare.startswith(FORMULA_STARTS, 1) else bare


def quoted(text: str) -> str:
    """The cell from which `unquoted` gives `text`, whatever it is: in quotes if that is needed."""
    guarded = f"'{text}" if text.startswith(FORMULA_STARTS) else text
    return text if unquoted(text) == unquoted(guarded) == text else f"'{text}'"


def stripped(cell: str) -> str:
    """A cell without quotes, nor spaces around or within them."""
    return unquoted(cell).strip()


def value_of(cell: str) -> str:
    """The value of a cell; empty for missing values."""
    value = stripped(cell)
    return "" if value.casefold() in _MISSING else value
