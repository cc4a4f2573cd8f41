"""What stands beside the word for a part: nouns for images and data, prepositions, and words such as 'set'."""

from core.data.layouts.vocabulary.letters import Fillers, all_words, spellings
from core.data.layouts.vocabulary.parts import AFTER_TOGETHER

_NOUNS = {
    "en": "image|images|img|imgs|picture|pictures|pic|pics|photograph|photographs|photo|photos|data|dataset|datasets|"
    "sample|samples|jpeg|jpegs|jpg|jpgs|png|pngs",
    "de": "bild|bilder|foto|fotos|aufnahme|aufnahmen|daten|datensatz|satz|menge|bildern",
    "fr": "image|images|photo|photos|donnée|données|jeu|ensemble",
    "es": "imagen|imágenes|foto|fotos|dato|datos|conjunto",
    "pt": "imagem|imagens|foto|fotos|dado|dados|conjunto",
    "it": "immagine|immagini|foto|dati|insieme",
    "ru": "изображения|изображений|изображение|картинки|фото|фотографии|данные|данных|снимки|набор|выборка|выборки",
    "uk": "зображення|фото|дані|вибірка|набір",
    "bg": "изображения|снимки|данни|извадка",
    "zh": "数据|数据集|图片|图像|照片|集|集合|数據|數據集|數據|圖片|圖像|样本",
    "ja": "画像|写真|データ|データセット|用|セット",
    "ko": "이미지|사진|데이터|용|데이터셋|세트",
    "pl": "obraz|obrazy|zdjęcie|zdjęcia|zbiór|dane|zestaw",
    "nl": "afbeelding|afbeeldingen|foto|fotos|foto's|beelden|gegevens",
    "sv": "bild|bilder|foton|data|mängd",
    "da": "billede|billeder|fotos|datasæt|sæt",
    "no": "bilde|bilder|datasett|sett",
    "fi": "kuva|kuvat|aineisto|data|joukko",
    "tr": "resim|resimler|resimleri|görüntü|görüntüler|fotoğraflar|veri|verisi|veriler|seti|kümesi",
    "cs": "obrázek|obrázky|fotky|snímky|fotografie|data|sada|množina",
    "sk": "obrázky|fotky|dáta|sada",
    "hu": "kép|képek|fotók|adatok|adat|adathalmaz|halmaz|készlet",
    "ro": "imagine|imagini|poze|date|set|setde",
    "id": "gambar|foto|citra|data|himpunan",
    "vi": "ảnh|hình ảnh|dữ liệu|tập|tập dữ liệu",
    "lt": "vaizdai|nuotraukos|duomenys|rinkinys",
    "hr": "slika|slike|podaci|skup",
    "el": "εικόνα|εικόνες|φωτογραφίες|δεδομένα|σύνολο",
    "ar": "صورة|صور|بيانات|مجموعة|الصور|البيانات",
    "fa": "تصاویر|عکس|داده|مجموعه|داده‌ها",
    "he": "תמונה|תמונות|נתונים|סט",
    "hi": "चित्र|छवि|डेटा|सेट|तस्वीरें",
    "th": "ภาพ|รูป|รูปภาพ|ข้อมูล|ชุด",
}
_ADJECTIVES = {
    "en": "set|sets|seg|split|splits|folder|dir|subset|part|raw|original|orig|final|new",
}
# words of their own beside one for a part: 'set de test', 'not detest'
_BETWEEN = {
    "en": "only|for|of|to|the|my",
    "de": "zum|zur|zu|von|mit|für|der|die|das|dem",
    "fr": "de|du|des|pour|les|la|le",
    "es": "de|para|del|el|la|los|las",
    "pt": "de|do|da|para|as|os",
    "it": "di|per|da|del|della|il",
    "ru": "для|на", "uk": "для", "bg": "за", "pl": "do|dla", "nl": "voor|te|om", "sv": "för|till|att", "da": "til|at",
    "tr": "için", "cs": "pro", "hu": "az", "ro": "de|pentru", "id": "untuk",
}  # fmt: skip
_UNSPACED = {"zh": "要|的|用于", "ja": "したい|する|の", "en": "my"}  # before a word without a gap
_AFTER = {
    "en": "only|file|files|item|items|list|lists|small|large|mini|full",
    "de": "liste",
    "es": "lista",
    "fr": "liste",
    "zh": "的",
}

NOUNS = all_words(_NOUNS)
SMALL = all_words(_BETWEEN)
# 'donneesdetest': behind a noun nobody takes the small word for the beginning of another one
_WITH_SMALL = frozenset(
    noun + small
    for language, words in _BETWEEN.items()
    for noun in spellings(_NOUNS.get(language, ""))
    for small in spellings(words)
)
_BEFORE = NOUNS | all_words(_ADJECTIVES) | all_words(_UNSPACED) | _WITH_SMALL
NAMELESS = Fillers(NOUNS | all_words(_ADJECTIVES) | all_words({"en": "the|my"}), ())
NOUNY = Fillers(NOUNS, NOUNS)
AROUND = Fillers(_BEFORE, NOUNS | all_words(_ADJECTIVES) | all_words(_AFTER))
TOGETHER = Fillers(_BEFORE, NOUNS | all_words(_ADJECTIVES) | AFTER_TOGETHER)
