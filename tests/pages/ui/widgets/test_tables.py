import pandas as pd

from pages.ui.widgets.tables import harmless


def test_texts_titles_and_index_cannot_be_run_and_numbers_stay_numbers():
    frame = pd.DataFrame(
        {"=class": ["=cmd()", "+x", "-1", "cat", "a\x1b[31m"], "n": [-1, 2, 3, 4, 5], "share": [-0.5, None, 1, 2, 3]},
        index=["@a", "b", "c", "d", "e"],
    )
    got = harmless(frame)
    assert list(got.columns) == ["'=class", "n", "share"]
    assert list(got["'=class"]) == ["'=cmd()", "'+x", "-1", "cat", r"a\x1b[31m"]
    assert list(got["n"]) == [-1, 2, 3, 4, 5]
    assert got["share"].isna().tolist() == [False, True, False, False, False]
    assert list(got.index) == ["'@a", "b", "c", "d", "e"]
    assert "'=cmd()" in got.to_csv()
    assert frame.columns[0] == "=class"  # the caller's own is untouched


def test_what_pages_hand_over_is_taken_in_any_form():
    assert harmless([{"class": "=x", "n": 1}, {"class": None, "n": 2}])["class"].tolist()[0] == "'=x"
    assert harmless({"Class": ["@x"]}).to_dict("list") == {"Class": ["'@x"]}
    assert harmless([]).empty
