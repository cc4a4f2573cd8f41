"""Images of one subject that both train and measure are told, by folders within the classes or by names of files."""

import pytest

from core.data.near.numbered import number_groups
from core.data.related.subjects import subject_notes
from core.data.split import make_split
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


ON_TWO_LEVELS = (
    "P{0:03}_{1}", "S{0:02}_{1:03}", "{0:04}_slice{1}", "stack{0}_z{1:03}", "plate1_A{0:02}_s{1}",
    "v_run_g{0:02}_c{1:02}",
    "{0}_idx5_x{1}_y1_class0", "C{0}P61ThinF_IMG_20150918_144104_cell_{1}", "{0:08x}-{1}", "2023-01-{0:02}/{1}",
)  # fmt: skip
ON_ONE = (
    "IMG_202301{0:02}_1234{1:02}", "Screenshot 2023-01-{0:02} at 10.{1:02}.33", "PXL_202301{0:02}_12345{1:04}",
    "IMG-202301{0:02}-WA{1:04}", "DSC_{0}{1}", "n0144_{0}{1}", "05-0{0}-2023 1{1}.22", "{1}024px-bee {0}{1}",
    "a{0}{1}_1",
)  # fmt: skip


@pytest.mark.parametrize("form", ON_TWO_LEVELS)
def test_names_that_count_on_two_levels_are_grouped_by_the_first(form):
    names = [form.format(one, two) for one in (3, 4, 5, 7) for two in (1, 2, 3)]
    groups = number_groups(["odd", *names])
    assert sorted(groups) == list(range(1, 13))  # the one without a number is in no group
    assert [len({groups[place] for place in range(first, first + 3)}) for first in (1, 4, 7, 10)] == [1, 1, 1, 1]
    assert len(set(groups.values())) == 4


@pytest.mark.parametrize("form", ON_ONE)
def test_a_day_a_size_and_a_plain_count_are_no_groups(form):
    assert number_groups([form.format(one, two) for one in (3, 4, 5, 7) for two in (1, 2, 3)]) == {}


def test_two_groups_or_one_of_half_the_images_are_no_subjects():
    names = [f"cam{one}_{two}" for one in (1, 2, 3) for two in range(4)]
    assert len(set(number_groups(names).values())) == 3
    assert number_groups(names[:8]) == {}
    assert number_groups([*names, *(f"cam1_{two}" for two in range(20, 29))]) == {}


def test_what_counts_on_two_levels_is_told_where_we_divide(folder_of, read):
    files = ["cat/S1_1.png", "cat/S1_2.png", "cat/S2_1.png", "cat/S2_2.png", "cat/S3_1.png", "cat/S3_2.png"]
    (note,) = noted(folder_of, read, files, {"train": [0, 2, 3, 4], "val": [1], "test": [5]})
    assert note.startswith("'cat/S1_1.png', which trains, and 'cat/S1_2.png', which measures, count to one number")
    assert "and so on for 2. If it stands for a subject" in note
    assert noted(folder_of, read, files, {"train": [0, 1, 2, 3], "val": [4, 5], "test": []}) == []


def test_a_patient_in_train_and_in_test_is_told_though_the_set_came_divided(folder_of, read):
    content = {f"{part}/{c}/patient{who}_{n}.png": seed for seed, (part, c, who, n) in enumerate(
        (part, c, who + (part == "test") * 2 * (c == "cat"), n)
        for part in ("train", "test") for c in ("cat", "dog") for who in (1, 2) for n in (1, 2)
    )}  # fmt: skip
    notes = make_split(read(folder_of(content)), SplitSpec()).notes
    (note_text,) = [note for note in notes if "come from one subject" in note]
    assert "train/dog/patient" in note_text
    assert "cat" not in note_text
