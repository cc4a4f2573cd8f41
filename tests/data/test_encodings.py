"""Names whose encoding nobody wrote down."""

import pytest

from core.data.encodings import decode_all, decode_file_names, guess

WRITTEN = [
    ("gb18030", "苹果 香蕉 梨"), ("gb18030", "狗 猪 鱼"), ("gb18030", "猫 狗"), ("gb18030", "合格 不合格"),
    ("gb18030", "塑料瓶 纸板 金属 玻璃"), ("gb18030", "训练/苹果 训练/梨 测试/苹果"), ("gb18030", "苹果"),
    ("cp932", "りんご バナナ なし"), ("cp932", "犬 猫"), ("cp932", "良品 不良品"), ("cp932", "表示 ソフト"),
    ("cp950", "蘋果 香蕉 梨"), ("cp950", "狗 貓"), ("cp950", "功能 許可"), ("cp950", "測試 訓練"),
    ("euc_jp", "りんご バナナ なし"), ("euc_jp", "犬のしっぽ 猫の手"), ("cp949", "사과 바나나 배"),
    ("cp949", "정상 불량"),
    ("cp1251", "яблоко груша"), ("cp1251", "Кошка Собака"), ("cp1251", "брак норма"), ("cp1251", "КОШКИ СОБАКИ"),
    ("cp866", "яблоко груша"), ("cp866", "Кошка Собака"), ("cp850", "Äpfel Birnen Nüsse"), ("cp850", "maçã pêra"),
    ("cp437", "éléphant zèbre"), ("cp1252", "Größe klein"), ("cp1252", "années niño"), ("cp852", "żółw pies"),
]  # fmt: skip


@pytest.mark.parametrize(("codec", "words"), WRITTEN)
@pytest.mark.parametrize("ending", ["", "/IMG_0001.jpg"])
def test_names_are_read_as_they_were_written(codec, words, ending):
    names = [f"{word}{ending}" for word in words.split(" ")]
    texts, notes = decode_all([name.encode(codec) for name in names], "my.zip")
    assert list(texts.values()) == names
    assert len(notes) == 1
    assert notes[0].startswith("my.zip does not say")
    assert words.split(" ")[0].split("/")[0] in notes[0]


def test_one_name_that_happens_to_be_utf8_is_read_as_the_others_are():
    names = ["猫", "狗", "猪"]
    assert "猫".encode("gb18030").decode() == "è"
    assert list(decode_all([name.encode("gb18030") for name in names], "a")[0].values()) == names


def test_utf8_needs_no_guess_and_no_note():
    assert decode_all([name.encode() for name in ("猫", "dog", "café")], "a")[1] == []


def test_a_broken_name_among_utf8_ones_changes_none_of_them():
    raw = [name.encode() for name in ("苹果", "香蕉", "梨")] + [b"\x81\xff\x01"]
    texts, notes = decode_all(raw, "a.zip")
    assert list(texts.values()) == ["苹果", "香蕉", "梨", "\udc81\udcff\x01"]
    assert notes == [
        "a.zip has names in an unknown encoding, such as '\\x81\\xff\\x01': they are shown as bytes. "
        "Rename them, or pack them again with UTF-8 names."
    ]


def test_noise_is_not_taken_for_names():
    assert guess([b"\xff\xfe\xfd", b"\x80\x81\x8d"]) is None
    assert guess([b"cat", b"dog"]) is None
    assert guess([]) is None


def test_names_of_a_disk_are_guessed_together():
    names = [name.encode("gb18030").decode("utf-8", "surrogateescape") for name in ("狗", "鸟", "猪")]
    called, notes = decode_file_names([*names, "cat"], "The folder 'data'")
    assert [called[name] for name in names] == ["狗", "鸟", "猪"]
    assert "cat" not in called
    assert "GBK" in notes[0]
