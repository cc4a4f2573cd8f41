"""Words for the parts of a data set, by language."""

from core.data.dataset import Part
from core.data.layouts.vocabulary.letters import all_words

_TRAIN = {
    "en": "train|training|trn|trainval|trainings|fortrain|fortraining|xtrain|ytrain|trainx|metatrain",
    "de": "trainieren|lernen|lern|übung|übungen|übungs|trainings",
    "fr": "apprentissage|apprendre|entraînement|entraîner",
    "es": "entrenamiento|entrenar|aprendizaje",
    "pt": "treino|treinamento|treinar", "ca": "entrenament",
    "it": "addestramento|addestrare",
    "ru": "обучение|обучающая|обучающие|обучающий|тренировочная|тренировочные|тренировочный|тренировка",
    "uk": "навчальна|навчальні|навчальний|навчання|тренувальна|тренувальні",
    "bg": "обучение|обучаващи|тренировъчни",
    "zh": "训练|训练集|訓練|訓練集",
    "ja": "学習|訓練|教師",
    "ko": "훈련|학습",
    "pl": "trening|treningowy|treningowe|treningowa|uczenie|uczący|uczące|szkolenie",
    "nl": "oefen|oefenen|trainen|trainings",
    "sv": "tränings|träning|träna", "da": "træning|trænings|træne", "no": "opplæring|opplærings|trening|trenings",
    "fi": "koulutus|opetus|harjoitus",
    "tr": "eğitim|öğrenme",
    "cs": "trénovací|trénink|tréninková|učení", "sk": "trénovacia|trénovacie|tréning|tréningová",
    "hu": "tanító|tanuló|tréning|betanító",
    "ro": "antrenare|antrenament", "lt": "mokymas|mokymo|treniravimo", "hr": "treniranje|trening|obuka|učenje",
    "id": "latih|pelatihan|latihan",
    "vi": "huấn luyện|đào tạo",
    "el": "εκπαίδευση|εκπαίδευσης",
    "ar": "تدريب|التدريب|تدريبية", "fa": "آموزش|آموزشی", "he": "אימון|אימונים",
    "hi": "प्रशिक्षण", "th": "ฝึก|ฝึกสอน|ฝึกฝน",
}  # fmt: skip
_VAL = {
    "en": "val|valid|validation|validate|validating|dev|develop|development|eval|evaluation|evaluate|holdout|xval|"
    "xvalid|metaval|externalvalidation",
    "de": "validierung|validierungs|validieren",
    "fr": "évaluation|évaluer",
    "es": "validación|validar|evaluación",
    "pt": "validação|validar|avaliação",
    "it": "validazione|convalida|verifica|valutazione",
    "ru": "валидация|валидационная|валидационные|валидационный",
    "uk": "валідація|валідаційна|перевірка|перевірочна", "bg": "валидация|валидиране|валидационни",
    "zh": "验证|验证集|驗證|驗證集", "ja": "検証|評価", "ko": "검증",
    "pl": "walidacja|walidacyjny|walidacyjne|walidacyjna", "nl": "validatie|valideren",
    "sv": "validering|validerings|valideringen", "da": "validering|validerings", "no": "validering|validerings",
    "fi": "validointi", "tr": "doğrulama", "cs": "validační|validace", "sk": "validačná|validačné|validácia",
    "hu": "validációs|validáció|validáló|érvényesítő", "ro": "validare", "lt": "validavimas|validavimo",
    "hr": "validacija|provjera", "id": "validasi", "vi": "xác thực|thẩm định|kiểm định", "el": "επικύρωση|επικύρωσης",
    "ar": "تحقق|التحقق", "fa": "اعتبارسنجی", "he": "אימות|ולידציה", "hi": "सत्यापन", "th": "ตรวจสอบ",
}  # fmt: skip
_TEST = {
    "en": "test|tests|testing|tst|fortest|fortests|fortesting|xtest|ytest|testx|metatest|publictest|privatetest|"
    "hiddentest|blindtest",
    "de": "testen|test|prüf|prüfung|prüfungs|prüfen",
    "fr": "essai|essais",
    "es": "prueba|pruebas|probar|examen",
    "pt": "teste|testes|testar",
    "it": "prova|prove|collaudo",
    "ru": "тест|тесты|тестовая|тестовые|тестовый|тестирование|проверка|проверочная|проверочные",
    "uk": "тестова|тестові|тестовий|тестування", "bg": "тестване|тестови|тестова",
    "zh": "测试|测试集|測試|測試集", "ja": "テスト", "ko": "테스트|시험",
    "pl": "testowy|testowe|testowa|testowanie", "nl": "testen", "sv": "testning", "da": "testning", "no": "testing",
    "fi": "testaus|testi|testi", "tr": "sınama|deneme", "cs": "testovací|testování", "sk": "testovacia|testovacie",
    "hu": "teszt|tesztelő|teszthalmaz|tesztelés", "ro": "testare", "lt": "testavimas|testavimo",
    "hr": "testiranje|ispitivanje", "id": "uji|pengujian", "vi": "kiểm tra|kiểm thử", "el": "δοκιμή|δοκιμής|δοκιμές",
    "ar": "اختبار|الاختبار|إختبار", "fa": "آزمون|آزمایش|تست", "he": "בדיקה|מבחן|טסט",
    "hi": "परीक्षण|परीक्षा|टेस्ट", "th": "ทดสอบ|การทดสอบ",
}  # fmt: skip
WORDS: dict[Part, frozenset[str]] = {
    "train": all_words(_TRAIN), "val": all_words(_VAL), "test": all_words(_TEST),
}  # fmt: skip
LATE = all_words(
    {"en": "eval|evaluation|evaluate|holdout", "fr": "évaluation|évaluer", "es": "evaluación", "ja": "評価"}
)  # used as the test part if no other folder is called test
# what may as well be a class where it stands alone: a part only beside another part
AMBIGUOUS = all_words(
    {
        "en": "valid|dev|develop|development|eval|evaluation|evaluate|holdout|publictest|privatetest|hiddentest|"
        "blindtest|externalvalidation",
        "de": "lernen|lern|übung|übungen|übungs|prüf|prüfung|prüfen", "fr": "essai|essais|évaluation|évaluer",
        "es": "prueba|examen|aprendizaje|evaluación", "pt": "teste|testes|avaliação",
        "it": "prova|prove|verifica|convalida|collaudo|valutazione",
        "ru": "проверка|тренировка|обучение", "uk": "навчання|перевірка", "ja": "評価", "pl": "trening|uczenie|"
        "szkolenie",
        "nl": "oefen|oefenen", "fi": "koulutus|opetus|harjoitus", "tr": "eğitim|öğrenme|deneme", "hr": "obuka|učenje",
        "hu": "tanító|tanuló", "id": "uji|latih|latihan", "vi": "đào tạo|kiểm tra", "el": "εκπαίδευση|δοκιμή",
        "ar": "تدريب|اختبار", "fa": "آموزش|آزمون|آزمایش", "he": "אימון|בדיקה|מבחן|אימות", "hi": "परीक्षा", "th":
        "ฝึก|ตรวจสอบ",
    }
)  # fmt: skip
# trained on where no other folder or value is called after training
DEVELOPMENT = all_words({"en": "dev|develop|development"})
# sets of names of which each alone means nothing
TOGETHER = tuple(
    frozenset(words.split())
    for words in (
        "seen unseen", "base novel", "tr va vl dv te ts", "insample outofsample", "firsthalf secondhalf",
        "pretrain pretraining finetune finetuning", "reference query",
        "gallery query probe probes enrollment enrolment enrolled distractors boundingboxtrain boundingboxtest",
        "support query", "source target src tgt trg", "indomain outofdomain ood",
        "indistribution outofdistribution id iid ood", "internal external",
        "development derivation discovery replication validation holdout external",
        "live production prod staging preprod canary uat development dev", "public private leaderboard hidden",
    )
)  # fmt: skip
# what may stand behind them: 'novel classes', 'target domain'
AFTER_TOGETHER = all_words(
    {"en": "class|classes|category|categories|domain|domains|cohort|cohorts|site|sites|center|centre|hospital|env|"
    "environment|group|ids|identities"}
)  # fmt: skip
# what is part of a data set where 'train' or 'test' lies beside it
BESIDE_PARTS = all_words(
    {
        "en": "extra|extras|pretrain|pretraining|finetune|finetuning|calibration|learn|learning|labeled|labelled|"
        "support|query|gallery|probe|distractors|seen|unseen|base|novel|source|target|internal|external|production|"
        "staging|leaderboard"
    }
)
# words of a column of parts that mean something else elsewhere
IN_COLUMNS: dict[str, Part] = {
    "tr": "train", "learn": "train", "learning": "train", "va": "val", "te": "test", "ts": "test", "check": "test",
    "public": "test", "private": "test", "query": "test", "unseen": "test",
}  # fmt: skip
COLUMNS = all_words(
    {
        "en": "split|subset|set|part|partition|usage|phase|dataset", "de": "verwendung|teil|aufteilung|menge|zweck",
        "fr": "ensemble|partie|usage", "es": "conjunto|particion|parte|uso|fase", "pt": "conjunto|particao|parte|uso",
        "it": "insieme|parte|uso|partizione", "ru": "выборка|набор|часть", "zh": "集合|数据集|划分|用途",
        "ja": "用途|分割",
        "nl": "gebruik|deel", "pl": "zbiór|podział|część",
    }
)  # fmt: skip
