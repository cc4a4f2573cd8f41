"""Words for images that have no label, by language, and for images that came later or by chance."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.data.layouts.vocabulary.letters import all_words, spellings


@dataclass(frozen=True, slots=True)
class Phrases:
    """How a language says that images have no label: 'not sorted', 'to sort', 'without label'. Alternatives are
    separated by bars; `done` are stems, to which `ends` are added."""

    negations: str = ""
    done: str = ""
    ends: str = ""
    to: str = ""
    do: str = ""
    without: str = ""
    labels: str = ""
    more: str = ""

    def words(self) -> frozenset[str]:
        """Every phrase of it, folded."""
        negated = _joined(self.negations, self.done, f"|{self.ends}")
        lacking = _joined(self.without, self.labels) + _joined(self.labels, self.without)
        every = [*negated, *_joined(self.to, self.do), *lacking, *self.more.split("|")]
        return frozenset(word for phrase in every for word in spellings(phrase) if word)

    def lacked(self) -> Iterator[tuple[str, str]]:
        """Each phrase that says what an image is without, folded, with the word for that."""
        for without in self.without.split("|"):
            for noun in self.labels.split("|") if without and not without.startswith("need") else ():
                for phrase in (without + noun, noun + without):
                    yield from zip(spellings(phrase), spellings(noun), strict=True)


def _joined(*choices: str) -> list[str]:
    made = [""]
    for choice in choices:
        made = [one + more for one in made for more in (choice.split("|") if choice.strip("|") else [""])]
    return made if choices[0] else []


_PHRASES = {
    "en": Phrases(
        "un|not|notyet|yetun", "labeled|labelled|annotated|classified|sorted|categorized|categorised|tagged|assigned|"
        "reviewed|labeld", "yet|", "to|for|tobe|needsto|needto",
        "label|annotate|sort|classify|check|test|identify|predict|prediction|predictions|inference|labeled|labelled|"
        "annotated|classified|sorted|predicted",
        "no|without|need|needs", "label|labels|labeling|labelling|annotation|annotations",
        "pred|preds|predict|prediction|predictions|inference|submission|scoring|topred|forpred|forsubmission|"
        "forscoring|"
        "needsreview|needreview|needssorting|needsorting|predictme|predictthese|predictthis|classifyme|labelme|tryme|"
        "unsup|unsupervised",
    ),
    "de": Phrases(
        "un|nicht|nochnicht|nochun", "gelabelt|gelabelte|sortiert|klassifiziert|zugeordnet|beschriftet|annotiert|"
        "etikettiert|"
        "kategorisiert", "e|er|en|es", "zu|nochzu|zum|zur|für|fürdie", "klassifizieren|sortieren|bestimmen|labeln|"
        "beschriften|"
        "annotieren|vorhersagen|zuordnen|vorhersage|vorhersagen|klassifizierung", "ohne", "label|labels|klasse|"
        "beschriftung|"
        "etikett|annotation", "klassifizieren|bestimmen|vorhersage|vorhersagen",
    ),
    "fr": Phrases(
        "non|pas|pasencore", "étiqueté|classé|annoté|trié|labellisé|identifié", "e|s|es", "à|pour|a",
        "étiqueter|classer|trier|annoter|prédire|identifier|prédiction|laprédiction|tester", "sans",
        "étiquette|étiquettes|label|labels|classe|annotation", "prédire|classer|prédictions|prédiction",
    ),
    "es": Phrases(
        "no|sin|aunno", "etiquetado|etiquetada|clasificado|clasificada|anotado|anotada|ordenado|ordenada", "s", "por|"
        "para|a|sin|",
        "etiquetar|clasificar|predecir|ordenar|anotar|identificar|predicción", "sin", "etiqueta|etiquetas|clase|"
        "clasificación",
    ),
    "pt": Phrases(
        "não|nao|sem", "rotulado|rotulada|classificado|classificada|anotado|anotada|etiquetado|etiquetada|ordenado|"
        "ordenada",
        "s", "a|para|por|", "classificar|prever|rotular|etiquetar|anotar|predizer|previsão", "sem",
        "rótulo|rótulos|etiqueta|etiquetas|classe",
    ),
    "it": Phrases(
        "non|nonancora", "etichettat|classificat|annotat|ordinat|assegnat", "o|a|i|e", "da|per|",
        "classificare|etichettare|prevedere|predire|ordinare|annotare|predizione|previsione", "senza",
        "etichetta|etichette|classe",
    ),
    "ru": Phrases(
        "не", "размечен|классифицирован|отсортирован|разобран", "о|ы|а|ные|ная|ный|ное", "для|на|",
        "предсказания|разметки|разметку|классификации|сортировки|распознавания", "без", "разметки|меток|метки|класса",
        "предсказание|неразобранное|неразобранные",
    ),
    "uk": Phrases(
        "не", "розмічен|класифікован", "і|о|а", "для|на", "передбачення|розмітки|класифікації", "без", "розмітки|міток",
    ),
    "zh": Phrases(
        "未|没有|待|要|需|需要|无|未經", "标注|标记|標註|標記|分类|分類|预测|預測|整理|标签|標籤|识别", "的", "",
        "", "", "",
        "预测|預測",
    ),
    "ja": Phrases(
        "未", "分類|整理|ラベル|判定|ラベル付け", "の", "", "", "ラベル", "なし|無し", "予測|予測用|判定用|判定|"
        "推論|判定したい|分類したい|"
        "予測したい",
    ),
    "ko": Phrases("미", "분류|라벨|정리|지정", "된", "", "", "라벨|레이블", "없음|없는", "예측|예측용|추론"),
    "pl": Phrases(
        "nie", "oznaczon|posortowan|sklasyfikowan|przypisan", "e|y|a", "do|dla",
        "klasyfikacji|oznaczenia|sortowania|predykcji|przewidywania|posortowania|etykietowania", "bez", "etykiet|"
        "etykiety|klasy",
    ),
    "nl": Phrases(
        "on|niet|nogniet", "gelabeld|gesorteerd|geclassificeerd|ingedeeld|geannoteerd", "e", "te|omte|nogte|voor",
        "voorspellen|labelen|sorteren|classificeren|voorspelling", "zonder", "label|labels|klasse",
    ),
    "sv": Phrases(
        "o|inte|ej", "märkt|sorterad|klassificerad|etiketterad|taggad", "a|e", "att|för|till", "sortera|klassificera|"
        "märka|förutsäga|"
        "prediktion", "utan", "etikett|etiketter|klass", "omärkta|osorterade|oklassificerade",
    ),
    "da": Phrases(
        "u|ikke", "sorteret|sorterede|mærket|mærkede|klassificeret|klassificerede", "", "til|at|skal", "sortere|"
        "klassificere|"
        "forudsigelse|mærkes|sorteres", "uden", "etiket|mærkat|label|klasse",
    ),
    "no": Phrases(
        "u|ikke", "sortert|merket|merkede|klassifisert", "e", "til|å|for", "sortere|klassifisere|prediksjon", "uten",
        "etikett|label|klasse", "umerkede|usorterte",
    ),
    "fi": Phrases(
        "", "", "", "", "", "", "", "lajittelemattomat|lajittelematon|luokittelemattomat|luokittelematon|"
        "merkitsemättömät|"
        "luokiteltavat|ennustettavat|lajiteltavat",
    ),
    "tr": Phrases(
        "", "", "", "", "", "", "", "etiketsiz|etiketlenmemiş|sınıflandırılmamış|sınıflandırılacak|etiketlenecek|"
        "tahmin edilecek|"
        "tahmin|düzenlenmemiş|ayrılmamış",
    ),
    "cs": Phrases(
        "ne", "označen|roztříděn|zařazen|klasifikován|popsan", "é|ý|á|a|o", "k|pro|na", "určení|klasifikaci|třídění|"
        "predikci|označení|"
        "roztřídění", "bez", "označení|štítku|popisku",
    ),
    "sk": Phrases("ne", "označen|roztrieden|zaraden", "é|ý|á", "na|pre", "klasifikáciu|predikciu|určenie|"
    "triedenie", "bez", "označenia"),
    "hu": Phrases(
        "", "", "", "", "", "", "", "rendezetlen|címkézetlen|osztályozatlan|besorolatlan|címkézendő|osztályozandó|"
        "címke nélkül|"
        "címke nélküli|előrejelzés|előrejelzéshez",
    ),
    "ro": Phrases(
        "ne", "clasificat|etichetat|sortat|adnotat", "e|ă|i", "de|pentru", "clasificat|etichetat|prezis|sortat|"
        "predicție", "fără",
        "etichetă|etichete",
    ),
    "id": Phrases(
        "belum|tidak|tak", "dilabeli|dilabel|berlabel|diklasifikasi|diklasifikasikan|disortir|diberilabel", "",
        "untuk|akan",
        "diprediksi|prediksi|klasifikasi|diklasifikasi", "tanpa", "label|kelas",
    ),
    "vi": Phrases("chưa", "gán nhãn|phân loại|có nhãn|sắp xếp", "", "cần|để", "dự đoán|phân loại|gán nhãn", "không "
    "có|không", "nhãn"),
    "lt": Phrases("ne", "pažymėt|surūšiuot|klasifikuot", "i|as|os", "", "", "be", "žymų|etikečių"),
    "hr": Phrases("ne", "označen|razvrstan|klasificiran|sortiran", "e|o|i", "za", "predviđanje|klasifikaciju",
    "bez", "oznake|oznaka"),
    "el": Phrases("", "", "", "για", "πρόβλεψη|ταξινόμηση", "χωρίς", "ετικέτα|ετικέτες", "αταξινόμητα|αταξινόμητες"),
    "ar": Phrases(
        "غير", "مصنف|مصنفة|مصنفه|معنون|معنونة|مسمى|مرتب|مرتبة", "", "لل", "تصنيف|تنبؤ|توقع", "بدون|بلا", "تصنيف|"
        "تسمية|وسم|تسميات",
    ),
    "fa": Phrases("بدون", "برچسب|دسته", "", "برای", "پیش‌بینی|برچسب‌گذاری", "", "", "دسته‌بندی نشده|برچسب نخورده"),
    "he": Phrases("לא", "מסווג|מסווגות|מסווגים|מתויג|מתויגות|ממוין|ממוינות", "", "ל", "סיווג|חיזוי|תיוג", "ללא|"
    "בלי", "תווית|תוויות|תיוג"),
    "hi": Phrases("बिना|अ", "लेबल|वर्गीकृत", "", "", "", "", "", "अवर्गीकृत"),
    "th": Phrases("ยังไม่ได้|ไม่", "จัด|จำแนก|ติดป้าย|แยกประเภท|จัดประเภท", "", "", "", "", "", "ทำนาย"),
}  # fmt: skip
WORDS = frozenset(word for phrases in _PHRASES.values() for word in phrases.words())
LACKED = {phrase: noun for phrases in _PHRASES.values() for phrase, noun in phrases.lacked()}  # 'nolabel': 'label'

# images that came later, have no class yet, or lie there by chance: nearly always no class, but not for certain
NEW = all_words(
    {
        "en": "new|incoming|random|recent|latest|unknown", "de": "neu|neue|neuen|neuer|neues|zufällige", "es":
        "nuevo|nueva|nuevos|nuevas",
        "fr": "nouveau|nouveaux|nouvelle|nouvelles", "pt": "novo|nova|novos|novas", "it": "nuovo|nuova|nuovi|nuove",
        "ru": "новое|новая|новый|новые|новых", "uk": "нові|нова|нове", "bg": "нови", "zh": "新|新的",
        "ja": "新しい|新|新規",
        "ko": "새|새로운|신규", "pl": "nowe|nowy|nowa", "nl": "nieuw|nieuwe", "sv": "ny|nya|nytt", "da": "ny|nye|nyt",
        "fi": "uusi|uudet", "tr": "yeni", "cs": "nové|nový|nová", "hu": "új", "ro": "noi|nou|noua", "id": "baru",
        "vi": "mới",
        "lt": "nauji|naujos", "el": "νέα|νέες", "ar": "جديد|جديدة|الجديدة", "fa": "جدید", "he": "חדש|חדשות|חדשים",
        "hi": "नया|नए|नई",
        "th": "ใหม่",
    }
)  # fmt: skip
NEW_ALONE = all_words(
    {
        "es": "nuevas",
        "de": "neue",
        "ru": "новые",
        "uk": "нові",
        "fr": "nouvelles",
        "sv": "nya",
        "pl": "nowe",
        "en": "new",
    }
)
# ordinary words for a class, where one of these lies beside them
_SERIES = (
    ("new", "used old damaged worn broken refurbished scratched opened vintage rusty"),
    ("raw", "cooked burnt boiled fried baked ripe processed rare"),
    ("valid", "invalid expired forged fake revoked cancelled"),
    ("split", "whole chipped cracked broken intact"),
    ("train trains", "bus ship car tram plane boat truck bike bicycle metro subway voiture avion bateau velo "
    "automobile taxi ferry "
     "aeroplane airplane motorcycle helicopter buses cars station match warmup"),
    ("development dev", "forest water urban agriculture farmland residential park road river production"),
    ("query gallery", "invoice letter receipt email contract value key complaint order"),
    ("misc extra", "tools toys small large medium books clothes"),
    ("holdout", "normal press release switch"),
    ("test", "odi quiz homework exam"),
    ("tests", "spines shells skeletons ossicles"),
    ("mystery", "thriller romance horror comedy"),
    ("pending", "approved rejected done"),
    ("demo", "metal grunge rock"),
    ("set", "rep rest"),
    ("live", "spoof spoofed spoofing dead fake attack attacks print printed replay mask bonafide studio recorded "
     "screen edge die still taped digital paper photo"),
    ("production", "design rehearsal assembly packaging storage office warehouse"),
    ("external", "internal none both mixed interior"),
)  # fmt: skip
ORDINARY_BESIDE = {word: frozenset(beside.split()) for words, beside in _SERIES for word in words.split()}
