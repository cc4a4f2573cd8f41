"""Where there are very many images, each is compared with those of the cells around it."""

from collections import Counter

import numpy as np
import pytest
from PIL import ImageEnhance, ImageOps

from core.data.near import altered, cells, coarse, duplicates, reach, scenes, turned
from core.data.near.duplicates import find_near
from core.data.near.reach import within_reach
from core.data.near.union import Union
from core.data.near.views import GREY_SIDE, Views
from core.data.sources import load_dataset
from tests.benchmarks.drawn import draw


def points(count, seed=0, size=6):
    return np.random.default_rng(seed).normal(size=(count, size)).astype(np.float32)


def pairs(one, other):
    return {(min(a, b), max(a, b)) for a, b in zip(one.tolist(), other.tolist(), strict=True)}


def test_each_image_is_in_one_cell_and_asks_those_nearest_to_it():
    found = points(400)
    made = cells.cells(found, found)
    assert sorted(np.concatenate([cell.members for cell in made]).tolist()) == list(range(400))
    assert len(made) == 20
    asks = Counter(np.concatenate([cell.rows for cell in made]).tolist())
    assert set(asks.values()) == {20}, "of fewer cells than are probed all are asked"
    for cell in made:
        centre = found[cell.members[np.isin(cell.members, np.arange(0, 400, 20))][0]]
        nearest = ((found[cell.members][:, None] - found[::20]) ** 2).sum(axis=2).argmin(axis=1)
        assert (found[::20][nearest] == centre).all()
        assert (np.diff(cell.members) > 0).all()
        assert (np.diff(cell.rows) > 0).all()


def test_only_so_many_cells_are_asked_the_nearest_ones(monkeypatch):
    monkeypatch.setattr(cells, "PROBED", 3)
    found = points(900)
    made = cells.cells(found, -found)
    centres = found[::30]
    home = {int(member): n for n, cell in enumerate(made) for member in cell.members}
    asked = [{n for n, cell in enumerate(made) if row in cell.rows} for row in range(900)]
    for row in range(900):
        by_distance = [home[int(n) * 30] for n in np.argsort(((centres + found[row]) ** 2).sum(axis=1))]
        others = [cell for cell in by_distance if cell != home[row]]
        assert asked[row] == {home[row], *others[:2]}, "its own one and the nearest others"


def test_where_all_images_are_alike_no_cell_holds_them_all(monkeypatch):
    made = cells.cells(np.zeros((900, 4), np.float32), np.zeros((900, 4), np.float32))
    assert max(len(cell.members) for cell in made) <= 4 * 30
    assert sorted(np.concatenate([cell.members for cell in made]).tolist()) == list(range(900))
    monkeypatch.setattr(cells, "PROBED", 2)
    for cell in cells.cells(np.zeros((900, 4), np.float32), np.zeros((900, 4), np.float32)):
        assert set(cell.members.tolist()) <= set(cell.rows.tolist()), "each asks its own cell"


def test_many_rows_come_in_parts(monkeypatch):
    monkeypatch.setattr(cells, "_MOST_ROWS", 50)
    found = points(400)
    made = cells.cells(found, found)
    assert max(len(cell.rows) for cell in made) <= 50
    assert len(made) > 100
    pairs_of = Counter((row, member) for cell in made for row in cell.rows.tolist() for member in cell.members.tolist())
    assert len(pairs_of) == 400 * 400
    assert set(pairs_of.values()) == {1}
    told = []
    cells.for_cells(made, lambda cell: 0, told.append)
    assert sum(told) == 400


def test_no_image_is_near_itself():
    cell = cells.Cell(np.array([1, 4, 7]), np.array([0, 4, 5, 7]))
    near = cell.but_for_themselves(np.ones((3, 4), bool))
    assert near.tolist() == [[True] * 4, [True, False, True, True], [True, True, True, False]]


def test_what_is_said_of_the_way_adds_up_to_all_images():
    told = []
    made = cells.cells(points(400), points(400))
    assert cells.for_cells(made, lambda cell: len(cell.members), told.append) == told
    assert sum(told) == 400


def stopping(rows):
    raise KeyboardInterrupt


def test_what_is_told_can_end_the_work():
    with pytest.raises(KeyboardInterrupt):
        cells.for_cells(cells.cells(points(100), points(100)), len, stopping)


def views(count, copies):
    """Views of `count` images, of which the last `copies` are the first ones, a little noisier."""
    rng = np.random.default_rng(5)
    base = rng.integers(0, 256, (count, 4, 4, 3)).repeat(3, axis=1).repeat(3, axis=2)
    base[count - copies :] = base[:copies]
    thumbs = np.clip(base + rng.normal(0, 3, base.shape), 0, 255).astype(np.uint8)
    grey = base.mean(axis=3).repeat(3, axis=1).repeat(3, axis=2)[:, 2:34, 2:34]
    grey = np.clip(grey + rng.normal(0, 3, grey.shape), 0, 255).astype(np.uint8)
    return Views(thumbs.reshape(count, -1), grey.reshape(count, GREY_SIDE**2))


@pytest.mark.parametrize("find", [coarse.candidates, turned.candidates])
@pytest.mark.parametrize("probed", [100, 6])
def test_cells_find_the_candidates_that_comparing_all_finds(monkeypatch, find, probed):
    made = views(300, 40)
    told = []

    def check(one, other, way):
        return np.ones(len(one), bool)

    all_pairs = find(made, 12, check, told.append)
    assert sum(told) == 300 * (4 if find is coarse.candidates else 1)
    monkeypatch.setattr(cells, "FEWEST", 2)
    monkeypatch.setattr(cells, "PROBED", probed)
    in_cells = find(made, 12, check, told.append)
    assert sum(told) == 2 * 300 * (4 if find is coarse.candidates else 1)
    wanted, found = (
        {(int(a), int(b), int(way)) for a, b, way in zip(*one, strict=True)} for one in (all_pairs, in_cells)
    )
    copies = {(n, 260 + n, 0 if find is coarse.candidates else 4) for n in range(40)}
    if find is coarse.candidates:
        assert copies <= found
    if probed == 100:
        assert found == wanted
    else:
        assert found < wanted or found == wanted
    assert all(one < other for one, other, _ in found)


@pytest.mark.parametrize("probed", [100, 4])
def test_cells_reach_what_is_near(monkeypatch, probed):
    thumbs = (60 * points(600, 1, 48)).astype(np.float32)
    thumbs[500:] = thumbs[:100] + points(100, 2, 48)
    monkeypatch.setattr(reach, "_FEWEST", 2)
    monkeypatch.setattr(cells, "FEWEST", 2)
    monkeypatch.setattr(cells, "PROBED", probed)
    told, order = [], np.random.default_rng(0).permutation(600)
    furthest = np.full(600, 48 * 10.0**2, np.float32)
    found = set[tuple[int, int]]()
    for rows, columns in within_reach(thumbs, furthest, order, onwards=True, advance=told.append):
        assert not set(rows.tolist()) - set(range(600))
        found |= {(min(r, c), max(r, c)) for r in rows.tolist() for c in columns.tolist() if r != c}
    assert {(n, n + 500) for n in range(100)} <= found
    assert sum(told) == 600
    assert len(found) < 600 * 599 / 8, "most are not compared"


def test_a_whole_search_finds_in_cells_what_it_finds_without_whatever_the_names(monkeypatch, tmp_path):
    alter = (
        lambda image: image, lambda image: ImageEnhance.Brightness(image).enhance(1.1), ImageOps.mirror,
        lambda image: image.rotate(90),
    )  # fmt: skip
    for folder, names in (("one", range(60)), ("other", reversed(range(60)))):
        for number, name in enumerate(names):
            image = draw("star" if number % 2 else "triangle", np_random(number)).resize((96, 96))
            place = tmp_path / folder / "train" / f"class{number % 2}"
            place.mkdir(parents=True, exist_ok=True)
            image.save(place / f"{name:02d}.png")
            if number < 24:
                other = tmp_path / folder / ("test" if number % 3 == 0 else "train") / f"class{number % 2}"
                other.mkdir(parents=True, exist_ok=True)
                alter[number % 4](image).save(other / f"x{name:02d}.jpg", quality=92)
    plain = load_dataset(str(tmp_path / "one"), tmp_path / "ws")
    wanted = find_near.__wrapped__(plain)
    monkeypatch.setattr(reach, "_FEWEST", 2)
    monkeypatch.setattr(cells, "FEWEST", 2)
    monkeypatch.setattr(cells, "PROBED", 4)
    monkeypatch.setattr(duplicates, "_MANY", 2)
    told = []
    assert find_near.__wrapped__(plain, progress=lambda *both: told.append(both)) == wanted
    assert told[-1] == (84, 84)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(wanted.groups) >= 20
    assert wanted.across
    renamed = load_dataset(str(tmp_path / "other"), tmp_path / "ws")
    found = find_near.__wrapped__(renamed)

    def contents(dataset, groups):
        return {frozenset(dataset.items[index].digest for index in group) for group in groups}

    assert contents(renamed, found.groups) == contents(plain, wanted.groups)
    assert contents(renamed, found.across) == contents(plain, wanted.across)


def np_random(number):
    from random import Random

    return Random(f"cells {number}")


def test_few_images_are_compared_without_a_word(tmp_path):
    for number in range(4):
        (tmp_path / "set" / f"c{number % 2}").mkdir(parents=True, exist_ok=True)
        draw("star", np_random(number)).resize((64, 64)).save(tmp_path / "set" / f"c{number % 2}" / f"{number}.png")
    told = []
    find_near.__wrapped__(load_dataset(str(tmp_path / "set"), tmp_path / "ws"), progress=told.append)
    assert told == []


def of_one_scene(count, copies):
    """Views of one scene with a mark of its own each; the last ones are the first ones again, a little noisier."""
    rng = np.random.default_rng(2)
    scene = rng.uniform(40, 200, (8, 8)).repeat(4, axis=0).repeat(4, axis=1)
    every = []
    for _ in range(count - copies):
        view = scene + rng.normal(0, 1.5)
        row, column = rng.integers(0, 26, 2)
        view[row : row + 6, column : column + 6] += rng.choice([-40, 40]) * rng.uniform(0.5, 1, (6, 6))
        every.append(view)
    every += [view + 0 for view in every[:copies]]
    noisy = np.stack(every) + rng.normal(0, 1, (count, 32, 32))
    return np.clip(noisy, 0, 255).astype(np.uint8).reshape(count, -1)


@pytest.mark.parametrize("probed", [100, 5])
def test_in_cells_the_copies_of_a_scene_are_found(monkeypatch, probed):
    fine = of_one_scene(260, 40)

    def found():
        return {
            (int(min(rows[r], columns[c])), int(max(rows[r], columns[c])))
            for rows, columns, distance in scenes.distances(fine, 64)
            for r, c in zip(*np.nonzero(np.isfinite(distance)), strict=True)
        }

    wanted = found()
    copies = {(n, 220 + n) for n in range(40)}
    assert len(wanted & copies) >= 36
    monkeypatch.setattr(cells, "FEWEST", 2)
    monkeypatch.setattr(cells, "PROBED", probed)
    in_cells = found()
    assert in_cells == wanted if probed == 100 else in_cells >= wanted & copies
    assert all(one < other for one, other in in_cells)


def test_within_a_scene_nothing_altered_is_looked_for(monkeypatch):
    made = views(300, 40)  # image 260 + n shows what image n does
    aspects = np.zeros(300, np.float32)
    wanted = {(n, 260 + n) for n in range(40)}
    scene = np.full(300, -1)
    scene[:20], scene[260:280] = 0, 0
    scene[20:30], scene[280:290] = 1, 2
    plain, apart = (altered.find(made, aspects, scene=given) for given in (None, scene))
    found = [pairs(one.one, one.other) & wanted for one in (plain, apart)]
    assert found[1] == found[0] - {(n, 260 + n) for n in range(20)}
    assert len(found[1]) >= 15


def test_scenes_are_numbered():
    near = Union(20)
    near.link(np.arange(9), np.arange(1, 10))
    near.link(np.array([12]), np.array([13]))
    labels, ranks = np.arange(20) % 2, np.zeros(20, int)
    assert scenes.numbers(near, labels, ranks).tolist() == [0] * 10 + [-1] * 10
