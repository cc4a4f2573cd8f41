"""What a run keeps on disk comes back as it was, and only to whom it belongs."""

from dataclasses import asdict, fields, replace

import pytest
import torch

from core.errors import ResumeRefused, UnreadableWeights
from core.experiment import DataSpec, Experiment, Phase
from core.model.record import ModelRecord, read_record
from core.training.checkpoints import BEST, LAST, Checkpoints, Position, Precisions, load_best

RECORD = ModelRecord.of(
    Experiment(data=DataSpec(source="here"), phases=(Phase(stages=("head",), epochs=9),)), ("é", "b")
).changed(epoch=3)
AT = Position(
    epoch=7, phase=2, step=31, epoch_in_phase=3, stale_epochs=4, phase_over=True, phase_best=0.25, best_loss=0.125,
    best_epoch=5, best_phase=1, best_value=0.75, best_each=(0.5, 0.625), thresholds=(0.375, 0.25),
    best_thresholds=(0.125,),
)  # fmt: skip


@pytest.fixture
def parts():
    """A model, its optimizer after two steps, and a scaler."""
    torch.manual_seed(0)
    model = torch.nn.Linear(3, 2)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.1)
    for _ in range(2):
        model(torch.rand(4, 3)).sum().backward()
        optimizer.step()
    return model, optimizer, torch.amp.GradScaler("cpu", enabled=False)


def test_every_part_of_the_state_comes_back(tmp_path, parts):
    model, optimizer, scaler = parts
    kept = Checkpoints(tmp_path, "experiment", "images")
    assert not kept.exist
    assert kept.load_last() is None
    kept.save_best(model, RECORD)
    kept.save_last(model, optimizer, scaler, AT, Precisions("bf16", "fp16"))
    assert kept.exist
    state = Checkpoints(tmp_path, "experiment", "images").load_last()
    assert state.position == AT
    assert state.precisions == ("bf16", "fp16")
    assert all(torch.equal(state.model[name], tensor) for name, tensor in model.state_dict().items())
    assert state.optimizer["param_groups"] == optimizer.state_dict()["param_groups"]
    for number, moments in optimizer.state_dict()["state"].items():
        assert all(torch.equal(state.optimizer["state"][number][key], value) for key, value in moments.items())
    assert state.scaler == scaler.state_dict()
    values = list(asdict(AT).values())
    assert len({(type(value), value) for value in values}) == len(fields(Position)), "no two of them are alike"


@pytest.mark.parametrize(
    ("experiment", "images", "what"), [("other", "images", "experiment"), ("experiment", "other", "data")]
)
def test_a_state_of_something_else_is_refused(tmp_path, parts, experiment, images, what):
    kept = Checkpoints(tmp_path, "experiment", "images")
    kept.save_best(parts[0], RECORD)
    kept.save_last(*parts, AT, Precisions("fp32", "fp32"))
    with pytest.raises(ResumeRefused, match=f"another {what} than"):
        Checkpoints(tmp_path, experiment, images).load_last()


def test_without_the_best_weights_so_far_there_is_nothing_to_go_on_from(tmp_path, parts):
    kept = Checkpoints(tmp_path, "experiment", "images")
    kept.save_last(*parts, AT, Precisions("fp32", "fp32"))
    assert kept.load_last() is None
    for best in (-1, AT.epoch):  # none was kept yet, or the state has the very weights
        kept.save_last(*parts, replace(AT, best_epoch=best), Precisions("fp32", "fp32"))
        assert kept.load_last().position.best_epoch == best


def test_a_state_of_before_frozen_formats_is_of_fp32(tmp_path, parts):
    kept = Checkpoints(tmp_path, "experiment", "images")
    kept.save_best(parts[0], RECORD)
    kept.save_last(*parts, AT, Precisions("bf16", "fp32"))
    content = torch.load(tmp_path / LAST, weights_only=True)
    del content["frozen_precision"], content["trained_precision"]
    torch.save(content, tmp_path / LAST)
    assert kept.load_last().precisions == ("fp32", "")  # which `precisions_of` makes out


def test_the_best_weights_come_back_with_their_record(tmp_path, parts):
    model = parts[0]
    Checkpoints(tmp_path, "experiment", "images").save_best(model, RECORD)
    other = torch.nn.Linear(3, 2)
    load_best(tmp_path, other)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), other.parameters(), strict=True))
    assert read_record(tmp_path / BEST) == RECORD
    with pytest.raises(UnreadableWeights):
        load_best(tmp_path, torch.nn.Linear(3, 5))
    (tmp_path / BEST).write_bytes(b"half a file")
    with pytest.raises(UnreadableWeights):
        load_best(tmp_path, other)
    (tmp_path / BEST).unlink()
    with pytest.raises(UnreadableWeights):
        load_best(tmp_path, other)
