"""What stands before or behind another file's name: 'disc000_overlay' and 'mask_disc000' beside 'disc000'."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

NEARLY_ALL = 0.9
_TOKEN = re.compile(r"\d+|[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|[\W_]|.")
_COUNTED = re.compile(r"(?P<word>.*?)\(?(?P<number>\d{1,9})\)?")
_SEPARATORS = " _.-"
_MOST_TOKENS = 9  # of an affix
_SAMPLE = 60  # names that decide whether all of them are looked at
WITHOUT = frozenset(
    ("no", "non", "not", "without", "with", "w", "wo", "un", "on", "off", "wear", "wearing", "weared", "worn",
     "correct", "correctly", "incorrect", "incorrectly", "improper", "proper", "ohne", "kein", "keine", "mit", "sin",
     "con", "sans", "avec", "sem", "com", "senza", "zonder", "met", "без", "с")
)  # fmt: skip
# words for what was drawn on or from an image
_MASK = frozenset(
    ("mask", "masks", "seg", "segm", "segmentation", "segmentations", "segmap", "segmaps", "segmask", "gt",
     "groundtruth", "groundtruths", "trimap", "trimaps", "labelmap", "labelids", "annot", "annots", "annotation",
     "annotations", "annotated", "overlay", "overlays", "overlaid", "heatmap", "heatmaps", "outline", "outlines",
     "outlined", "gts", "maske", "masken", "mascara", "mascaras", "máscara", "máscaras", "masque", "masques",
     "maschera", "maschere", "masker", "maskers", "maski", "маска", "маски", "segmentierung", "segmentierungen",
     "segmentacion", "segmentación", "segmentaciones", "segmentação", "segmentazione", "掩码",
     "掩膜", "マスク", "마스크")
)  # fmt: skip
# words that mean it only where more than the word says so
_PERHAPS_MASK = frozenset(
    ("label", "labels", "lbl", "lbls", "labelled", "labeled", "ann", "anns", "contour", "contours", "gradcam", "cam",
     "saliency", "truth", "bbox", "bboxes", "boxes", "segmented", "masked")
)  # fmt: skip
_ANY_MASK = _MASK | _PERHAPS_MASK
_IMAGE = frozenset(
    ("image", "images", "img", "imgs", "im", "picture", "pictures", "pic", "pics", "photo", "photos", "foto",
     "fotos", "input", "inputs", "orig", "original", "originals", "origs", "raw", "rgb", "color", "colour",
     "colored", "source", "src", "scan", "scans", "frame", "frames", "data", "bild", "bilder", "imagen", "imagenes",
     "imágenes", "imagem", "imagens", "immagine", "immagini", "afbeelding", "afbeeldingen", "obrazy",
     "изображение", "изображения", "图像", "图片", "画像", "이미지")
)  # fmt: skip


class Affix(NamedTuple):
    """The tokens that one name has before or behind another, in lower case; one of both is empty."""

    before: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """As it can be shown, with its separators."""
        return "".join((*self.before, *self.behind))

    @property
    def words(self) -> list[str]:
        """Its words."""
        return [token for token in (*self.before, *self.behind) if token[0].isalpha()]

    @property
    def is_meaningful(self) -> bool:
        """Whether it holds a word, or a number set apart by a separator: 'b2' is no companion of 'b'."""
        apart = not (self.behind[:1] or self.before[-1:])[0][0].isalnum()
        return bool(self.words) or (apart and any(token.isdigit() for token in (*self.before, *self.behind)))


def tokens(name: str) -> list[str]:
    """The words, numbers and separators that a name is made of, in order: 'disc000Mask' gives three."""
    return _TOKEN.findall(name)


def words(name: str) -> list[str]:
    """The words of a name in lower case: 'ISIC_0001_GroundTruth' gives isic, ground and truth."""
    return [token.casefold() for token in tokens(name) if token[0].isalpha()]


def may_mean_mask(found: Sequence[str], known: Container[str] = _ANY_MASK) -> bool:
    """Whether one or two words together are one of masks or annotations, whatever else there is."""
    return any(word in known for word in found) or any(one + other in known for one, other in pairwise(found))


def means_mask(found: Sequence[str], surely: bool = True) -> bool:
    """Whether words are those of a mask or an annotation; not `surely`: a label may be one. 'without_mask' is none."""
    return WITHOUT.isdisjoint(found) and may_mean_mask(found, _MASK if surely else _ANY_MASK)


def means_image(found: Iterable[str]) -> bool:
    """Whether a word says that a file or folder holds the image itself: 'original', 'rgb'."""
    return not _IMAGE.isdisjoint(found)


def is_negated(found: Sequence[str], name: str) -> bool:
    """Whether `name` is that of the images without what the words `found` name: 'no_mask', 'unmasked'."""
    letters = "".join(words(name))
    return not WITHOUT.isdisjoint(words(name)) or any(
        word.rstrip("s") in letters for word in found if len(word) > 3 and means_mask([word], surely=False)
    )


def cuts(name: str) -> Iterator[tuple[str, Affix]]:
    """All that a name may have been before something was added, in lower case, with what that was; the longest first.

    A number is never cut in two.
    """
    parts = tuple(token.casefold() for token in tokens(name))
    for count in range(1, min(len(parts), _MOST_TOKENS + 1)):
        yield "".join(parts[:-count]), Affix(behind=parts[-count:])
        yield "".join(parts[count:]), Affix(before=parts[:count])


def called_after(name: str, known: Container[str]) -> str:
    """The one of `known`, in lower case, after which something is called, perhaps with a word more: 'img_0001' for
    'IMG_0001_json'. Empty if there is none."""
    whole = name.casefold()
    return whole if whole in known else next((base for base, affix in cuts(name) if base in known and affix.words), "")


def shared_affix(made: Collection[str], bases: Collection[str]) -> tuple[Affix, float]:
    """What most names of `made` have that the names of `bases` lack, and which share of `made` is named so.

    Only the most frequent one is reported, and none at all where it is that of less than half of them.
    """
    known, names = {base.casefold() for base in bases}, sorted(made)
    affix, share = Affix(), 0.0
    for chosen in (names[:: max(1, len(names) // _SAMPLE)], names):
        found = Counter(
            affix
            for name in chosen
            for affix in {affix for base, affix in cuts(name) if base in known and affix.is_meaningful}
        )
        affix, count = found.most_common(1)[0] if found else (Affix(), 0)
        share = count / max(1, len(chosen))
        if share < 0.5:
            return Affix(), 0.0
    return affix, share


def bare_names(stems: Collection[str]) -> set[str]:
    """The names in lower case without the beginning and the end that nearly all of them share, cut between words."""
    return set(bare_parts(stems))


def bare_parts(stems: Iterable[str]) -> list[str]:
    """The same in the order of the names."""
    parts = [[token.casefold() for token in tokens(stem)] for stem in stems]
    start = _shared(parts)
    rest = [_without(found, start)[::-1] for found in parts]
    end = _shared(rest)
    return ["".join(_without(found, end)[::-1]).strip(_SEPARATORS) for found in rest]


def _shared(sequences: Collection[Sequence[str]]) -> list[str]:
    """The tokens at the start of nearly all sequences."""
    shared: list[str] = []
    alive = list(sequences)
    while alive:
        found = Counter(one[len(shared)] for one in alive if len(one) > len(shared))
        token, count = found.most_common(1)[0] if found else ("", 0)
        if not count or count < NEARLY_ALL * len(sequences):
            break
        alive = [one for one in alive if one[len(shared) : len(shared) + 1] == [token]]
        shared.append(token)
    return shared


def _without(found: list[str], start: list[str]) -> list[str]:
    return found[len(start) :] if found[: len(start)] == start else found


def is_count(stems: Collection[str]) -> bool:
    """Whether names only count from 0 or 1 on, perhaps with gaps, also on several levels ('0003_0012'): two folders of
    1.jpg, 2.jpg, 3.jpg have no more to do with each other than any others."""
    numbers = _numbers(stems)
    if not all(min(each, default=9) < 2 and _is_run(each) for each in numbers.values()):
        return False
    outer = {word.rstrip(_SEPARATORS) for word in numbers if any(map(str.isdigit, word))}
    return not outer or is_count(outer)


def count_on(parts: Collection[Collection[str]]) -> bool:
    """Whether the names in one of several parts only count from 0 or 1 on, and those in the others from where they
    please: 1.jpg to 20.jpg for training, 101.jpg to 108.jpg for testing."""
    return any(map(is_count, parts)) and all(all(map(_is_run, _numbers(stems).values())) for stems in parts)


def _numbers(stems: Iterable[str]) -> dict[str, list[int]]:
    """The numbers at the end of names by what stands before; none at all where a name has no number."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for stem in stems:
        if not (match := _COUNTED.fullmatch(stem)):
            return {stem: []}
        numbers[match["word"]].append(int(match["number"]))
    return numbers


def _is_run(numbers: Sequence[int]) -> bool:
    """Whether numbers follow one another, perhaps with gaps."""
    start = min(numbers, default=0)
    return bool(numbers) and max(numbers) - (start if start > 1 else 0) < 2 * len(numbers) + 2
