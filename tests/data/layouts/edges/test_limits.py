"""Limits in how layouts are read, at both of their sides."""

import pytest

from core.data.layouts.shares import are_shares
from core.data.layouts.undivided import columns, listing
from core.data.layouts.vocabulary.letters import folded
from tests.data.layouts.conftest import counts, reasons

LABELS = {f"im{number}": "a" for number in range(40)}


@pytest.mark.parametrize("wrappers", [0, 1, 5, 6, 12])
def test_folders_around_folders_are_entered(read, wrappers):
    layout = read({"/".join([*["around"] * wrappers, one]): 3 for one in ("cat", "dog")})
    assert counts(layout) == {"cat": 3, "dog": 3}
    assert sum("class folders lie in" in note for note in layout.notes) == bool(wrappers)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["im1", "im2"], 2),
        (["im1", "im1"], 0),
        (["im1"], 0),
        (["im1 x", "im2 x", "nothing here", "nor here"], 2),
        (["im1 x", "im2 x", "nothing here", "nor here", "or here"], 0),
        ([f"im{number}" for number in range(35)], 35),
        ([f"im{number}" for number in range(40)], 0),
    ],
)
def test_a_list_names_two_images_in_half_of_its_lines_but_not_all(tmp_path, lines, found):
    (tmp_path / "list.txt").write_text("\n".join(lines))
    assert listing.names_some(tmp_path / "list.txt", LABELS) == found


def test_a_text_of_more_than_four_megabytes_is_not_searched(tmp_path):
    path, names = tmp_path / "list.txt", b"im1\nim2\n"
    path.write_bytes(names + b"\n" * ((4 << 20) - len(names)))
    assert listing.names_some(path, LABELS) == 2
    path.write_bytes(names + b"\n" * ((4 << 20) - len(names) + 1))
    assert listing.names_some(path, LABELS) == 0


@pytest.mark.parametrize(("codes", "part"), [(1, ""), (2, "all"), (20, "all"), (21, "")])
def test_a_column_of_a_division_has_two_to_twenty_codes(tmp_path, codes, part):
    rows = [f"im{number}.jpg,{number % codes}" for number in range(40)]
    (tmp_path / "partition.csv").write_text("\n".join(["image,code", *rows]))
    labels = {name: "ab"[number // 20] for number, name in enumerate(LABELS)}
    assert listing.listed_part(tmp_path / "partition.csv", labels) == part


@pytest.mark.parametrize(("more", "told"), [(10, True), (11, False)])
def test_parts_are_looked_for_in_columns_of_up_to_twelve_values(more, told):
    values = ["model training", "model testing", *(f"other {number}" for number in range(more))]
    assert columns._tells_parts("use", values, values, values) == told


@pytest.mark.parametrize(("codes", "told"), [(1, False), (2, True), (5, True), (6, False)])
def test_a_column_called_after_parts_has_two_to_five_codes(codes, told):
    different = [f"code{number}" for number in range(codes)]
    assert columns._tells_parts("split", different, different, different * 4) == told
    assert not columns._tells_parts("colour", different, different, different * 4)


@pytest.mark.parametrize(("times", "told"), [(3, False), (4, True)])
def test_its_codes_are_fewer_than_a_third_of_the_rows(times, told):
    different = ["one", "two"]
    assert columns._tells_parts("split", different, different, different * times) == told
    assert columns._tells_parts("split", ["11", "12"], ["11", "12"], ["11", "12"]), "or shorter than three letters"


@pytest.mark.parametrize(
    ("images", "shares"),
    [
        ({"data_80": 80, "data_20": 20}, True),
        ({"data_80": 85, "data_20": 15}, True),
        ({"data_80": 86, "data_20": 14}, False),
        ({"data_80": 75, "data_20": 25}, True),
        ({"data_80": 74, "data_20": 26}, False),
        ({"data_80": 8, "data_20": 3}, False),
        ({"data_70": 7, "data_30": 4}, True),  # 7.7 and 3.3 of 11
        ({"data_90": 3, "data_10": 1}, True),  # 3.6 and 0.4 of 4
        ({"data_50": 4, "data_50 ": 4}, True),
        ({"data_49": 10, "data_51": 10}, True),
        ({"data_47": 10, "data_53": 10}, False),
        ({"data_79": 79, "data_20": 20}, True),  # 99 in all
        ({"data_78": 78, "data_20": 20}, False),
    ],
)
def test_shares_are_about_what_their_names_say(images, shares):
    assert are_shares(images) == shares


@pytest.mark.parametrize(("variants", "offered"), [(3, 3), (6, 6), (7, 6)])
def test_a_question_offers_at_most_six_folders_to_be_read_alone(asked, variants, offered):
    question = asked({f"variant{number}/{one}": 2 for number in range(variants) for one in ("cat", "dog")})
    assert sum("is read" in choice.says for choice in question.choices) == offered


@pytest.mark.parametrize("missing", [50, 51, 60])
def test_fifty_rows_without_an_image_are_listed_individually(read, missing):
    rows = ["file,label", *(f"{number}.jpg,{'ab'[number % 2]}" for number in range(missing + 70))]
    layout = read({"": 70, "labels.csv": "\n".join(rows)})
    expected = {
        f"{70 + number}.jpg": f"Row {72 + number} of labels.csv names it, but there is no such image."
        for number in range(min(missing, 50))
    }
    more = {"labels.csv": f"{missing - 50} more rows name images that are not there."} if missing > 50 else {}
    assert reasons(layout) == expected | more


@pytest.mark.parametrize("depth", [1, 5, 6, 9])
def test_parts_wrapped_in_folders_of_their_own_name_are_entered(read, depth):
    again = "/".join(["train"] * depth)
    layout = read({f"{again}/cat": 3, f"{again}/dog": 3, "val/cat": 2, "val/dog": 2})
    assert counts(layout) == {"train/cat": 3, "train/dog": 3, "val/cat": 2, "val/dog": 2}


def test_names_are_read_whatever_their_length():
    assert folded("Ä" * 400) == "a" * 400
