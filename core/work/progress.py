"""How far something long has come."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far something long has come that is not an epoch: reading images, evaluating."""

    what: str
    done: int
    total: int
