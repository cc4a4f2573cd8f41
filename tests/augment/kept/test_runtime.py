"""The code that exported scripts share with the app: what is drawn, what fires, and where an image is cut."""

import numpy as np
import pytest

from core.augment.standalone import runtime
from core.augment.standalone.elastic import waves
from core.augment.standalone.runtime import Stage, StepFailed, _chosen, _reference, draw, fired, middle, square, view


class Plain:
    """A transform that adds a number and notes how it was seeded."""

    def __init__(self, more=1, fails=None):
        self.more, self.fails, self.params, self.seeds, self.given = more, fails, {}, [], []

    def set_random_state(self, numbers, words):
        self.seeds.append((int(numbers.integers(1 << 30)), words.randrange(1 << 30)))

    def __call__(self, image, **others):
        if self.fails:
            raise self.fails
        self.given.append({key: [one.shape for one in images] for key, images in others.items()})
        self.params = {"added": self.more}
        return {"image": image + self.more}


def numbered(height, width):
    return np.arange(height * width, dtype=np.int64).reshape(height, width, 1).repeat(3, axis=2)


@pytest.mark.parametrize(
    ("height", "width", "side", "first", "shape"),
    [(6, 8, 4, (1, 2), (4, 4)), (7, 9, 4, (2, 2), (4, 4)), (7, 5, 4, (2, 0), (4, 4)), (3, 9, 4, (0, 2), (3, 4)),
     (4, 4, 4, (0, 0), (4, 4)), (5, 7, 2, (2, 2), (2, 2))],
)  # fmt: skip
def test_the_middle_is_rounded_to_even(height, width, side, first, shape):
    inner = middle(numbered(height, width), side)
    assert inner.shape[:2] == shape
    assert inner[0, 0, 0] == first[0] * width + first[1]


def test_a_small_image_is_mirrored_to_both_sides_and_more_to_the_end():
    found = square(numbered(1, 3), 4)[..., 0]
    assert found.tolist() == [[0, 1, 2, 2]] * 4
    found = square(numbered(3, 2), 5)[..., 0]
    assert found.tolist() == [[0, 0, 1, 1, 0], [0, 0, 1, 1, 0], [2, 2, 3, 3, 2], [4, 4, 5, 5, 4], [4, 4, 5, 5, 4]]
    whole = numbered(4, 4)
    assert square(whole, 4) is not whole
    assert np.shares_memory(square(whole, 4), whole) is False


def test_what_a_stream_draws_is_that_of_its_name():
    assert draw("a") == (pytest.approx(0.10796768309177533, abs=1e-15), 1019812529)
    assert draw("7|d|2|Rotate|0") == (pytest.approx(0.29237761250957806, abs=1e-15), 1816801736)
    coins = [draw(f"7|digest|{number}|Rotate|0")[0] for number in range(400)]
    assert all(0 <= coin < 1 for coin in coins)
    assert 0.45 < sum(coins) / 400 < 0.55
    assert len({draw(f"x|{number}")[1] for number in range(400)}) == 400


def test_a_stage_fires_by_its_own_stream_and_a_choice_takes_one_option():
    options = (Stage(0, "a", 1.0, Plain(), weight=3.0), Stage(2, "b", 0.5, Plain(), weight=1.0))
    stages = (Stage(0, "Rotate|0", 0.3, Plain()), Stage(4, "OneOf|0", 0.9, options=options))
    seen = []
    for number in range(2000):
        found = fired(stages, seed=7, digest="d", number=number)
        seen += [(one.index, one.option) for one in found]
        for one in found:
            stream = f"7|d|{number}|{stages[one.index > 0].key}"
            stream += f"|{one.stage.key}" if one.option is not None else ""
            assert (one.stream, one.state) == (stream, draw(stream)[1])
            assert one.stage in (stages[0], *options)
    shares = {key: seen.count(key) / 2000 for key in sorted(set(seen), key=str)}
    assert shares == pytest.approx({(0, None): 0.3, (4, 0): 0.9 * 0.75, (4, 2): 0.9 * 0.25 * 0.5}, abs=0.03)


@pytest.mark.parametrize(("coin", "chosen"), [(0.0, 0), (0.2499, 0), (0.25, 1), (0.7499, 1), (0.75, 2), (0.9999, 2)])
def test_a_coin_chooses_by_weight(coin, chosen):
    options = tuple(Stage(n, str(n), 1.0, weight=weight) for n, weight in enumerate((1.0, 2.0, 1.0)))
    assert _chosen(options, coin) is options[chosen]


def test_stages_are_applied_in_order_from_their_seeds_and_a_failure_names_its_own():
    first, second = Plain(1), Plain(10)
    stages = (Stage(0, "a", 1.0, first), Stage(1, "b", 0.0, Plain(100)), Stage(2, "c", 1.0, second))
    drawn = []
    base = numbered(4, 4)
    made = view(stages, base, side=4, seed=1, digest="d", number=2, drawn=drawn)
    assert (made == base + 11).all()
    assert [(firing.index, params) for firing, params in drawn] == [(0, {"added": 1}), (2, {"added": 10})]
    view(stages, base, side=4, seed=1, digest="d", number=2)
    view(stages, base, side=4, seed=1, digest="d", number=3)
    assert first.seeds[0] == first.seeds[1] != first.seeds[2]
    assert first.seeds[0] != second.seeds[0]
    assert first.given[0] == {}
    plain = view((stages[1],), numbered(6, 8), side=4, seed=1, digest="d", number=2)
    assert (plain == middle(numbered(6, 8), 4)).all()
    broken = (stages[0], Stage(5, "e", 1.0, Plain(fails=KeyError("no"))))
    with pytest.raises(StepFailed) as failed:
        view(broken, base, side=4, seed=1, digest="d", number=2)
    assert str(failed.value) == "KeyError: 'no'"
    assert failed.value.firing.index == 5


def test_a_panorama_is_cut_to_four_times_its_short_side_before_the_steps():
    shapes = []

    class Shape(Plain):
        def __call__(self, image, **others):
            shapes.append((image.shape[:2], *(one.shape[:2] for images in others.values() for one in images)))
            return super().__call__(image, **others)

    class Others:
        digests = ("d", "e")

        def __getitem__(self, index):
            return numbered(50, 5)

    stages = (Stage(0, "a", 1.0, Shape(), metadata="others"),)
    for height, width in ((4, 16), (4, 17), (30, 3)):
        view(stages, numbered(height, width), side=4, seed=1, digest="d", number=2, references=Others())
    assert shapes == [((4, 16), (20, 5)), ((4, 16), (20, 5)), ((12, 3), (20, 5))]
    view(stages, numbered(4, 6), side=4, seed=1, digest="d", number=2)
    assert shapes[-1] == ((4, 6), (4, 6)), "without others it looks at itself"


def test_references_are_others_and_the_next_one_where_one_is_gone():
    class Others:
        digests = ("a", "b", "c", "d")
        gone = ()

        def __getitem__(self, index):
            if index in self.gone:
                raise LookupError(index)
            return np.full((3, 3, 3), index)

    others, base = Others(), np.full((3, 3, 3), 9)
    chosen = {number: int(_reference(others, f"s{number}", "b", base)[0, 0, 0]) for number in range(60)}
    assert sorted(set(chosen.values())) == [0, 2, 3]
    others.gone = (2,)
    for number, before in chosen.items():
        assert _reference(others, f"s{number}", "b", base)[0, 0, 0] == (3 if before == 2 else before)
    others.gone = (0, 2, 3)
    assert _reference(others, "s", "b", base) is base
    assert _reference(None, "s", "b", base) is base


@pytest.mark.parametrize("sigma", [0.5, 2.0, 9.0])
def test_waves_have_spread_one_everywhere_and_the_size_that_is_asked_for(sigma):
    made = np.stack([waves(24, 40, sigma, np.random.default_rng(seed)) for seed in range(300)])
    assert made.shape[1:] == (24, 40)
    spread = made.std(axis=0)
    assert spread.min() > 0.75
    assert spread.max() < 1.25
    assert abs(float(made.mean())) < 0.1
    near = float((made[:, :, 1:] * made[:, :, :-1]).mean())
    # neighbours of blurred noise agree by exp(-1 / (4 sigma^2))
    assert near == pytest.approx(np.exp(-1 / (4 * sigma**2)), abs=0.2 if sigma < 1 else 0.06)


def test_the_aspect_is_that_which_bounds_the_time():
    assert runtime.LONGEST_ASPECT == 4
