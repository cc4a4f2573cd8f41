"""Parts, folds, lots and images without labels in many languages, and the classes that only sound like them."""

import pytest

from core.data.layouts.words import PREDICT, are_folds, is_certain, is_group, is_new, is_unlikely_class, kind_of
from core.errors import UnclearLayout, UnusableDataset
from tests.data.layouts.conftest import counts

FLAT_PARTS = """trening walidacja|zbior_treningowy zbior_testowy|eğitim sınama|egitim dogrulama test|
trénovací validační testovací|koulutus testaus|koulutus validointi|tanító teszt|tréning teszt|
εκπαίδευση δοκιμή|data_latih data_uji|huan_luyen kiem_tra|навчальна тестова|обучение тестване|
обучение проверка|تدريب اختبار|آموزش آزمون|אימון בדיקה|प्रशिक्षण परीक्षण|ฝึก ทดสอบ|antrenare testare|
mokymas testavimas|trening testowanie|Lerndaten Prüfdaten|Lerndaten Pruefdaten|Aprendizaje Examen|
entraînement évaluation|entrainement evaluation|träningsbilder valideringsbilder|træning validering|
opplæring validering|oefenset validatieset|addestramento convalida collaudo|train extra test|
pretrain finetune test|support query|tr te|tr va te|xtrain xtest|trainSmall testSmall|
in_sample out_of_sample|train_images_v1 train_images_v2|first_half second_half|train extra|
cross_val_1 cross_val_2|fold-1-of-3 fold-2-of-3 fold-3-of-3|k1 k2 k3|pliegue_1 pliegue_2|
第1折 第2折|折1 折2|partie_1 partie_2|lote_1 lote_2|sessions_1 sessions_2|Set1 Set2 Set3|setA setB|
第1部分 第2部分|часть_1 часть_2|Falte_1 Falte_2|Teil_1 Teil_2"""


@pytest.mark.parametrize("names", [text.split() for text in FLAT_PARTS.split("|")], ids=" ".join)
def test_flat_parts_folds_and_lots_are_no_classes(read, names):
    with pytest.raises((UnclearLayout, UnusableDataset)):
        read({name: 7 - index for index, name in enumerate(names)})


@pytest.mark.parametrize(
    "names",
    [
        ("testes", "ovary"), ("teste", "torso"), ("prova", "gara"), ("prueba", "carrera"), ("K1", "K2"), ("new", "old"),
        ("tr", "td", "th"), ("te", "ti", "to"), ("base", "cap"), ("support", "beam", "column"), ("Teil", "Ganzes"),
        ("Teil_4711", "Teil_8801"), ("lote_azul", "lote_rojo"), ("first_half", "first_quarter"), ("новые", "старые"),
        ("testa", "mano", "gamba"), ("development", "forest", "water"), ("train", "bus", "ship"),
        ("raw", "cooked", "burnt"),
        ("valid", "expired", "forged"), ("new", "used", "damaged"), ("test_tube", "beaker", "flask"),
        ("split", "whole", "chipped"), ("query", "invoice", "letter"), ("misc", "tools", "toys"),
        ("tested", "validated"),
        ("holdout", "normal", "press"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_ordinary_classes_are_read_without_a_word(read, names):
    layout = read({name: 7 - index for index, name in enumerate(names)})
    assert counts(layout) == {name: 7 - index for index, name in enumerate(names)}
    assert (layout.notes, layout.left_out) == ([], [])


WITHOUT_LABEL = """unsortiert|noch zu sortieren|ohne Label|nicht zugeordnet|nicht klassifiziert|Ungelabelt|Vorhersage|
zur Vorhersage|non étiqueté|non classées|non annotées|à étiqueter|à trier|images pour tester|
por etiquetar|para predecir|a classificar|para prever|não rotuladas|sem rótulo|da classificare|
da etichettare|non etichettate|待预测|要预测的图片|判定したい画像|미분류|예측|라벨없음|без разметки|
неразмеченные|не размечено|для предсказания|nieoznaczone|do klasyfikacji|nieposortowane|
te voorspellen|ongelabeld|ongesorteerd|omärkta|osorterade|usortert|usorteret|lajittelemattomat|
etiketsiz|tahmin edilecek|neoznačené|neroztříděné|k určení|rendezetlen|neclasificate|belum_dilabeli|
chua_gan_nhan|غير مصنف|ללא תווית|not_labeled_yet|need label|needs labels|needs_review|
to be labelled|to-be-annotated|classify_me|try_me|untagged|unassigned|unreviewed|unlabeld|
for_prediction"""


@pytest.mark.parametrize("name", [name.strip() for name in WITHOUT_LABEL.split("|")])
def test_images_without_label_are_offered_in_every_language(name):
    assert (kind_of(name), is_certain(name)) == (PREDICT, True)


NEW = """Neue Bilder|nouvelles images|imagenes nuevas|fotos nuevas|novas imagens|nuove immagini|新图片|
新しい画像|새 이미지|новые фото|nowe zdjęcia|nieuwe fotos|nya bilder|yeni resimler|data_baru|
random_images|unknown_images|100CANON|WhatsApp Images"""
ASIDE = "ejemplos|Probebilder|новые|uploads|Downloads|DCIM|incoming|external_validation|Test images (no labels)|zz_test"


@pytest.mark.parametrize("name", [name.strip() for name in f"{NEW}|{ASIDE}".split("|")])
def test_images_that_came_later_are_told(read, name):
    assert is_new(name) is (name in [one.strip() for one in NEW.split("|")])
    assert not (kind_of(name) and is_certain(name))
    layout = read({"oak": 5, "elm": 4, name: 6})
    assert counts(layout)[name] == 6
    assert [note for note in layout.notes if note.startswith(f"'{name}' is read as a class.")]


@pytest.mark.parametrize(
    "name",
    [
        "neu", "gelabelt", "labeled", "sorted", "classified", "classy", "размеченный", "oznaczone",
        "newt",
        "New York", "newspaper", "novel", "Neubau", "Testudo", "contest", "aval", "untested", "tested", "to", "a",
        "test_tube",
    ],
)  # fmt: skip
def test_what_only_sounds_like_it(name):
    assert kind_of(name) is None
    assert not is_new(name)
    assert not is_unlikely_class(name)


def test_new_images_are_told_within_parts_too(read):
    layout = read(
        {f"{part}/{name}": n for part, n in (("train", 5), ("val", 3)) for name in ("cat", "dog", "Neue Bilder")}
    )
    assert [note for note in layout.notes if note.startswith("'Neue Bilder' is read as a class.")]
    assert not read({f"{part}/{name}": 3 for part in ("train", "val") for name in ("new", "old", "broken")}).notes


@pytest.mark.parametrize("name", ["Neue Bilder", "unsortiert", "100CANON", "non classées"])
def test_one_class_beside_images_without_a_class_is_asked_about(asked, name):
    assert [choice.reading for choice in asked({"cat": 5, name: 4}).choices] == [{"layout": "folders"}]


@pytest.mark.parametrize(
    ("upper", "beside"),
    [
        ("Gelabelt", "Ungelabelt"),
        ("known", "unknown"),
        ("etiquetadas", "nuevas"),
        ("reference", "query"),
        ("pets", "uploads"),
    ],
)
def test_classes_in_a_folder_beside_images_without_one(asked, read, upper, beside):
    error = asked({f"{upper}/cat": 5, f"{upper}/dog": 4, beside: 3})
    assert [choice.reading["layout"] for choice in error.choices] == [f"only:{upper}", "folders"]
    assert counts(read({f"{upper}/city": 5, f"{upper}/coach": 4, "tram": 3})) == {upper: 9, "tram": 3}


def test_groups_within_classes_are_no_masks(read):
    layout = read({f"{name}/{lot}": n for name, n in (("cat", 4), ("dog", 3)) for lot in ("Set1", "Set2")})
    assert counts(layout) == {"cat": 8, "dog": 6}
    assert not are_folds(["K1", "K2"])
    assert [is_group(name) for name in ("Set1", "setB", "Teil 12", "Teil_4711", "Set", "part_bolt")] == [
        True, True, True, False, False, False
    ]  # fmt: skip
