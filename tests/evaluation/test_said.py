"""Every sentence on curves and kept epochs, over grids on both sides of each limit, word for word in `said.txt`."""

import itertools
import math
import os
from dataclasses import asdict
from pathlib import Path

import pytest

from core.evaluation import diagnosis
from core.evaluation.diagnosis import Augmentation, Leeway, diagnose
from core.evaluation.given import files_of
from core.evaluation.kept_words import choice_words, kept_choice, use_words
from core.experiment import BackboneSpec, Phase, Recipe
from core.screening.verdict import Verdict
from core.tasks.scorecard import Score
from tests.conftest import make_experiment
from tests.recorded import Recorded
from tests.uneven import an_epoch

RECORDED = Recorded(Path(__file__).with_name("said.txt"))
FALLING = [1.5, 1.2, 1.0, 0.85, 0.72, 0.6, 0.5, 0.42, 0.35, 0.3]
RISING = [1.4, 1.1, 0.9, 0.8, 0.78, 0.82, 0.88, 0.95, 1.02, 1.1]
SETTLED = [1.4, 1.0, 0.8, 0.71, 0.70, 0.70, 0.71, 0.70, 0.70, 0.71]
FLAT = [1.61, 1.62, 1.60, 1.61, 1.60, 1.61]
AUGMENTATIONS = [
    Augmentation(any, light, strength) for any, light, strength in
    itertools.product((True, False), (None, *Verdict), (True, False))
]  # fmt: skip
LEEWAYS = [Leeway(*bits) for bits in itertools.product((True, False), repeat=4)]


def curve(train, val, *, known=None, gap=0.0, phases=None, best=None):
    return [
        an_epoch(
            n, val[n], train_loss=loss, train_accuracy=known[n] if known else 1 - loss / 2,
            val_accuracy=(known[n] if known else 1 - loss / 2) - gap, phase=phases[n] if phases else 0,
            best=n == best if best is not None else val[n] == min(val[: n + 1]),
        )
        for n, loss in enumerate(train)
    ]  # fmt: skip


def bent(values, start, slope):
    """Values that go up by `slope` in every epoch from `start` on."""
    return [value if n < start else values[start - 1] + slope * (n - start + 1) for n, value in enumerate(values)]


def shaken(values, size):
    return [value + size * (-1) ** n * (1 + n % 3 / 4) for n, value in enumerate(values)]


def table(cells):
    return "\n".join(f"{name}: {text}" for name, text in cells)


def steps(low, high, step):
    return [round(low + step * n, 4) for n in range(round((high - low) / step) + 1)]


def of_curves():
    return {
        "the validation loss rises by so much an epoch": [
            (slope, curve(FALLING, bent(SETTLED, 5, slope))) for slope in steps(0, 0.05, 0.0025)
        ],
        "it rises since so many epochs": [(n, curve(FALLING, bent(SETTLED, 10 - n, 0.1))) for n in range(1, 10)],
        "it rises with so much noise": [
            (size, curve(FALLING, shaken(bent(SETTLED, 5, 0.05), size))) for size in steps(0, 0.08, 0.005)
        ],
        "the training loss falls by so much meanwhile": [
            (slope, curve(bent(FALLING, 5, -slope), RISING)) for slope in steps(-0.01, 0.04, 0.0025)
        ],
        "the training loss rises by so much an epoch": [
            (slope, curve(bent(FALLING, 6, slope), SETTLED)) for slope in steps(0, 0.1, 0.005)
        ],
        "the training loss rises since so many epochs": [
            (n, curve(bent(FALLING, 10 - n, 0.3), SETTLED)) for n in range(1, 9)
        ],
        "the gap in accuracy is so large": [
            (gap, curve(FALLING, SETTLED, gap=gap)) for gap in (0.1875, 0.1999, 0.2, 0.2001, 0.25, 0.5)
        ],
        "the validation loss is so many times the training loss": [
            (times, curve(FALLING, [value * times for value in SETTLED], gap=0.25)) for times in steps(0.6, 1.0, 0.02)
        ],
        "the validation loss still falls by so much an epoch": [
            (slope, curve([0.3] * 10, bent(SETTLED, 5, -slope))) for slope in steps(0, 0.03, 0.0015)
        ],
        "it still falls with so much noise": [
            (size, curve([0.3] * 10, shaken(bent(SETTLED, 5, -0.06), size))) for size in steps(0, 0.06, 0.004)
        ],
        "so much is learned in accuracy": [
            (gain, curve(FLAT, FLAT, known=[0.25] * 5 + [0.25 + gain])) for gain in (0, 0.049, 0.05, 0.051, 0.06, 0.5)
        ],
        "the accuracy is so high from the beginning": [
            (share, curve(FLAT, FLAT, known=[share] * 6)) for share in (0.1, 0.79, 0.8, 0.8001, 0.9)
        ],
        "the training loss has fallen by so much in all": [
            (fall, curve([1.6, *[1.6 - fall] * 5], FLAT, known=[0.2] * 6)) for fall in steps(0.03, 0.06, 0.002)
        ],
        "so many epochs without learning": [(n, curve(FLAT[:n], FLAT[:n], known=[0.2] * n)) for n in range(7)],
        "so many epochs of the newest phase": [
            (n, curve(FALLING, RISING, phases=[0] * (10 - n) + [1] * n)) for n in range(1, 10)
        ],
        "so many epochs of a run that memorises": [(n, curve(FALLING[:n], RISING[:n])) for n in range(11)],
        "the kept epoch": [(n, curve(FALLING, RISING, best=n)) for n in (0, 3, 9, 10)],
        "a loss is no number": [
            (
                place,
                curve(*(bent(loss, 1, math.nan) if place == n else loss for n, loss in enumerate((FALLING, RISING)))),
            )
            for place in (0, 1)
        ],
    }


@pytest.mark.parametrize("name", of_curves())
def test_a_curve_is_read_as_it_always_was(name):
    RECORDED.check(name, table((amount, diagnose(epochs)) for amount, epochs in of_curves()[name]))


CASES = {
    "memorising": (curve(FALLING, RISING), lambda parts: diagnosis._memorising(FALLING, RISING, 5, *parts)),
    "overfitting": (
        curve(FALLING, SETTLED, gap=0.25),
        lambda parts: diagnosis._overfitting(curve(FALLING, SETTLED, gap=0.25), SETTLED, *parts),
    ),
    "not learning": (
        curve(FLAT, FLAT, known=[0.2] * 6),
        lambda parts: diagnosis._not_learning(curve(FLAT, FLAT, known=[0.2] * 6), *parts),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_advice_fits_the_augmentation_and_what_can_be_changed(name):
    epochs, say = CASES[name]
    told = [(f"{one.any} {one.light} {one.strength}", diagnose(epochs, augmentation=one)) for one in AUGMENTATIONS]
    told += [(" ".join(map(str, asdict(one).values())), say((Augmentation(), one))) for one in LEEWAYS]
    RECORDED.check(f"{name}, by augmentation, then by leeway", table(told))


def test_the_leeway_of_a_phase_and_what_is_not_said_without_it():
    names = ("stem", "layer1", "layer2", "layer3", "layer4", "head")
    phases = (
        Phase(stages=("head",), epochs=1, solver="lbfgs"), Phase(stages=("head",), epochs=1),
        Phase(stages=names[-2:], epochs=1), Phase(stages=names, epochs=1),
    )  # fmt: skip
    told = []
    for patience in (0, 1):
        plan = make_experiment(
            "x", phases=phases, backbone=BackboneSpec(name="resnet18"), recipe=Recipe(patience=patience)
        )
        told += [(f"patience {patience}, phase {n}", tuple(asdict(Leeway.of(plan, n)).values())) for n in range(6)]
        for phase in range(4):
            rising = curve(bent(FALLING, 6, 0.3), SETTLED, phases=[phase] * 10)
            told.append((f"too large steps in phase {phase}", diagnose(rising, experiment=plan)))
    RECORDED.check("leeway", table(told))


def test_a_run_that_goes_on_is_not_said_to_improve_still():
    falling = curve([0.3] * 10, bent(SETTLED, 5, -0.05))
    assert diagnose(falling).startswith("The validation loss was still falling at the end (")
    assert diagnose(falling, finished=False) is None


def of_kept():
    """Epochs of one to three phases: the kept one in each place, later gains on both sides of zero and of chance."""
    first = [an_epoch(0, 1.9, best=True), an_epoch(1, 0.56, best=True), an_epoch(2, 0.7)]
    for gain, error in itertools.product((None, -0.3, 0.0, 0.01, 0.25, 0.5), (None, 0.1, 0.25)):
        later = [an_epoch(3 + n, loss, phase=1, gain=gain and gain + n / 64, gain_error=error) for n, loss in
                 enumerate((0.9, 0.3, 0.5))]  # fmt: skip
        yield f"gain {gain} with error {error}", [*first, *later]
    yield "none is kept", [an_epoch(0, 1.0)]
    yield "there is none", []
    yield "the first of one", first[:1]
    yield "the last", [*first, an_epoch(3, 0.5, phase=1, best=True)]
    yield "the last but one", [*first, an_epoch(3, 0.5, phase=1, best=True), an_epoch(4, 0.6, phase=1)]
    yield "two phases more", [
        *first, an_epoch(3, 0.9, phase=1, gain=0.01, gain_error=0.2),
        an_epoch(4, 0.3, phase=2, gain=0.1, gain_error=1.0),
        an_epoch(5, 0.4, phase=2, gain=0.05, gain_error=1.0), an_epoch(6, 0.8, phase=3, gain=-0.5, gain_error=0.1),
    ]  # fmt: skip
    scored = (Score("boundary_error", 3.25, higher_is_better=False, share=False),)
    better = (Score("boundary_error", 2.5, higher_is_better=False, share=False),)
    yield (
        "a score that is better when low",
        [
            an_epoch(0, 1.0, best=True, metrics=scored),
            an_epoch(1, 1.0, phase=1, gain=0.01, gain_error=1.0, metrics=better),
        ],
    )


def test_the_kept_epoch_is_told_as_it_always_was():
    told = []
    for name, epochs in of_kept():
        choice = kept_choice(epochs)
        told.append((name, choice and "; ".join(map(str, (*choice[:4], [tuple(one[:3]) for one in choice.later])))))
        if choice is not None:
            monitors = ("loss", "accuracy", "macro-f1", "map")
            told += [(f"  {monitor}", choice_words(choice, monitor, 17)) for monitor in monitors]
            told.append(("  in use", use_words(choice)))
    RECORDED.check("the kept epoch and later phases", table(told))


def test_the_limits_of_noise_and_difference():
    raw = [1.0, 0.8, 0.9, 0.7, 0.75, 0.5]
    told = [
        ("smoothed", [round(value, 6) for value in diagnosis._smoothed(raw)]),
        ("lowest", [diagnosis._lowest([2, 1, 1, 3]), diagnosis._lowest([1]), diagnosis._lowest([3, 2, 1])]),
        *((f"noise of {n}", round(diagnosis._noise(raw[:n]), 6)) for n in range(7)),
        ("noise of a line", diagnosis._noise([1.0, 2.0, 3.0, 4.0])),
        *((f"{high} above 1", diagnosis._differ(1.0, high, [1.0] * 5)) for high in (1.02, 1.03, 1.031)),
        *((f"{high} above -1", diagnosis._differ(-1.0, high, [1.0] * 5)) for high in (-0.98, -0.97, -0.969)),
        *((f"{high} above 1 in noise", diagnosis._differ(1.0, high, raw)) for high in steps(1.2, 1.5, 0.02)),
        *((f"{high} above 1 by a fifth", diagnosis._differ(1.0, high, [1.0] * 5, 0.2)) for high in (1.2, 1.21)),
    ]
    RECORDED.check("limits", table(told))


FILES = {
    "a.PNG": b"text", "b.JpEg": b"", "10": b"\x89PNG\r\n\x1a\n", "9": b"\xff\xd8\xff\xe0", "notes.txt": b"text",
    "empty": b"", "data.bin": b"\x00\x01\x02", "archive.zip": b"PK\x03\x04", "Thumbs.db": b"x", ".DS_Store": b"x",
    "._c.png": b"\x00\x05\x16\x07", ".far.png.icloud": b"bplist00", "deep/2.png": b"x", "deep/10.png": b"x",
    "deep/er/1.png": b"x", "Deep 2/1.png": b"x", ".hidden/1.png": b"\x89PNG\r\n\x1a\n", "__MACOSX/1.png": b"x",
    "@eaDir/1.png": b"x", ".git/1.png": b"x", "page.html": b"<!DOCTYPE html><html></html>", "doc.pdf": b"%PDF-1.7",
}  # fmt: skip


def test_what_is_given_is_listed_as_it_always_was(tmp_path):
    folder = tmp_path / "in"
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (tmp_path / "out.png").write_bytes(b"x")
    (folder / "leads out.png").symlink_to(tmp_path / "out.png")
    (folder / "leads in.png").symlink_to(folder / "deep" / "2.png")
    (folder / "again").symlink_to(folder / "deep")
    os.mkfifo(folder / "pipe.png")
    told = []
    named = [folder / "notes.txt", folder / "deep" / "er", tmp_path / "gone"]
    for given in ([folder], named, [folder / "leads out.png"]):
        told.append(", ".join(str(one.relative_to(tmp_path)) for one in given))
        for one in files_of(given):
            assert one.content() == Path(one.name)
            told.append(f"  {one.name} wanted {one.wanted} hidden {one.hidden} {one.reason}")
    RECORDED.check("given", "\n".join(told).replace(str(tmp_path), "TMP"))


def test_nothing_is_said_of_a_phase_in_which_one_loss_is_no_number():
    climbing = bent(FALLING, 6, 0.3)
    assert diagnose(curve(climbing, SETTLED)).startswith("The training loss has risen")
    assert diagnose(curve(climbing, [math.nan, *SETTLED[1:]])) is None
    falling = curve([0.3] * 10, bent(SETTLED, 5, -0.05))
    assert diagnose(falling).startswith("The validation loss was still falling")
    assert diagnose(curve([math.inf, *[0.3] * 9], bent(SETTLED, 5, -0.05))) is None
