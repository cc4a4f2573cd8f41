"""Classes that hold copies of the images of other classes, or one side of pairs, are told; others are not."""

from itertools import product

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.data.layout import read_layout
from core.errors import UnclearLayout
from core.experiment import Reading


def notes(folder_of, names):
    return "\n".join(read_layout(folder_of(dict.fromkeys(names, b""), f"set of {len(names)}")).notes)


def files(counts, start=0, ending="jpg", form="{}"):
    return [
        f"{label}/{form.format(n)}.{ending}" for label, count in counts.items() for n in range(start, start + count)
    ]


@pytest.mark.parametrize("copy", ["segmented", "nobg", "cut out", "no background", "depth"])
@pytest.mark.parametrize("form", ["IMG_{}", "{}", "IMG_{}_seg"])
def test_a_folder_of_copies_of_all_classes_is_told(folder_of, copy, form):
    own = files({"healthy": 8}, 0, form="IMG_{}") + files({"rust": 6}, 8, form="IMG_{}")
    if form == "{}":
        own = [name.replace("IMG_", "") for name in own]
    (note,) = notes(folder_of, own + files({copy: 14}, form=form)).splitlines()
    assert note.startswith(f"The class '{copy}' holds files of the same names as those of 'healthy' and 'rust'")
    assert "take the folder out" in note


def test_a_folder_of_counted_names_is_a_class_unless_they_are_of_another_kind(folder_of):
    own = files({"healthy": 8}) + files({"rust": 6}, 8)
    assert not notes(folder_of, own + files({"blight": 14}))
    assert "The class 'blight'" in notes(folder_of, own + files({"smut": 3}, 50) + files({"blight": 14}, ending="png"))


@pytest.mark.parametrize("form", ["{} segmented", "{}-edges", "nobg_{}", "{}_cut_out", "{}Thermal"])
def test_a_class_called_after_what_was_made_of_another_is_told(folder_of, form):
    made = form.format("cats")
    (note,) = notes(folder_of, files({"cats": 8, made: 7, "dogs": 5})).splitlines()
    assert note.startswith(f"By their names, the classes '{made}' may hold copies of the images of 'cats'. ")
    assert not notes(folder_of, files({"cats": 8, "dogs": 5, form.format("birds"): 6}))


@pytest.mark.parametrize(
    ("made", "others", "told"), [(2, 0, False), (3, 0, True), (3, 3, True), (3, 4, False), (6, 6, True), (6, 7, False)]
)
def test_half_of_the_files_of_what_was_made_have_the_names_of_others(folder_of, made, others, told):
    names = (
        files({"rust": 40, "dogs": 5}) + files({"rust edges": made}) + files({"rust edges": others}, 500, form="x{}y")
    )
    assert ("By their names, the classes 'rust edges'" in notes(folder_of, names)) == told


def test_two_classes_made_of_others_need_no_names(folder_of):
    names = files({"cats": 8, "dogs": 5}) + files({"cats edges": 6, "dogs edges": 4}, 90)
    assert "'cats edges' and 'dogs edges'" in notes(folder_of, names)


@pytest.mark.parametrize(
    ("one", "other", "endings", "told"),
    [
        ("sat", "map", ("jpg", "jpg"), True), ("photos", "silhouettes", ("jpg", "jpg"), True),
        ("x", "y", ("png", "png"), True), ("lungs", "xray", ("jpg", "png"), True),
        ("cat", "dog", ("jpg", "jpg"), False), ("cat", "dog", ("jpg", "JPEG"), False),
    ],
)  # fmt: skip
def test_classes_of_the_same_counted_names_are_told_where_more_speaks_for_pairs(folder_of, one, other, endings, told):
    names = files({one: 9}, ending=endings[0]) + files({other: 9}, ending=endings[1])
    assert ("as pairs of one scene do" in notes(folder_of, names)) == told
    assert "as pairs" not in notes(folder_of, [*names, f"{one}/9.{endings[0]}"])


def drawn(folder, seed, outlines):
    """Nine images, as photographs or as their outlines."""
    random = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    for number in range(9):
        left, top, *colour = random.integers(4, 40, 5).tolist()
        ground, fill = ((0, 0, 0), (255, 255, 255)) if outlines else ((200, 190, 180), tuple(colour))
        image = Image.new("RGB", (64, 60), ground)
        ImageDraw.Draw(image).rectangle((left, top, left + 17, top + 13), **{"outline" if outlines else "fill": fill})
        image.save(folder / f"{number}.png")


@pytest.mark.parametrize(
    ("one", "other"),
    [("photo", "drawing"), ("corners", "edges"), ("picture", "painting"), ("depth_gauge", "pressure_gauge")],
)
def test_a_word_for_one_side_is_believed_where_the_images_agree(tmp_path, one, other):
    for name, seed in (("pairs", 3), ("apart", 4)):
        drawn(tmp_path / name / one, 3, False)
        drawn(tmp_path / name / other, seed, True)
    assert "as pairs of one scene do" in "".join(read_layout(tmp_path / "pairs").notes)
    assert read_layout(tmp_path / "apart").notes == []


@pytest.mark.parametrize(("one", "other"), [("image", "no image"), ("photo cat", "photo dog"), ("img", "no_img")])
def test_with_and_without_and_kinds_of_images_are_classes(folder_of, one, other):
    assert not notes(folder_of, files({one: 9, other: 9}))


def test_images_with_what_was_drawn_on_them_are_pairs(folder_of):
    assert "as pairs of one scene do" in notes(folder_of, files({"frames": 9, "frames_with_boxes": 9}))


def test_files_called_alike_in_folders_within_classes_are_not_pairs(folder_of):
    cases = [
        f"{label}/{label}{n}/{eye}.jpg" for label in ("sick", "well") for n in range(6) for eye in ("left", "right")
    ]
    assert "as pairs" not in "".join(read_layout(folder_of(dict.fromkeys(cases, b"")), Reading(layout="folders")).notes)


def test_ordinary_classes_are_not_pairs(folder_of):
    assert not notes(folder_of, files({"cat": 9, "dog": 9, "map": 9, "sheep": 9}))


@pytest.mark.parametrize(
    ("one", "other"), [*product(["Bilder", "imagenes", "images"], ["Masken", "máscaras", "masques"])]
)
def test_masks_in_other_languages_are_no_classes(folder_of, one, other):
    names = files({one: 9}) + files({other: 9}, ending="png")
    with pytest.raises(UnclearLayout, match="images with masks"):
        read_layout(folder_of(dict.fromkeys(names, b"")))


def test_classes_with_and_without_a_mask_in_other_languages_are_classes(folder_of):
    assert read_layout(folder_of(dict.fromkeys(files({"mit Maske": 9, "ohne Maske": 9}), b""))).classes == {
        "mit Maske", "ohne Maske",
    }  # fmt: skip


def test_names_that_count_on_two_levels_or_before_a_word_pair_nothing(folder_of):
    tracks = [f"{label:05}/{track:05}_{n:05}.ppm" for label in range(3) for track in range(2) for n in range(7)]
    assert not notes(folder_of, tracks)
    through = [f"{label:05}/{n // 4:05}_{n:05}.ppm" for label in range(3) for n in range(11)]
    assert not notes(folder_of, through)
    one, other = (files({label: 9}, form=form) for label, form in (("CMFD", "{}_Mask"), ("IMFD", "{}_Mask_Chin")))
    assert not notes(folder_of, [*one, *other])
    apart = [f"{label}/{patient}_{n}.jpg" for label in ("noisy", "clean") for patient in (2034, 817) for n in range(4)]
    assert "hold files of the same names" in notes(folder_of, apart)


def test_names_that_count_from_anywhere_or_by_their_form_pair_nothing(folder_of):
    labels = ("bars", "cross", "disc")
    assert not notes(folder_of, files(dict.fromkeys(labels, 3), 40, form="img_{:03}"))
    two_forms = files(dict.fromkeys(labels, 4), form="img_{:03}") + files(dict.fromkeys(labels, 8), 4, form="web_{}")
    assert not notes(folder_of, two_forms)
    two_runs = files(dict.fromkeys(labels, 4), form="img_{:03}") + files(dict.fromkeys(labels, 3), 20, form="img_{:03}")
    assert not notes(folder_of, two_runs)
    assert not notes(folder_of, [*two_forms, *(f"{label}/cover.jpg" for label in labels)])
    assert "as pairs of one scene do" in notes(folder_of, [*two_runs, *files(dict.fromkeys(labels, 1), 77)])


def test_names_with_words_of_their_own_and_scattered_numbers_are_pairs(folder_of):
    words = [f"{label}/{word}_{n}.jpg" for label in ("noisy", "clean") for n, word in enumerate(("sea", "hill", "oak"))]
    layout = read_layout(folder_of(dict.fromkeys(words, b""), "words"), Reading(layout="folders"))
    assert "as pairs of one scene do" in "".join(layout.notes)
    scattered = [f"{label}/IMG_{n}.jpg" for label in ("a", "b", "c") for n in (2034, 2077, 2101, 2240)]
    assert "as pairs of one scene do" in notes(folder_of, scattered)


def test_of_two_classes_that_count_from_anywhere_the_images_tell(tmp_path):
    for name, seed in (("pairs", 3), ("apart", 4)):
        for label, own in (("one", 3), ("other", seed)):
            drawn(tmp_path / name / label, own, label == "other")
            for path in (tmp_path / name / label).iterdir():
                path.rename(path.with_stem(f"IMG_{2034 + int(path.stem)}"))
    assert "as pairs of one scene do" in "".join(read_layout(tmp_path / "pairs").notes)
    assert read_layout(tmp_path / "apart").notes == []


def test_names_that_count_in_steps_of_two_pair_nothing_where_they_come_in_two_runs(folder_of):
    numbers = [*range(10, 22, 2), *range(310, 322, 2)]
    steps = [f"{label}/IMG_{n}.jpg" for label in ("bars", "cross", "disc") for n in numbers]
    assert not notes(folder_of, steps)
    apart = [f"{label}/IMG_{n + n // 2}.jpg" for label in ("bars", "cross", "disc") for n in numbers]
    assert "as pairs of one scene do" in notes(folder_of, apart)
