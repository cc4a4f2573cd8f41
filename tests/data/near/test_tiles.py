"""The comparison of many images, a few at a time: nothing is missed, whatever the size of the pieces."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from core.data.near import reach, tiles, views
from core.data.near.duplicates import find_near
from core.data.near.reach import within_reach
from core.data.sources import load_dataset

SAMPLES = Path(__file__).parents[3] / "sample_data" / "stamps"


@pytest.fixture
def small(monkeypatch):
    """Pieces so small that 23 images need many of them."""
    monkeypatch.setattr(reach, "_FEWEST", 2)
    monkeypatch.setattr(reach, "_KEPT", 3)
    monkeypatch.setattr(views, "_FEWEST", 2)
    monkeypatch.setattr(views, "_KEPT", 3)
    monkeypatch.setattr(tiles, "ROWS", 5)
    monkeypatch.setattr(tiles, "COLUMNS", 7)


@pytest.mark.parametrize("onwards", [True, False])
def test_every_near_pair_is_within_reach(small, onwards):
    rng = np.random.default_rng(3)
    thumbs = (rng.normal(0, 60, (23, 3)) @ rng.normal(0, 1, (3, 48)) + rng.normal(0, 1, (23, 48))).astype(np.float32)
    thumbs[17], thumbs[9] = thumbs[2] + rng.normal(0, 3, 48), thumbs[4] + rng.normal(0, 3, 48)
    furthest = np.full(23, 10.0**2 * 48, dtype=np.float32)
    found = {(int(r), int(c)) for rows, columns in within_reach(thumbs, furthest, np.arange(23), onwards=onwards)
             for r in rows for c in columns}  # fmt: skip
    assert (2, 17) in found
    assert ((17, 2) in found) is not onwards
    rows = {r for r, _ in found}
    assert not rows & {10, 11, 12, 13, 14}, "a block with nothing near is left out"


def test_the_size_of_pieces_changes_nothing(small, monkeypatch, tmp_path):
    alter = (lambda image: image, lambda image: ImageEnhance.Brightness(image).enhance(1.1), ImageOps.mirror)
    for number, name in enumerate(("blue", "red")):
        (tmp_path / "set" / name).mkdir(parents=True)
        for place, path in enumerate(sorted(SAMPLES.rglob("*.jpg"))[15 * number :][: 11 - 2 * number]):
            with Image.open(path) as opened:
                image = opened.convert("RGB")
            image.save(tmp_path / "set" / name / f"{place}.png")
            if place < len(alter):
                alter[place](image).save(tmp_path / "set" / name / f"{place}x.jpg", quality=92)
    dataset = load_dataset(str(tmp_path / "set"), tmp_path / "ws")
    in_pieces = find_near.__wrapped__(dataset)
    monkeypatch.undo()
    assert in_pieces == find_near.__wrapped__(dataset)
    assert len(in_pieces.groups) == 6


def test_no_pair_of_like_colours_is_passed_over(small):
    rng = np.random.default_rng(1)
    base = np.repeat(np.repeat(rng.integers(0, 256, (15, 3, 3, 3)), 4, axis=1), 4, axis=2).astype(np.uint8)
    ways = (*views.WAYS, *views.TURNS)
    every = np.concatenate([views.mirrored(base, way).reshape(15, -1) for way in ways])
    seen = views.Views(every, np.zeros((len(every), views.GREY_SIDE**2), np.uint8))
    one, other = rng.integers(0, len(every), (2, 4000))
    for way in ways:
        cosine = np.einsum("pk,pk->p", seen.colours(one, 0), seen.colours(other, way))
        may = seen.may_agree(one, other, way, 0.7)
        assert may[cosine >= 0.7].all()
        assert 5 < (cosine >= 0.7).sum() <= may.sum() < 4000


def test_blocks_cover_all_rows_once():
    assert [(rows.start, rows.stop) for rows in tiles.blocks(1100)] == [(0, 512), (512, 1024), (1024, 1100)]
    assert tiles.for_blocks(1100, lambda rows: rows.stop - rows.start) == [512, 512, 76]


def test_squared_distances_are_a_product():
    rows = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
    left, right = tiles.squared_distances(rows)
    wanted = ((rows[:, None] - rows[None]) ** 2).sum(axis=2)
    np.testing.assert_allclose(left @ right, wanted, atol=1e-5)


@pytest.mark.parametrize(
    ("count", "ends"), [(0, []), (1, [1]), (511, [511]), (512, [512]), (513, [512, 513]), (1024, [512, 1024]),
                        (1025, [512, 1024, 1025])]
)  # fmt: skip
def test_every_row_is_in_one_block(count, ends):
    found = tiles.blocks(count)
    assert [rows.stop for rows in found] == ends
    assert [row for rows in found for row in range(rows.start, rows.stop)] == list(range(count))
    assert tiles.for_blocks(count, lambda rows: rows.stop) == ends


@pytest.mark.parametrize("way", [*views.WAYS, *views.TURNS])
def test_no_pair_whose_colours_agree_is_passed_over(monkeypatch, way):
    monkeypatch.setattr(views, "_FEWEST", 2)
    monkeypatch.setattr(views, "_KEPT", 2)
    rng = np.random.default_rng(5)
    common = rng.normal(0, 30, (3, 432))  # what all images consist of: one direction more than is kept
    thumbs = rng.normal(0, 1, (40, 3)) @ common + rng.normal(0, 2, (40, 432))
    thumbs = np.clip(thumbs + 128, 0, 255).astype(np.uint8)
    made = views.Views(thumbs, np.zeros((40, views.GREY_SIDE**2), np.uint8))
    one, other = (places.ravel() for places in np.indices((40, 40)))
    turned = made._colours[:, views._ORDER[way]]
    cosines = np.einsum("pk,pk->p", made._colours[one], turned[other])
    passed = 0
    for place, cosine in enumerate(cosines):
        pair = one[place : place + 1], other[place : place + 1]
        assert made.may_agree(*pair, way, float(cosine)).all()
        passed += not made.may_agree(*pair, way, float(cosine) + 0.2).any()
    assert passed > 200, "and many others are"
    monkeypatch.setattr(views, "_FEWEST", 41)
    assert made.may_agree(one, other, way, 2.0).all(), "few images are all compared"


def test_whoever_waits_for_another_search_can_give_up(monkeypatch):
    monkeypatch.setattr(tiles, "_ASKED_EVERY_S", 0.01)

    def give_up(rows):
        assert rows == 0
        raise KeyboardInterrupt

    with tiles._one_at_a_time, pytest.raises(KeyboardInterrupt):
        tiles.for_blocks(1100, lambda rows: rows.stop, give_up)
    assert tiles.for_blocks(1100, lambda rows: rows.stop) == [512, 1024, 1100]
