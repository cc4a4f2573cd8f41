"""What a view worker answers, message by message, in this process."""

import io
from types import SimpleNamespace

import numpy as np
import pytest

from core.data.geometry import Geometry
from core.errors import GraftError, InvalidPipeline, UnreadableImage
from core.experiment import PipelineSpec, Step
from core.features.workers import process, worker
from core.features.workers.messages import Asked, Closed, Made, Opened, Trying, Unit, Written, receive, send
from core.shared import SharedFile

SIDE = 2
BYTES = 3 * SIDE**2


class Views:
    """Pixels that say which image and view they are; some names stand for errors."""

    geometry = Geometry(SIDE, SIDE)

    def image(self, asked, number):
        if asked.file in ERRORS:
            raise ERRORS[asked.file]
        return np.full((SIDE, SIDE, 3), int(asked.file) + (number or 0), np.uint8)


class Unportable(Exception):
    def __reduce__(self):
        raise TypeError("never")


ERRORS = {
    "unreadable": UnreadableImage("half a file"), "gone": FileNotFoundError("not there"),
    "wrong": InvalidPipeline("Step 1 fails"), "odd": Unportable("deep inside"),
}  # fmt: skip


def asked(*names):
    return tuple(Asked(name, f"digest of {name}", None, 8, 9, None) for name in names)


def opened(key):
    return Opened(key, "{}", Views.geometry, 0, None, None, None)


@pytest.fixture
def told(monkeypatch):
    """Answers to messages, and what was written where."""
    written = []

    def answer(*messages):
        asks, answers = io.BytesIO(), io.BytesIO()
        for message in messages:
            send(asks, message)
        asks.seek(0)
        file = SimpleNamespace(write=lambda view, at: written.append((at, view.tolist())))
        monkeypatch.setattr(process, "_open", lambda message: process._Opened(Views(), file))
        with pytest.raises(EOFError):
            process.serve(asks, answers)
        answers.seek(0)
        found = []
        while answers.tell() < len(answers.getvalue()):
            found.append(receive(answers))
        return found

    return answer, written


def test_views_are_written_one_after_the_other_and_failures_are_named(told):
    answer, written = told
    unit = Unit(3, 8, 100, 4, asked("1", "unreadable", "2", "gone", "5"))
    assert answer(opened(3), unit) == [Made(8, (None, "half a file", None, "not there", None))]
    places = (100, 100 + 2 * BYTES, 100 + 4 * BYTES)
    assert written == [(at, [value] * BYTES) for at, value in zip(places, (5, 6, 9), strict=True)]


def test_a_careful_unit_tells_each_image_before_and_leaves_out_some(told):
    answer, written = told
    unit = Unit(3, 8, 0, None, asked("1", "2", "3"), frozenset({1}), careful=True)
    assert answer(opened(3), unit) == [Trying(8, 0), Trying(8, 2), Made(8, (None, None, None))]
    assert [at for at, _ in written] == [0, 2 * BYTES]


def test_an_error_of_a_step_is_that_of_the_whole_unit(told):
    answer, written = told
    units = [Unit(3, n, 0, 0, asked("1", name, "2")) for n, name in enumerate(("wrong", "odd"))]
    first, second = answer(opened(3), *units)
    assert (first.unit, type(first.error), str(first.error)) == (0, InvalidPipeline, "Step 1 fails")
    assert (second.unit, type(second.error), str(second.error)) == (1, GraftError, "Unportable: deep inside")
    assert [at for at, _ in written] == [0, 0]


def test_what_is_not_open_cannot_be_made_and_what_is_closed_is_answered(told):
    answer, _ = told
    unit = Unit(3, 8, 0, 0, asked("1"))
    before, closed, again, after = answer(unit, Closed(3), Closed(4), unit._replace(unit=9))
    assert (before.unit, type(before.error), before.error.args) == (8, KeyError, (3,))
    assert (closed, again) == (Closed(3), Closed(4))
    assert type(after.error) is KeyError
    made, closed, gone = answer(opened(3), unit, Closed(3), unit)[0:3]
    assert (made, closed, type(gone.error)) == (Made(8, (None,)), Closed(3), KeyError)


def test_files_that_cannot_be_opened_are_told_when_views_are_asked_for(tmp_path):
    views = SharedFile.create(in_memory=True)
    views.resize(BYTES)
    try:
        wrong = process._open(opened(3)._replace(pipeline="{", views=views.address))
        assert isinstance(wrong, Exception)
        made = process._made({3: wrong}, Unit(3, 1, 0, 0, asked("1")), io.BytesIO())
        assert made.unit == 1
        assert made.error is not None
        right = process._open(opened(3)._replace(views=views.address))
        assert isinstance(right, process._Opened)
        right.file.close()
    finally:
        views.close()


def test_half_a_message_is_the_end():
    pipe = io.BytesIO()
    send(pipe, Closed(5))
    assert pipe.getvalue()[:8] == (len(pipe.getvalue()) - 8).to_bytes(8, "little")
    for cut in (3, 8, len(pipe.getvalue()) - 1):
        with pytest.raises(EOFError):
            receive(io.BytesIO(pipe.getvalue()[:cut]))
    pipe.seek(0)
    assert receive(pipe) == Closed(5)


def test_views_are_opened_as_they_were_announced(monkeypatch):
    seen, file, real = [], SharedFile.create(), SharedFile.open
    monkeypatch.setattr(
        SharedFile, "open", lambda place: seen.append(place) or (place if isinstance(place, str) else real(place))
    )
    spec = PipelineSpec(steps=(Step(transform="HorizontalFlip"),), strength=0.5)
    geometry, others = Geometry(SIDE, 2 * SIDE, "bicubic"), asked("1", "2")
    written = Written.to(file, others)
    message = Opened(7, spec.model_dump_json(), geometry, 5, written, "views", "images")
    process._references.cache_clear()
    found = process._open(message)
    process._open(message._replace(key=8, seed=6))
    assert seen == ["images", file.address, "views", "images", "views"], "references are read once"
    views = found.views
    assert (views.pipeline, views.geometry, views.seed, views.references) == (spec, geometry, 5, others)
    assert found.file == "views"


def test_a_worker_computes_with_one_thread_whatever_the_program_is_told(monkeypatch):
    given = []

    def start(*_, **more):
        given.append(more["env"])
        raise OSError("none")

    monkeypatch.setattr(worker.subprocess, "Popen", start)
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.setenv("OF_THE_USER", "stays")
    with pytest.raises(OSError, match="none"):
        worker.Worker()
    assert given[0]["OF_THE_USER"] == "stays"
    assert {given[0][f"{name}_NUM_THREADS"] for name in ("OMP", "OPENBLAS", "MKL")} == {"1"}
