"""What a phase trains is fed by what its frozen stages make of images, under a name for all that this depends on."""

import pytest
import torch

from core.backbones.build import build
from core.backbones.rng import seeded
from core.backbones.stages import stages
from core.experiment import BackboneSpec, PipelineSpec
from core.features import phase_inputs as module
from core.features import sources
from core.features.phase_inputs import PhaseInputs, choose_precision
from core.features.pixels import Pixels
from core.features.sources import Features
from core.features.store import FeatureStore
from tests.features.helpers import CPU, FLIPS, nearly, rows, some_pixels

NAME = "timm/resnet10t"
NAMES = ("stem", "layer1", "layer2", "layer3", "layer4", "head")


@pytest.fixture
def model():
    return build(BackboneSpec(name=NAME, weights="none", image_size=32), 2, seed=0).eval()


def some_feeds(model, *phases, pixels=None, views=2, n_images=24, precision="fp32", store=None):
    table = stages(model, NAME)
    pixels = pixels or some_pixels()
    return PhaseInputs(
        model, table, pixels, phases or [("head",)], views=views, n_images=n_images, device=CPU, precision=precision,
        store=store,
    )  # fmt: skip


def counted(model, phase_input, items, view=0):
    """What the feed's source gives, and how many images went through the model's first layer for it."""
    seen = []
    hook = model.conv1.register_forward_pre_hook(lambda _, given: seen.append(int(given[0].flatten(1).any(1).sum())))
    found, _ = rows(phase_input.source, items, view)
    hook.remove()
    return found, sum(seen)


def whole(model, items, view=0):
    with torch.no_grad():
        return {name: model(row[None])[0] for name, row in rows(some_pixels(), items, view)[0].items()}


@pytest.mark.parametrize(
    ("trainable", "cut"),
    [(("head",), "head"), (("layer4", "head"), "layer4"), (("layer3", "head"), "layer3"), (("layer1",), "layer1")],
)
@pytest.mark.parametrize("views", [2, "fresh"])
def test_the_part_on_its_source_is_the_model(model, items, trainable, cut, views):
    phase_input = some_feeds(model, trainable, views=views).of_phase(0)
    assert phase_input.cut == cut
    assert isinstance(phase_input.source, Features)
    assert phase_input.features is phase_input.source
    found, _ = counted(model, phase_input, items[:9])
    with torch.no_grad():
        nearly({name: phase_input.suffix(row[None])[0] for name, row in found.items()}, whole(model, items[:9]))
        images = torch.stack(list(rows(some_pixels(), items[:9], 0)[0].values()))
        torch.testing.assert_close(phase_input.suffix(phase_input.prefix(images)), model(images))
    assert not phase_input.prefix(images).requires_grad


def test_where_the_first_stage_is_trained_the_model_is_fed_with_pixels(model):
    phase_input = some_feeds(model, ("stem", "head")).of_phase(0)
    assert (phase_input.cut, phase_input.prefix, phase_input.features) == (None, None, None)
    assert isinstance(phase_input.source, Pixels)
    assert phase_input.suffix is model


def another_seed(model):
    return build(BackboneSpec(name=NAME, weights="none", image_size=32), 2, seed=1).eval()


def moved_statistic(model):
    model.layer3[0].bn1.running_mean[0] += 1
    return model


def another_head(model):
    with torch.no_grad():
        model.fc.weight.add_(1)
    return model


@pytest.mark.parametrize(
    ("change", "options", "computed"),
    [
        pytest.param(None, {}, 0, id="nothing"),
        pytest.param(another_head, {}, 0, id="weights behind the cut"),
        pytest.param(another_seed, {}, 24, id="weights"),
        pytest.param(moved_statistic, {}, 24, id="a BatchNorm statistic"),
        pytest.param(None, {"precision": "bf16"}, 24, id="number format"),
        pytest.param(None, {"pixels": some_pixels(size=64, resized=64)}, 24, id="input size"),
        pytest.param(None, {"pixels": some_pixels(seed=1)}, 24, id="seed"),
        pytest.param(None, {"pixels": some_pixels(pipeline=PipelineSpec())}, 24, id="pipeline"),
        pytest.param(None, {"trainable": ("layer4", "head")}, 24, id="cut"),
        pytest.param(None, {"trainable": ("head",), "views": 8}, 0, id="more views"),
    ],
)
def test_only_a_change_of_what_features_depend_on_is_a_miss(
    model, items, tmp_path, monkeypatch, change, options, computed
):
    monkeypatch.setattr(module, "folded", lambda part, _: part)  # images are counted at the model's own first layer
    store = FeatureStore(tmp_path / "kept")
    _, seen = counted(model, some_feeds(model, store=store).of_phase(0), items)
    assert seen == 24
    model = change(model) if change else model
    options = dict(options)
    trainable = options.pop("trainable", ("head",))
    _, seen = counted(model, some_feeds(model, trainable, store=store, **options).of_phase(0), items)
    assert seen == computed


def test_images_go_through_shared_stages_once_for_two_phases(model, items):
    """Without a store, so that each phase has nothing but what it computes."""
    store_free = some_feeds(model, ("layer4", "head"), ("head",))
    first, seen = counted(model, store_free.of_phase(0), items)
    assert seen == 24
    alone, _ = counted(model, some_feeds(model, ("head",)).of_phase(0), items)
    second, _ = counted(model, store_free.of_phase(1), items)
    nearly(second, alone)
    assert first.keys() == second.keys()


@pytest.mark.parametrize(
    ("phases", "blocks"),
    [
        # for the head alone, images go up to layer4 and from there to the head: the second phase begins at layer4
        ([("head",), ("layer4", "head")], [2, 2]),
        ([("layer4", "head"), ("head",)], [1, 2]),
        ([("head",)], [1]),
        ([("head",), ("stem", "head")], [1, 1]),  # nothing to share
        ([("head",), ("stem",), ("layer4", "head")], [1, 1, 2]),  # the weights are others by then
    ],
)
def test_neighbouring_phases_share_a_base(model, items, tmp_path, phases, blocks):
    store = FeatureStore(tmp_path / "kept")
    made = some_feeds(model, *phases, store=store)
    went_through = []
    for index, expected in enumerate(blocks):
        _, seen = counted(model, made.of_phase(index), items)
        went_through.append(seen)
        assert len(list(tmp_path.glob("kept/*.rows"))) == expected
    shared = [n for n, phase in enumerate(phases) if n and {phases[n - 1][0], phase[0]} == {"head", "layer4"}]
    assert all(went_through[n] == 0 for n in shared)
    assert went_through[0] == 24


def test_a_base_that_would_be_too_large_is_not_kept(model, items, tmp_path, monkeypatch):
    phases, store = (("head",), ("layer2", "head")), FeatureStore(tmp_path / "kept")
    made = some_feeds(model, *phases, store=store)
    assert made.kept_bytes("layer2") == 24 * 3 * 64 * 8 * 8 * 4
    assert made.kept_bytes("head") == 24 * 3 * 512 * 4
    monkeypatch.setattr(module, "MEMORY_BYTES", made.kept_bytes("layer2") - 1)
    counted(model, made.of_phase(0), items)
    assert len(list(tmp_path.glob("kept/*.rows"))) == 1
    assert made.shared_cut(0) == "head"


def test_features_of_which_one_view_is_too_large_are_not_kept(model, items, monkeypatch):
    for limit, seen in ((24 * 512 * 4, 0), (24 * 512 * 4 - 1, 24)):
        for place in (module, sources):
            monkeypatch.setattr(place, "MEMORY_BYTES", limit)
        made = some_feeds(model, ("head",))
        phase_input = made.of_phase(0)
        assert [counted(model, phase_input, items)[1] for _ in range(2)] == [24, seen]
        assert (made.kept_bytes("head") is None, made.most_kept_bytes() == 0) == (seen > 0, seen > 0)
        assert len(phase_input.features.notes) == (seen > 0)
        for views in (2, "fresh"):  # nor plain images
            phase_input = some_feeds(model, ("head",), views=views).of_phase(0)
            assert [counted(model, phase_input, items, None)[1] for _ in range(2)] == [24, seen]


def test_a_base_of_which_one_view_is_too_large_is_no_base(model, monkeypatch):
    made = some_feeds(model, ("head",), ("layer2", "head"))
    assert made.shared_cut(0) == "layer2"
    monkeypatch.setattr(module, "MEMORY_BYTES", 24 * 64 * 8 * 8 * 4 - 1)
    assert made.kept_bytes("layer2") is None
    assert made.shared_cut(0) == "head"


@pytest.mark.parametrize(("room", "views"), [(0.9, 0), (1.0, 1), (2.9, 2), (3.0, 3), (9.0, 3)])
def test_of_views_beyond_the_limit_so_many_are_kept_as_a_gpu_has_room_for(model, monkeypatch, room, views):
    made, view_bytes = some_feeds(model, ("layer2", "head")), 24 * 64 * 8 * 8 * 4
    monkeypatch.setattr(module, "MEMORY_BYTES", view_bytes - 1)
    monkeypatch.setattr(module, "room_on", lambda device: int(room * view_bytes))
    assert made.kept_bytes("layer2") == (views * view_bytes or None)


def test_fresh_views_have_no_size_and_no_base(model, items, tmp_path):
    made = some_feeds(model, ("head",), ("layer4", "head"), views="fresh", store=FeatureStore(tmp_path / "kept"))
    assert made.kept_bytes("head") is None
    phase_input = made.of_phase(0)
    assert [counted(model, phase_input, items, view)[1] for view in (0, 1, 0)] == [24, 24, 24]
    assert list(tmp_path.glob("kept/*")) == []
    assert [counted(model, phase_input, items, None)[1] for _ in range(2)] == [24, 0]


def test_a_model_that_can_be_cut_at_the_head_only_says_so(model, monkeypatch):
    from core.backbones.split import _HeadOnly

    assert some_feeds(model, ("layer4", "head")).notes == []
    monkeypatch.setattr(module, "parts", _HeadOnly)
    (note,) = some_feeds(model, ("head",), ("layer4", "head")).notes
    assert "before its head only" in note
    assert some_feeds(model, ("head",), ("stem", "head")).notes == []
    assert some_feeds(model, ("layer4", "head")).of_phase(0).cut is None
    assert some_feeds(model, ("head",)).of_phase(0).cut == "head"


def test_bf16_is_chosen_only_where_it_is_quick_and_gives_the_same(model, items, monkeypatch):
    pixels = some_pixels()

    def chosen(part, precision="auto"):
        return choose_precision(part, pixels, items, CPU, precision)

    monkeypatch.setattr("core.features.precision.is_quick_in_bf16", lambda device: True)
    assert chosen(lambda images: images.flatten(1)) == "bf16"
    assert chosen(lambda images: images.flatten(1), "fp32") == "fp32"
    with seeded(0):
        noise = torch.randn(2, 9)
    rough = iter([noise, -noise])
    assert chosen(lambda images: next(rough)) == "fp32"
    for item in items[:2]:
        item.path.unlink()
    assert choose_precision(torch.flatten, some_pixels(), items, CPU, "auto") == "fp32"
    monkeypatch.setattr("core.features.precision.is_quick_in_bf16", lambda device: False)
    assert chosen(lambda images: images.flatten(1)) == "fp32"
    assert chosen(lambda images: images.flatten(1), "bf16") == "bf16"


def test_the_same_images_under_another_pipeline_have_its_views():
    plain = some_pixels(PipelineSpec())
    flipped = plain.under(FLIPS)
    assert flipped.key(3) == some_pixels(FLIPS).key(3) != plain.key(3)
    assert flipped.key(None) == plain.key(None)
    assert flipped.image_views.cache is plain.image_views.cache
