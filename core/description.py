"""What every part of an experiment's description is made of."""

from pydantic import BaseModel, ConfigDict


class Description(BaseModel):
    """Base of every part: frozen, and a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
