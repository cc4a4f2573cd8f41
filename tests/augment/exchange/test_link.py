"""A pipeline as a link."""

import pytest

from core.augment import link
from core.errors import InvalidPipeline
from core.experiment import PipelineSpec, Step

TURN = Step(transform="Rotate", params={"limit": 12.0})


def test_a_link_comes_back_whole_or_not_at_all():
    for seed in (0, 7, 12_345, 2**31 - 1):
        shared = link.Shared(
            pipeline=PipelineSpec(steps=(TURN,) * (1 + seed % 3), strength=0.5), seed=seed, views="fresh"
        )
        token = link.packed(shared)
        assert "=" not in token, "an address escapes it"
        assert link.unpacked(token) == shared
        for broken in (token[:-3], token + "*", "", "A" * (link.LONGEST + 1)):
            with pytest.raises(InvalidPipeline, match="does not hold a whole pipeline"):
                link.unpacked(broken)
