"""Images of one subject that both train and measure are told, by folders within the classes or by names of files."""

import pytest

from core.data.split import make_split
from core.data.subjects import subject_notes
from core.experiment import SplitSpec

PARTS = {"train": [0, 1, 2], "val": [3], "test": [4]}


def noted(folder_of, read, files, parts=PARTS):
    """The notes on a set with these files in this order, and another class."""
    dataset = read(folder_of({file: seed for seed, file in enumerate([*files, "other/1.png", "other/2.png"])}))
    where = {item.name: index for index, item in enumerate(dataset.items)}
    return subject_notes(dataset, {part: [where[files[i]] for i in chosen] for part, chosen in parts.items()})


@pytest.mark.parametrize(
    "form", ["cat/patient_{}/{}.png", "cat/Subj-{}/{}.png", "cat/session {}/{}.png", "cat/vid{}_{}.png",
             "cat/my film {}_frame{:04}.png", "cat/patient-{}-left-{}.png", "cat/a/sub-{}/{}.png",
             "cat/IMG_{}_BURST{:03}_COVER.png", "cat/TCGA-{}_x{}_y512.png", "cat/wsi a{}_tile_{}_7.png",
             "cat/s{}_row{}_col2.png"],
)  # fmt: skip
def test_one_subject_on_both_sides(folder_of, read, form):
    files = [form.format(who, number) for number, who in enumerate((11, 12, 13, 14, 12))]
    (note,) = noted(folder_of, read, files)
    assert note.startswith(
        f"By their names, '{files[1]}', which trains, and '{files[4]}', which measures, come from one"
    )
    assert noted(folder_of, read, files, {"train": [0, 2, 3], "val": [1], "test": [4]}) == []


@pytest.mark.parametrize(
    "form",
    ["patient 7/{0}_{1}.png", "patient 7/patient_7_{1}.png", "cat/{0}_{1}.png", "cat/frame{1}.png",
     "cat/images{0}/{1}.png", "cat/cat_frame_{1}.png", "cat/subway_{0}_{1}.png"],
)  # fmt: skip
def test_subjects_that_are_the_class_and_other_names_are_not_told(folder_of, read, form):
    assert noted(folder_of, read, [form.format(12, number) for number in range(5)]) == []


def test_the_split_tells_it(folder_of, read):
    content = {
        f"{c}/patient_{n // 3 + 4 * k}/{n}.png": 20 * k + n for k, c in enumerate(("cat", "dog")) for n in range(9)
    }
    notes = make_split(read(folder_of(content)), SplitSpec()).notes
    assert any("come from one subject, video or large" in note for note in notes)
