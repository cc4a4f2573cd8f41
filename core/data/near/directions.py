"""Names of classes that may differ by mirroring or turning alone: 'turn-left', 'b', 'clockwise'."""

from core.data.layouts.vocabulary.letters import all_words, folded
from core.data.related.affixes import words

_DIRECTIONS = all_words(
    {
        "en": "left|right|up|down|upper|lower|top|bottom|north|south|east|west|upward|upwards|downward|downwards|"
        "clockwise|counterclockwise|anticlockwise|cw|ccw|horizontal|vertical|horizontally|vertically|mirrored|mirror|"
        "flipped|inverted|upside|rotated|rotate|turned|sideways|portrait|landscape|forward|backward|ascending|"
        "descending|rising|falling|like|dislike|port|starboard|os|od|dextral|sinistral|northeast|northwest|southeast|"
        "southwest|orientation|rot",
        "de": "links|rechts|oben|unten|hoch|runter|waagerecht|senkrecht|gespiegelt|gedreht",
        "fr": "gauche|droite|droit|haut|bas", "es": "izquierda|derecha|arriba|abajo|izquierdo|derecho",
        "pt": "esquerda|direita|cima|baixo|esquerdo|direito", "it": "sinistra|destra|su|giu|sinistro|destro",
        "nl": "rechtsaf|linksaf|boven|onder", "pl": "lewo|prawo|lewa|prawa|gora|dol", "sv": "vanster|hoger|upp|ner",
        "ru": "лево|право|влево|вправо|вверх|вниз|левый|правый", "zh": "左|右|上|下|左转|右转", "ja": "左|右|上|下",
        "ko": "왼쪽|오른쪽|위|아래",
    }
)  # fmt: skip


def means_direction(label: str) -> bool:
    """Whether a class is called after a direction, or by a single letter or a number, as written characters are."""
    found = words(label)
    return len(folded(label)) < 2 or any(folded(word) in _DIRECTIONS for word in found)
