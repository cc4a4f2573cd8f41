"""A pipeline as one token that fits into an address, so that a link restores the page. Imports no image library."""

import base64
import binascii
import json
import zlib

from pydantic import Field

from core.augment.exchange.text import check_size
from core.augment.steps import check_parameters
from core.errors import InvalidExperiment, InvalidInput, InvalidPipeline
from core.experiment import Description, Experiment, PipelineSpec, Views, parse

LONGEST = 16_000  # letters; browsers and servers cut longer addresses
_LARGEST = 500_000  # bytes when unpacked
_BROKEN = "The link does not hold a whole pipeline. Copy it again; nothing was changed."


class Shared(Description):
    """What a link holds: a pipeline with what its very views depend on. Mixup and CutMix, which mix pairs of them
    later, are settings of the training and stay as they are where the link is opened."""

    pipeline: PipelineSpec
    seed: int = Field(0, ge=0, le=2**31 - 1)
    views: Views = Experiment.model_fields["views"].default


def packed(shared: Shared) -> str:
    """One token of letters that an address may have. Raises `InvalidInput` for a pipeline too long for a link."""
    text = json.dumps(shared.model_dump(mode="json"), separators=(",", ":"))
    token = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")
    if len(token) > LONGEST:
        raise InvalidInput("The pipeline is too long for a link. Save it as a file.")
    return token


def unpacked(token: str) -> Shared:
    """The pipeline of a `packed` token, checked. Raises `InvalidInput`, with every problem of the pipeline."""
    if len(token) > LONGEST:
        raise InvalidPipeline(_BROKEN)
    try:
        content = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(content, _LARGEST)
        if not unpacking.eof:  # cut off, or larger than any pipeline
            raise InvalidPipeline(_BROKEN)
        values = json.loads(text)
        check_size(values, "The link")
        shared = parse(Shared, values)
    except (binascii.Error, zlib.error, ValueError, RecursionError) as error:
        raise InvalidPipeline(_BROKEN) from error
    except InvalidExperiment as error:
        raise InvalidPipeline(f"The link does not hold a pipeline. {error}") from error
    check_parameters(shared.pipeline)
    return shared
