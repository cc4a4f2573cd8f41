"""Pipelines under names: what is saved comes back, nothing is replaced unasked, damaged files harm nobody."""

import pytest

from core.augment import saved
from core.augment.presets import PRESETS, read_pipeline
from core.errors import InvalidInput, StorageFailed
from core.experiment import PipelineSpec

LIGHT, STRONG = PRESETS["light"], PRESETS["strong"]


def names(root) -> list[str]:
    return [one.name for one in saved.listed(root)]


def test_a_pipeline_comes_back_under_the_name_that_was_given(tmp_path):
    assert saved.listed(tmp_path) == ()
    kept = saved.save(tmp_path, "  Für Blätter ", STRONG)
    assert kept.path.name == "fur-blatter.yaml"
    assert names(tmp_path) == ["Für Blätter"]
    assert saved.load(tmp_path, "Für Blätter") == STRONG
    assert read_pipeline(str(kept.path)) == STRONG, "a terminal can use it"


def test_a_name_that_is_taken_is_replaced_only_when_asked(tmp_path):
    saved.save(tmp_path, "mine", LIGHT)
    with pytest.raises(InvalidInput, match="'mine' already"):
        saved.save(tmp_path, "mine", STRONG)
    assert saved.load(tmp_path, "mine") == LIGHT
    saved.save(tmp_path, "mine", STRONG, replace=True)
    assert saved.load(tmp_path, "mine") == STRONG
    assert names(tmp_path) == ["mine"]


def test_names_that_become_one_word_in_a_file_are_kept_apart(tmp_path):
    for name, spec in (("a b", LIGHT), ("A-B", STRONG), ("图片", LIGHT), ("照片", STRONG)):
        saved.save(tmp_path, name, spec)
    assert [saved.load(tmp_path, name) for name in ("a b", "A-B", "图片", "照片")] == [LIGHT, STRONG, LIGHT, STRONG]
    saved.delete(tmp_path, "a b")
    assert names(tmp_path) == ["A-B", "图片", "照片"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\x00b", "\x1b[31m"])
def test_a_name_that_cannot_be_is_refused(tmp_path, name):
    with pytest.raises(InvalidInput, match="cannot be called"):
        saved.save(tmp_path, name, LIGHT)
    assert saved.listed(tmp_path) == ()


@pytest.mark.parametrize("name", ["../../evil", "/etc/passwd", "con", "..\\up"])
def test_no_name_leads_out_of_the_folder(tmp_path, name):
    kept = saved.save(tmp_path / "workspace", name, LIGHT)
    assert kept.path.parent == tmp_path / "workspace" / "pipelines"
    assert saved.load(tmp_path / "workspace", name) == LIGHT


@pytest.mark.parametrize(
    "content", [b"steps: [{transform: Rotatte}]", b"\xff\xfe\x00", b"steps: [", b"", b"x" * 2_000_000]
)
def test_damaged_files_are_listed_with_their_reason_and_can_be_deleted(tmp_path, content):
    saved.save(tmp_path, "good", LIGHT)
    (tmp_path / "pipelines" / "bad.yaml").write_bytes(content)
    bad, good = saved.listed(tmp_path)
    assert (good.pipeline, good.problem) == (LIGHT, "")
    assert (bad.name, bad.pipeline) == ("bad.yaml", None)
    assert "bad.yaml" in bad.problem
    with pytest.raises(InvalidInput, match="cannot be used"):
        saved.load(tmp_path, "bad.yaml")
    saved.delete(tmp_path, "bad.yaml")
    assert names(tmp_path) == ["good"]


def test_a_name_that_is_not_there_is_said(tmp_path):
    with pytest.raises(InvalidInput, match="none is saved yet"):
        saved.load(tmp_path, "mine")
    saved.save(tmp_path, "mine", LIGHT)
    with pytest.raises(InvalidInput, match="Did you mean mine"):
        saved.delete(tmp_path, "minee")


def test_a_workspace_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "pipelines").write_text("a file")
    with pytest.raises(StorageFailed):
        saved.save(tmp_path, "mine", LIGHT)
    assert saved.listed(tmp_path) == ()


@pytest.mark.parametrize("length", [1, 80, 81])
def test_a_name_has_at_most_eighty_letters(tmp_path, length):
    if length > 80:
        with pytest.raises(InvalidInput, match="1 to 80 letters"):
            saved.save(tmp_path, "x" * length, PipelineSpec())
    else:
        assert saved.save(tmp_path, "x" * length, PipelineSpec()).name == "x" * length


def test_names_are_listed_whatever_their_case_and_each_has_its_own_file(tmp_path):
    for name in ("b", "A", "c", "a b", "A-B", "a_b"):
        saved.save(tmp_path, name, PipelineSpec())
    listed = saved.listed(tmp_path)
    assert [one.name for one in listed] == ["A", "a b", "A-B", "a_b", "b", "c"]
    assert len({one.path for one in listed}) == 6
    (tmp_path / "pipelines" / "folder.yaml").mkdir()
    (tmp_path / "pipelines" / "other.txt").write_text("x")
    assert len(saved.listed(tmp_path)) == 6


def test_a_file_that_says_no_name_is_called_as_the_file_is(tmp_path):
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "pipelines" / "of a friend.yaml").write_text("steps: [{transform: HorizontalFlip}]")
    assert names(tmp_path) == ["of a friend"]
    assert saved.load(tmp_path, "of a friend").steps[0].transform == "HorizontalFlip"
