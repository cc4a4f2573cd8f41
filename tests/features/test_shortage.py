"""Memory runs out with other words on every device; here it is always the same error."""

import pytest
import torch

from core.errors import TrainingFailed
from core.features.shortage import as_out_of_memory, forward_with_oom_retry
from tests.features.helpers import SHORTAGES


@pytest.mark.parametrize("error", SHORTAGES, ids=str)
def test_every_way_to_run_out_of_memory_is_one_error(error):
    with pytest.raises(torch.OutOfMemoryError) as told, as_out_of_memory():
        raise error
    assert str(told.value) == str(error)
    assert error in (told.value, told.value.__cause__)


@pytest.mark.parametrize("error", [RuntimeError("size mismatch"), ValueError("out of memory"), TrainingFailed("x")])
def test_other_errors_are_left_alone(error):
    with pytest.raises(type(error)) as told, as_out_of_memory():
        raise error
    assert told.value is error


@pytest.mark.parametrize("error", SHORTAGES, ids=str)
def test_a_look_goes_on_in_smaller_slices_on_any_device(error):
    seen = []

    def part(inputs):
        seen.append(len(inputs))
        if len(inputs) > 2:
            raise error
        return inputs * 2

    inputs = torch.rand(4, 6)
    assert torch.equal(forward_with_oom_retry(part, inputs), inputs * 2)
    assert seen == [4, 2, 2]
