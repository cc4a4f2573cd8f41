"""Forward of many images: slices as the device likes them, no gradients, and less at a time when memory runs out."""

import pytest
import torch

from core.backbones.forward import forward_in_slices


def spy(most=10**9):
    """A part that notes how many images it is given, and has no memory for more than `most`."""
    seen = []

    def part(inputs):
        seen.append(len(inputs))
        if len(inputs) > most:
            raise torch.OutOfMemoryError("no memory")
        return inputs.flatten(1).sum(1, keepdim=True) * torch.ones(1, requires_grad=True)

    return part, seen


@pytest.mark.parametrize(
    ("shape", "slices"),
    [
        ((10, 3, 224, 224), [4, 4, 2]),
        ((3, 3, 640, 640), [1, 1, 1]),
        ((10, 8, 14, 14), [10]),
        ((10, 197, 64), [10]),
        ((10, 64), [10]),
    ],
)
def test_slices_follow_the_size_of_the_images(shape, slices):
    part, seen = spy()
    inputs = torch.rand(shape)
    found = forward_in_slices(part, inputs)
    assert seen == slices
    assert not found.requires_grad
    torch.testing.assert_close(found, inputs.flatten(1).sum(1, keepdim=True))


def test_a_format_of_two_bytes_takes_twice_as_many():
    part, seen = spy()
    forward_in_slices(part, torch.rand(10, 3, 224, 224), lambda: torch.autocast("cpu", torch.bfloat16))
    assert seen == [8, 2]


def test_without_memory_the_slices_are_halved_in_order():
    part, seen = spy(most=2)
    inputs = torch.rand(4, 3, 224, 224)
    torch.testing.assert_close(forward_in_slices(part, inputs), inputs.flatten(1).sum(1, keepdim=True))
    assert seen == [4, 2, 2]


def test_one_image_too_large_is_said():
    part, _ = spy(most=0)
    with pytest.raises(torch.OutOfMemoryError):
        forward_in_slices(part, torch.rand(2, 64))


def test_autocast_is_in_force():
    found = forward_in_slices(torch.nn.Linear(4, 2), torch.rand(3, 4), lambda: torch.autocast("cpu", torch.bfloat16))
    assert found.dtype is torch.bfloat16
