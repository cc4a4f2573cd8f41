"""What pydantic found wrong, as a message: short, whatever was given."""

import reprlib

from pydantic import ValidationError

from core.text import short

MOST = 8  # problems in one message
_BRIEF = reprlib.Repr()  # never builds the text of a value that is cut
_BRIEF.maxlevel, _BRIEF.maxstring, _BRIEF.maxother, _BRIEF.maxlong = 2, 40, 40, 40
_BRIEF.maxlist = _BRIEF.maxtuple = _BRIEF.maxdict = 2


def problems(error: ValidationError) -> str:
    """The first problems as `field: what is wrong (got ...)`, joined by semicolons, and how many more there are."""
    found = error.errors(include_url=False, include_context=False)
    told = []
    for item in found[:MOST]:
        field = ".".join(map(str, item["loc"])) or "value"
        told.append(f"{short(field)}: {short(item['msg'], 160)} (got {_BRIEF.repr(item['input'])})")
    return "; ".join(told) + (f"; and {len(found) - MOST} more" if len(found) > MOST else "")
