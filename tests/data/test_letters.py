"""How likely letters are in an encoding, and what is said of names that had to be guessed."""

import pytest

from core.data.encodings import Guess, decode_all, guess, is_plausible
from core.data.letters import letter_score, word_score


@pytest.mark.parametrize(
    ("letter", "codec", "score"),
    [
        ("猫", "gb18030", 1.0), ("\u30d0", "cp932", 1.0), ("\u3068", "euc_jp", 1.0), ("\u3068", "gb18030", 0.1),
        ("\ue000", "gb18030", -1.0), ("\u0378", "cp932", -1.0), ("\uff76", "cp932", 0.0), ("\uff9f", "cp949", 0.0),
        ("镕", "gb18030", -0.3), ("犬", "cp949", -0.5), ("뷁", "cp949", 0.1), ("、", "gb18030", 0.2),
        ("５", "cp932", 0.2), ("Ａ", "cp932", -0.5), ("锤", "gb18030", 0.7), ("鼾", "gb18030", 0.1),
    ],
)  # fmt: skip
def test_a_letter_is_as_likely_as_it_is_usual(letter, codec, score):
    assert letter_score(letter, codec) == score


@pytest.mark.parametrize(
    ("word", "alphabet", "score"),
    [
        ("кошка", "cyrillic", 0.9), ("КОШКА", "cyrillic", 0.9), ("Кошка", "cyrillic", 0.9), ("к", "cyrillic", 0.2),
        ("кОшка", "cyrillic", -0.8), ("коshka", "cyrillic", -0.8), ("σκύλος", "greek", 0.9), ("Äpfel", "latin", 0.9),
        ("äpFel", "latin", 0.1), ("ÄÖb", "latin", 0.1), ("äö", "latin", 0.1), ("äöb", "latin", 0.7),
        ("žaba", "latin", 0.7), ("žéb", "latin", 0.6), ("Ħa", "latin", -1.0), ("ä", "latin", 0.9),
    ],
)  # fmt: skip
def test_a_word_is_as_likely_as_its_case_and_its_letters(word, alphabet, score):
    assert word_score(word, alphabet) == pytest.approx(score)


@pytest.mark.parametrize(
    ("text", "codec", "plausible"),
    [
        ("Größe 5µm", "cp1252", True), ("кошка", "cp1251", True), ("кОшка", "cp1251", False), ("plain", "cp1252", True),
        ("§ 5", "cp1252", True), ("Ħa", "iso8859_3", False),
    ],
)  # fmt: skip
def test_texts_can_be_in_an_encoding_where_their_words_are_plausible(text, codec, plausible):
    assert is_plausible([text.encode(codec)], codec) is plausible


def test_bytes_that_an_encoding_does_not_have_are_not_plausible():
    assert not is_plausible([b"ok", b"\x81"], "cp1252")


def test_up_to_five_names_are_given_as_examples_and_the_rest_counted():
    names = [f"Ä{letter}" for letter in "abcdefg"]
    for count, ends in ((5, "Äa, Äb, Äc, Äd, Äe."), (6, "Äe and 1 more."), (7, "Äe and 2 more.")):
        note = Guess("cp850", {f"{n}".encode(): f"plain/{name}" for n, name in enumerate(names[:count])}).note("a.zip")
        assert note.startswith("a.zip does not say how its names are encoded; they were read as code page 850")
        assert note.endswith(ends)


def test_names_that_two_encodings_read_equally_well_are_read_in_the_first():
    assert guess([name.encode("cp1252") for name in ("Größe", "Äpfel")]).codec == "cp1252"
    assert guess([name.encode("cp1252") for name in ("Größe", "Äpfel")], ("cp1254", "cp1252")).codec == "cp1254"


def test_a_minority_that_happens_to_be_utf8_is_guessed_with_the_others_and_a_majority_is_not():
    old = ["狗".encode("gb18030"), "猪".encode("gb18030")]
    alike = "猫".encode("gb18030")  # also UTF-8, for another letter
    assert list(decode_all([*old, alike], "a")[0].values()) == ["狗", "猪", "猫"]
    new = [text.encode() for text in ("è", "éà", "ü")]
    assert list(decode_all([*old, *new], "a")[0].values()) == ["狗", "猪", "è", "éà", "ü"]
