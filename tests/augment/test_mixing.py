"""What mixed batches are, read off the targets and compared with the papers' formulas."""

import pytest
import torch

from core.augment.mixing import mix
from core.backbones.rng import seeded

N, SIDE = 4, 8
LABELS = torch.arange(N)
SHARES = torch.eye(N)
OWN = torch.eye(N)


def batch():
    """No two pixels of one place are equal in two images."""
    return torch.rand(N, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0)) + torch.arange(N).view(N, 1, 1, 1)


def mixed(seed=0, *, mixup=0.0, cutmix=0.0, images=None):
    with seeded(seed):
        return mix(batch() if images is None else images, SHARES, mixup=mixup, cutmix=cutmix)


def share_of(targets):
    """How much of each image is its own; the rest is of the one before it."""
    share = float(targets[0, 0])
    torch.testing.assert_close(targets, share * OWN + (1 - share) * OWN.roll(1, 0))
    return share


def is_blend(images, share):
    return torch.allclose(images, share * batch() + (1 - share) * batch().roll(1, 0), atol=1e-5)


def is_patch(images, share):
    own, other = ((images == source).all(1) for source in (batch(), batch().roll(1, 0)))
    if not (own | other).all():
        return False
    rows, columns = other[0].any(1).nonzero(), other[0].any(0).nonzero()
    area = int(rows.max() - rows.min() + 1) * int(columns.max() - columns.min() + 1) if len(rows) else 0
    # a rectangle, the same in every image, that takes its part of the label
    return bool((other == other[0]).all()) and area == int(other[0].sum()) == round((1 - share) * SIDE * SIDE)


def test_with_both_off_nothing_is_changed():
    images = batch()
    same, targets = mixed(images=images)
    assert torch.equal(same, images)
    assert torch.equal(targets, OWN)
    assert targets.dtype == torch.float32


@pytest.mark.parametrize("seed", range(5))
def test_mixup_blends_images_as_it_blends_labels(seed):
    images, targets = mixed(seed, mixup=1.0)
    share = share_of(targets)
    assert 0 < share < 1
    assert is_blend(images, share)
    assert not is_patch(images, share)
    assert not is_blend(images, share + 0.05)


@pytest.mark.parametrize("seed", range(5))
def test_cutmix_pastes_as_much_as_it_says(seed):
    images, targets = mixed(seed, cutmix=1.0)
    share = share_of(targets)
    assert 0 < share < 1
    assert is_patch(images, share)
    assert not is_blend(images, share)


def test_of_two_that_are_on_each_batch_takes_one():
    kinds = []
    for seed in range(12):
        images, targets = mixed(seed, mixup=1.0, cutmix=1.0)
        share = share_of(targets)
        if share < 1:  # a patch may lie outside
            kinds.append((is_blend(images, share), is_patch(images, share)))
    assert set(kinds) == {(True, False), (False, True)}


@pytest.mark.parametrize("alphas", [{"mixup": 0.4}, {"cutmix": 1.0}, {"mixup": 0.4, "cutmix": 1.0}])
def test_the_seed_decides_and_the_batch_that_was_given_stays(alphas):
    images = batch()
    first, second, other = (mixed(seed, images=images, **alphas) for seed in (1, 1, 2))
    assert torch.equal(images, batch())
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
    assert not torch.equal(first[0], other[0])
    for _, targets in (first, other):
        torch.testing.assert_close(targets.sum(1), torch.ones(N))
        assert (targets >= 0).all()


def test_a_larger_alpha_mixes_more():
    def least(alpha):
        shares = [share_of(mixed(seed, mixup=alpha)[1]) for seed in range(40)]
        return sum(min(share, 1 - share) for share in shares) / len(shares)

    assert least(0.05) < 0.1 < least(1.0) < 0.35 < least(10.0)


def test_a_batch_of_one_is_mixed_with_itself():
    with seeded(0):
        images, targets = mix(batch()[:1], SHARES[:1], mixup=1.0, cutmix=0.0)
    torch.testing.assert_close(images, batch()[:1])
    torch.testing.assert_close(targets, OWN[:1])
