"""Answers on disk: read as they were written, recomputed when they are damaged, let go of when they are many."""

import os
from dataclasses import replace

import pytest

from core.experiment import BackboneSpec, PipelineSpec, SplitSpec, Step
from core.screening.cache import MAX_RESULTS, ScreeningCache, kept_in
from core.screening.question import ScreeningQuestion
from core.screening.verdict import ClassSafety, Confusion, Safety, Verdict, WorstView

TO_DOG = Confusion("cat", "dog", 0.3)
ANSWER = Safety(
    Verdict.RED, "Because: ß.", 12, 8, 0.9, 1 / 3, 0.1, 0.6, 0.2, 0.5,
    (ClassSafety("cat", 6, 1.0, None, 0.0, 1.0, 0.1, 0.0, TO_DOG), ClassSafety("dog", 6, 1, 0.9, 0.8, 1, 0, 0, None)),
    (TO_DOG,), (), (WorstView("a.png", "abc", 3, "cat", "dog", 0.97),),
)  # fmt: skip


@pytest.fixture
def kept(tmp_path):
    return ScreeningCache(tmp_path / "screenings", limit=3)


def test_an_answer_comes_back_as_it_was(kept):
    assert kept.load("one") is None
    kept.save("one", ANSWER)
    found = kept.load("one")
    assert found == ANSWER
    assert isinstance(found.verdict, Verdict)


def test_names_that_are_no_text_are_asked_about_each_time(kept):
    kept.save("one", replace(ANSWER, reason="\udcff"))
    assert kept.load("one") is None


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"verdict": "green"}', b"\xff\xfe", b"null"], ids=range(6)
)  # fmt: skip
def test_a_damaged_or_strange_file_is_no_answer(kept, tmp_path, content):
    kept.save("one", ANSWER)
    (tmp_path / "screenings" / "one.json").write_bytes(content)
    assert kept.load("one") is None
    kept.save("one", ANSWER)
    assert kept.load("one") == ANSWER


def test_the_answers_not_used_the_longest_go_first(kept, tmp_path):
    for age, key in enumerate("abc"):
        kept.save(key, ANSWER)
        os.utime(tmp_path / "screenings" / f"{key}.json", (age, age))
    assert kept.load("a") == ANSWER  # used now
    kept.save("d", ANSWER)
    assert [key for key in "abcd" if kept.load(key)] == ["a", "c", "d"]


def test_a_place_that_takes_no_files_costs_only_time(tmp_path):
    (tmp_path / "file").write_text("no folder")
    kept = ScreeningCache(tmp_path / "file" / "screenings")
    kept.save("one", ANSWER)
    assert kept.load("one") is None


def test_all_answers_or_none(kept):
    about = ScreeningQuestion("images", SplitSpec(), BackboneSpec(), 0, "auto", "cpu")
    pipelines = [PipelineSpec(), PipelineSpec(steps=(Step(transform="ToGray"),))]
    kept.save(about.key(pipelines[1]), ANSWER)
    assert kept.all(about, pipelines) is None
    kept.save(about.key(pipelines[0]), ANSWER)
    assert kept.all(about, pipelines) == (ANSWER, ANSWER)


def test_what_was_just_answered_stays_when_the_clock_was_set_back(kept, tmp_path):
    for key in "abc":
        kept.save(key, ANSWER)
        os.utime(tmp_path / "screenings" / f"{key}.json", (4e9, 4e9))
    kept.save("d", ANSWER)
    assert kept.load("d") == ANSWER


def test_so_many_answers_lie_in_the_workspace_by_their_settings_and_without(tmp_path):
    kept = kept_in(tmp_path)
    about, other = (ScreeningQuestion("images", SplitSpec(), BackboneSpec(), seed, "auto", "cpu") for seed in (0, 1))
    pipelines = [PipelineSpec(), PipelineSpec(steps=(Step(transform="ToGray"),))]
    second = replace(ANSWER, images=13)
    for pipeline, answer in zip(pipelines, (ANSWER, second), strict=True):
        kept.save(about.key(pipeline), answer)
        kept.save(about.gist(pipeline), replace(answer, views=3))
    assert kept_in(tmp_path).all(about, pipelines) == (ANSWER, second)
    assert kept.all(about, pipelines[::-1]) == (second, ANSWER)
    assert kept.all(other, pipelines) is None
    assert [one.views for one in kept.nearly(other, pipelines)] == [3, 3]
    assert kept.nearly(other, [*pipelines, PipelineSpec(strength=0.5)]) is None
    assert (MAX_RESULTS, kept._most) == (800, 800)
    assert len(list((tmp_path / "screenings").glob("*.json"))) == 4
