"""Names of copies, of folders, files and tables."""

import pytest

from core.data.layout import layout_choices, read_layout
from core.data.layouts.beside.aside import is_aside
from core.data.related.copy_names import copied, originals
from core.experiment import Reading
from core.wording import as_reading

MARKS = [
    "{} (Anna's conflicted copy 2024-03-01)",
    "{} (conflicted copy 2024-03-01 101010)",
    "{}.sync-conflict-20240301-101010-ABCDEFG",
    "{} (In Konflikt stehende Kopie von Anna 2024-03-01)",
    "{} [conflict]",
    "{} (Case Conflict)",
    "{}-conflict-20240301",
    "{}-DESKTOP-4F2K",
    "{}-Annas-PC",
    "{}~20240301-101010",
    "Kopie von {}",
    "Copy (2) of {}",
    "Copie de {}",
    "Копия {}",
    "{} - Kopie (3)",
    "{} copy 2",
    "{} - コピー",
    "{}のコピー",
    "{} - 副本",
    "{} — копия",
    "{} 복사본",
    "{}-bearbeitet",
    "{} - Copia",
]


@pytest.mark.parametrize("name", ["cat", "Bär", "IMG_2034"])
@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_of_copies_is_known_in_any_language(mark, name):
    assert next(copied(mark.format(name))) == name == next(originals(mark.format(name)))


@pytest.mark.parametrize(
    "name", ["photocopy", "gaming-pc", "copy", "conflict", "image (1)", "copyright", "conflict zone"]
)
def test_other_names_are_no_copies(name):
    assert list(copied(name)) == []


@pytest.mark.parametrize("name", ["Katze_gespiegelt", "gato_aumentado", "chat_recadré", "猫灰度", "cat~"])
def test_folders_have_words_for_altered_and_older_ones(name):
    assert len(list(originals(name))) == 1


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("part", ["", "train/"])
def test_a_folder_called_like_a_copy_is_told(read, mark, part):
    content = {"cat": 5, "dog": 6, mark.format("cat"): 3}
    content = {f"{part}{name}": count for name, count in content.items()} | ({"test/cat": 2} if part else {})
    layout = read(content)
    (note,) = [note for note in layout.notes if "called like copies of one folder" in note]
    assert "'cat'" in note
    assert "'dog'" not in note


@pytest.mark.parametrize("names", [("car", "car_old", "car_new"), ("Smith (conflict)", "Lee"), ("plum", "kiwi")])
def test_other_classes_are_not(read, names):
    assert read(dict.fromkeys(names, 4)).notes == []


@pytest.mark.parametrize(
    "mark", ["{} (Anna's conflicted copy 2024-03-01)", "{} - Kopie", "{}.sync-conflict-20240301-101010-AB"]
)
def test_a_table_called_like_a_copy_is_not_used(read, mark):
    def rows(one, other):
        return "file,label\n" + "".join(f"{i}.jpg,{one if i < 3 else other}\n" for i in range(5))

    content = {"images": 5, "labels.csv": rows("cat", "dog"), f"{mark.format('labels')}.csv": rows("dog", "cat")}
    layout = read(content)
    assert sorted(one.label for one in layout.found) == ["cat"] * 3 + ["dog"] * 2
    assert any("is called like a copy of labels.csv" in note for note in layout.notes)
    chosen = read(content, layout="csv", labels=f"{mark.format('labels')}.csv")
    assert sorted(one.label for one in chosen.found) == ["cat"] * 2 + ["dog"] * 3


@pytest.mark.parametrize("folder", ["", "tables/"])
@pytest.mark.parametrize("lists", ["", "|hat"])
def test_a_table_that_is_not_used_is_offered(tree, folder, lists):
    def rows(one):
        return "file,label\n" + "".join(f"{i}.jpg,{one if i < 4 else 'dog'}{lists}\n" for i in range(7))

    copy = f"{folder}labels - Kopie.csv"
    root = tree({"images": 7, f"{folder}labels.csv": rows("cat"), copy: rows("cow")})
    (note,) = [note for note in read_layout(root).notes if "is called like a copy" in note]
    (choice,) = [one for one in layout_choices(root) if one.reading.get("labels") == copy]
    assert as_reading(**choice.reading) in note
    assert choice.counts == ({"cow": 4, "dog": 3, "hat": 7} if lists else {"cow": 4, "dog": 3})
    assert read_layout(root, Reading(**choice.reading)).classes == set(choice.counts)


def test_a_copy_is_used_where_the_original_gives_no_labels(read):
    content = {
        "images": 5,
        "labels.csv": "file,size\n" + "".join(f"{i}.jpg,{97 + 7 * i}\n" for i in range(5)),
        "labels - edited.csv": "file,label\n" + "".join(f"{i}.jpg,{'cat' if i < 3 else 'dog'}\n" for i in range(5)),
    }
    layout = read(content)
    assert layout.reading.labels == "labels - edited.csv"
    assert sorted(one.label for one in layout.found) == ["cat"] * 3 + ["dog"] * 2
    assert not any("is called like a copy" in note for note in layout.notes)


ASIDE = """
Papelera de reciclaje|Prullenbak|Papperskorgen|Papirkurv|Kosz|Koš|Корзина|回收站|ごみ箱|ゴミ箱|휴지통|垃圾桶|Çöp Kutusu
Roskakori|Recently Deleted|Zuletzt gelöscht|Supprimés récemment|geloescht|to_delete|SyncDebris|Rubbish|Neuer Ordner (2)
untitled folder|Unbenannter Ordner|Nouveau dossier|Nueva carpeta|Nuova cartella|新建文件夹|新しいフォルダー|Новая папка
Sicherung|Sicherungskopie|sauvegarde|copia de seguridad|archiv|Vorschau|Miniaturen|vignettes|miniaturas|Kopien|Duplikate
Vorherige Versionen|temporär|zz_old|Screenshots|Bildschirmfotos|media|exports|rejected|Ausschuss|Sonstiges|augmented
gespiegelt|augmentations|augmentiert|cropped|grayscale|resized|flipped|originals
"""


@pytest.mark.parametrize("name", ASIDE.strip().replace("\n", "|").split("|"))
def test_folders_beside_classes_are_told_in_any_language(name):
    assert is_aside(name)


@pytest.mark.parametrize("name", ["Korzina ogrodowa", "Mutter", "archivist", "temporal", "crop", "koshka"])
def test_names_of_things_are_not(name):
    assert not is_aside(name)


@pytest.mark.parametrize("part", ["", "train/"])
def test_a_bin_is_told_within_parts_as_well(read, part):
    content = {f"{part}cat": 5, f"{part}dog": 6, f"{part}Prullenbak": 3} | (
        {"test/cat": 2, "test/dog": 1} if part else {}
    )
    assert any(note.startswith("'Prullenbak' is read as a class") for note in read(content).notes)


@pytest.mark.parametrize("name", ["thumb", "backup", "cache", "tmp", "preview"])
def test_a_class_called_like_what_programs_leave_is_kept_where_it_looks_like_one(read, name):
    layout = read({"index": 5, "ring": 6, name: 4})
    assert {one.label for one in layout.found} == {"index", "ring", name}
    assert any(note.startswith(f"'{name}' is read as a class") for note in layout.notes)
    assert {one.label for one in read({"index": 5, "ring": 6, name: 1}).found} == {"index", "ring"}
    nested = read({"index": 5, "ring": 6, f"{name}/a": 2, f"{name}/b": 2})
    assert {one.label for one in nested.found} == {"index", "ring"}
    same = {"index": [f"a{i}.jpg" for i in range(5)], "ring": [f"b{i}x.jpg" for i in range(6)]}
    layout = read(same | {name: [*same["index"][:2], *same["ring"][:3]]})
    assert {one.label for one in layout.found} == {"index", "ring"}


def test_libraries_and_previews_of_photo_programs_are_no_classes(read):
    content = {
        "cat": 5,
        "dog": 6,
        "Catalog Previews.lrdata/A": 3,
        "iPod Photo Cache": 2,
        "Photos Library.photoslibrary/originals": 4,
    }
    layout = read(content)
    assert {one.label for one in layout.found} == {"cat", "dog"}
    (left_out,) = layout.left_out
    assert left_out.name == "Photos Library.photoslibrary"
    assert "Export its images" in left_out.reason


@pytest.mark.parametrize("name", ["z_rejected", "z_trash", "ZZZ trash", "z-discarded"])
def test_a_z_that_sorts_a_folder_to_the_end_hides_no_word(name):
    assert is_aside(name, ["cat", "dog"])
    assert is_aside(name.lstrip("zZ _-"), ["cat", "dog"])
    assert not is_aside("zebra", ["cat", "dog"])
