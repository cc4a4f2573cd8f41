"""Words for folds of a cross-validation and for batches of images, by language."""

from core.data.layouts.vocabulary.letters import all_words

FOLDS = all_words(
    {
        "en": "fold|folds|kfold|kfolds|foldof|cv|cvfold|split|splits|subset|partition|crossval|crossvalidation|cvsplit",
        "de": "falte|falz|faltung",
        "es": "pliegue",
        "pt": "dobra",
        "fr": "pli",
        "zh": "第折|折|第折交叉验证",
        "ja": "分割",
        "ru": "фолд",
        "it": "piega",
    }
)
# portions of one lot, counted from one: a number of four digits is that of a spare part
PORTIONS = all_words(
    {
        "en": "part|parts|chunk|shard|volume|set|half|round|wave|phase|release|version|recupdir",
        "de": "teil|teile|runde|phase|welle",
        "fr": "partie|lot|tour|vague",
        "es": "parte|lote|ronda|fase",
        "pt": "parte|lote",
        "it": "parte|lotto",
        "ru": "часть|партия",
        "uk": "частина",
        "zh": "第部分|部分|第批|批次",
        "ja": "第部|部",
        "ko": "부분",
        "pl": "część|partia",
        "nl": "deel",
        "sv": "del",
        "da": "del",
        "fi": "osa",
        "tr": "bölüm|parça",
        "cs": "část",
        "hu": "rész",
        "ro": "partea",
        "id": "bagian",
        "vi": "phần",
    }
)
# what file names say of the way an image was made, in every class alike
VIEWS = all_words(
    {
        "en": "pre|post|before|after|front|back|side|top|bottom|left|right|up|down|near|far|close|wide|inside|"
        "outside|indoor|indoors|"
        "outdoor|outdoors|"
        "day|night|morning|noon|evening|spring|summer|autumn|winter|sunny|cloudy|light|dark|flip|flipped|hflip|vflip|"
        "rot|rotated|"
        "crop|cropped|aug|augmented|orig|original|flickr|google|bing|baidu|yahoo|pinterest|pexels|pixabay|unsplash|"
        "wikimedia|"
        "wikipedia|instagram|facebook|web|phone|camera|mobile|canon|nikon|iphone|samsung|male|female",
        "de": "vorne|hinten|oben|unten|links|rechts|innen|aussen|tag|nacht",
        "fr": "avant|arrière|gauche|droite|jour|nuit",
        "es": "frente|atrás|izquierda|derecha|día|noche",
    }
)
