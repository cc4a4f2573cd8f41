from dataclasses import replace

import pytest

from core.charts.curves import Band, Best, curves
from core.charts.curves_figure import curves_figure
from core.charts.series import Line
from core.task import ClassificationSpec, MultiLabelSpec
from core.tasks.scorecard import Score
from tests.charts.helpers import STEPS_PER_EPOCH, check_figure, epoch_ended, phase_started, step_ended

EPOCHS = [epoch_ended(0, best=True), epoch_ended(1, best=True), epoch_ended(2, phase=1, val_loss=1.2)]
PHASES = [phase_started(0, 0, 2), phase_started(1, 2, 3, stages=("blocks.6", "head"))]
STEPS = [step_ended(i + 1, phase=int(i >= 8)) for i in range(14)]


def test_epochs_end_at_whole_numbers():
    got = curves(EPOCHS, [], PHASES, 5)
    assert got.val_loss == Line((1, 2, 3), (1.5, 1.0, 1.2))
    assert got.train_score == Line((1, 2, 3), (0.0, 0.5, 2 / 3))
    assert got.learning_rate == Line((1, 2, 3), (1e-3, 1e-3, 1e-3))
    assert got.best == Best(2, 1.0, 0.5)
    assert got.total_epochs == 5


def test_steps_lie_within_their_epoch():
    got = curves(EPOCHS, STEPS, PHASES, 5)
    assert got.step_loss.xs == tuple(i / STEPS_PER_EPOCH for i in range(1, 15))
    assert got.learning_rate.ys[-1] == STEPS[-1].learning_rate


def test_steps_before_the_first_epoch_need_to_know_how_many_there_are():
    assert curves([], STEPS[:2], PHASES[:1], 5).step_loss == Line()
    assert curves([], STEPS[:2], PHASES[:1], 5, STEPS_PER_EPOCH).step_loss.xs == (0.25, 0.5)


def test_a_resumed_run_places_steps_alike():
    """Only the later epochs are known."""
    assert curves(EPOCHS[1:], STEPS[8:], PHASES, 5).step_loss.xs[:2] == (2.25, 2.5)


def test_phases_become_bands():
    first, second = curves(EPOCHS, [], PHASES, 5).bands
    assert (first.start, first.end, first.names) == (0, 2, ("head", ""))
    assert second == Band(2, 5, ("blocks.6 + head", "blocks.6 + 1 more", "2 stages", ""), second.hint)
    assert "100 of 1,000 parameters train (10.0 %)" in second.hint


def test_a_phase_that_stopped_early_ends_where_the_next_begins():
    bands = curves([], [], [phase_started(0, 0, 10), phase_started(1, 4, 5)], 15).bands
    assert [(band.start, band.end) for band in bands] == [(0, 4), (4, 9)]


def test_a_phase_that_was_resumed_is_one_band():
    bands = curves([], [], [phase_started(0, 0, 10), phase_started(0, 0, 10)], 10).bands
    assert [(band.start, band.end) for band in bands] == [(0, 10)]


@pytest.mark.parametrize(
    ("epochs", "steps", "total"),
    [([], [], 0), ([], [], 5), ([], STEPS[:2], 5), (EPOCHS[:1], STEPS[:4], 5), (EPOCHS, STEPS, 5)],
)
def test_a_figure_at_every_moment(epochs, steps, total, theme):
    figure = curves_figure(curves(epochs, steps, PHASES[: 1 + (len(epochs) > 2)], total, STEPS_PER_EPOCH), theme)
    check_figure(figure, theme)
    texts = [note.text for note in figure.layout.annotations]
    assert ("The curves begin with the first step" in texts) == (not steps)


def test_figures_of_one_run_keep_traces_axes_and_zoom():
    """Plotly.react keeps the zoom only if traces, given ranges and uirevision do not change."""
    early, late = (
        curves_figure(curves(EPOCHS[:n], STEPS[: 4 * n], PHASES, 5, STEPS_PER_EPOCH), "light") for n in (0, 3)
    )
    assert [trace.uid for trace in early.data] == [trace.uid for trace in late.data]
    assert len({trace.uid for trace in late.data}) == len(late.data) == 8
    assert early.layout.uirevision == late.layout.uirevision
    for name in ("xaxis", "yaxis", "yaxis2", "yaxis3"):
        assert early.layout[name].range == late.layout[name].range
        assert early.layout[name].domain == late.layout[name].domain
    assert late.layout.xaxis.range == (0, 5)
    assert late.layout.yaxis.range is None


def test_the_best_epoch_is_marked_and_named():
    figure = curves_figure(curves(EPOCHS, [], PHASES, 5), "light")
    marker = next(trace for trace in figure.data if trace.uid == "loss-best")
    assert (marker.x, marker.y) == ((2,), (1.0,))
    assert "best: epoch 2" in [note.text for note in figure.layout.annotations]


def test_a_best_epoch_that_is_the_last_one_is_named_with_its_value():
    texts = [note.text for note in curves_figure(curves(EPOCHS[:2], [], PHASES, 5), "light").layout.annotations]
    assert any("validation 1.00, best" in text for text in texts)
    assert any("training 50 %" in text and "validation 50 %, best" in text for text in texts)
    assert not any(text.startswith("best:") for text in texts)


def test_panels_can_be_chosen():
    figure = curves_figure(curves(EPOCHS, STEPS, PHASES, 5), "dark", panels=("score",))
    assert {trace.yaxis for trace in figure.data} == {"y"}
    assert figure.layout.yaxis.domain == (0, 1)
    check_figure(figure, "dark")


def test_names_of_narrow_phases_give_way():
    phases = [phase_started(0, 0, 1, ("layer3", "layer4", "head")), phase_started(1, 1, 99, ("layer4", "head"))]
    texts = [note.text for note in curves_figure(curves([], [], phases, 100), "light").layout.annotations]
    assert "layer4 + head" in texts
    assert "layer3 + layer4 + head" not in texts


def test_a_phase_of_all_stages_is_called_everything():
    whole = replace(phase_started(0, 0, 5, ("stem", "layer1", "head")), trainable_parameters=1000)
    assert curves([], [], [whole], 5).bands[0].names == ("everything", "all", "")


def test_a_line_of_one_point_is_seen():
    figure = curves_figure(curves([], STEPS[:1], PHASES[:1], 5, STEPS_PER_EPOCH), "light")
    modes = {trace.uid: trace.mode for trace in figure.data if trace.x}
    assert modes == {"loss-step": "lines+markers", "rate": "lines+markers"}
    more = curves_figure(curves([], STEPS[:2], PHASES[:1], 5, STEPS_PER_EPOCH), "light")
    assert {trace.uid: trace.mode for trace in more.data if trace.x} == {"loss-step": "lines", "rate": "lines"}


def test_the_plot_has_no_margin_for_labels():
    """A phone's screen is 420 px wide: half of it went to the names of the lines."""
    assert curves_figure(curves(EPOCHS, STEPS, PHASES, 5), "light").layout.margin.r <= 20


def test_a_phase_that_is_solved_has_no_learning_rate_and_no_made_up_axis():
    solved = [replace(step_ended(step), learning_rate=0.0) for step in range(1, 5)]
    figure = curves_figure(curves([epoch_ended(0)], solved, [phase_started(0, 0, 2)], 2, STEPS_PER_EPOCH), "light")
    assert figure.layout.yaxis3.showticklabels is False
    assert any("L-BFGS: there is none" in text.text for text in figure.layout.annotations)
    stepped = curves_figure(curves([epoch_ended(0)], STEPS, [phase_started(0, 0, 2)], 2, STEPS_PER_EPOCH), "light")
    assert stepped.layout.yaxis3.showticklabels is None
    assert not any("solved" in text.text for text in stepped.layout.annotations)


def test_a_score_that_is_no_share_is_drawn_as_it_is(theme):
    values = (12.5, 3.25)
    epochs = [
        replace(epoch_ended(n, best=not n), metrics=(Score("boundary_error", value, share=False),))
        for n, value in enumerate(values)
    ]
    assert not curves(epochs, [], PHASES, 5).percent
    figure = curves_figure(curves(epochs, [], PHASES, 5), theme, panels=("score", "rate"))
    check_figure(figure, theme)
    drawn = {trace.uid: trace for trace in figure.data}
    assert drawn["score-val"].y == values
    assert drawn["score-best"].y == (12.5,)
    assert "%}" not in drawn["score-val"].hovertemplate.replace("%{y:.4~g}", "")
    assert (figure.layout.yaxis.range, figure.layout.yaxis.ticksuffix) == (None, None)
    assert "validation 3.25" in " ".join(note.text for note in figure.layout.annotations)
    shares = curves_figure(curves(EPOCHS, [], PHASES, 5), theme, panels=("score", "rate"))
    assert {trace.uid: trace for trace in shares.data}["score-val"].y == (50, 50, 50)
    assert (shares.layout.yaxis.range, shares.layout.yaxis.ticksuffix) == ((0, 103), " %")


@pytest.mark.parametrize("spec", [ClassificationSpec, MultiLabelSpec])
def test_the_score_has_its_title_before_the_first_epoch_has_ended(spec):
    before = curves([], STEPS[:2], PHASES[:1], 5, STEPS_PER_EPOCH, spec.score)
    ended = replace(EPOCHS[0], metrics=(Score(spec.score, 0.5),))
    assert before.score == curves([ended], STEPS[:2], PHASES[:1], 5, STEPS_PER_EPOCH, "accuracy").score
