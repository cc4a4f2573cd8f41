"""Made-up events, and what every figure must hold."""

from core.training.events import EpochEnded, PhaseStarted, StepEnded

STEPS_PER_EPOCH = 4
HOSTILE = "<img src=x onerror=alert(1)><b>bold</b> %{x} $a$ &lt;"


def epoch_ended(epoch, phase=0, val_loss=None, best=False):
    return EpochEnded(
        epoch=epoch,
        phase=phase,
        step=STEPS_PER_EPOCH * (epoch + 1),
        train_loss=1 / (epoch + 1),
        train_accuracy=epoch / (epoch + 1),
        val_loss=0.5 + 1 / (epoch + 1) if val_loss is None else val_loss,
        val_accuracy=0.5,
        learning_rate=1e-3,
        seconds=1.0,
        images_per_second=10.0,
        best=best,
    )


def step_ended(step, phase=0, loss=1.0):
    return StepEnded(
        step=step,
        epoch=(step - 1) // STEPS_PER_EPOCH,
        phase=phase,
        loss=loss,
        learning_rate=1e-3 / step,
        images_per_second=10.0,
    )


def phase_started(phase, first_epoch, epochs, stages=("head",)):
    return PhaseStarted(
        phase=phase,
        stages=stages,
        first_epoch=first_epoch,
        epochs=epochs,
        learning_rate=1e-3,
        trainable_parameters=100,
        total_parameters=1000,
    )


def all_texts(value):
    """Every string in a figure, at any depth."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in all_texts(item)]
    if isinstance(value, list | tuple):
        return [text for item in value for text in all_texts(item)]
    return [value] if isinstance(value, str) else []


def check_figure(figure, theme):
    """What holds for every figure: harmless text, own colours, finite JSON, a ground that shows the page."""
    plain = figure.to_plotly_json()
    assert not [text for text in all_texts(plain) if "<img" in text or "%{x} $" in text]
    assert figure.layout.paper_bgcolor == "rgba(0, 0, 0, 0)"
    assert figure.layout.uirevision
    assert "NaN" not in figure.to_json()
    for trace in plain["data"]:
        marked = [trace.get(key, {}).get("color") for key in ("line", "marker", "textfont")]
        assert any(marked) or trace.get("colorscale"), trace["type"]
