"""Columns that say whether the label of a row is right: 'correct', 'approved', or 'Confidence' 0 of Open Images."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.data.layouts.assigned import listed
from core.data.layouts.flags import are_flags, excludes, is_no, is_yes
from core.data.layouts.labels.lists import split_labels
from core.data.layouts.tables import Table
from core.data.layouts.words import plain
from core.text import short

Columns = Mapping[str, Sequence[str]]
_IS = r"(is|was|if|label|labels|class|annotation|human|reviewer|expert)*"
_RIGHT = re.compile(
    rf"{_IS}(correct(ly|ness)?|right|true|approv(ed?|al)|confirm(ed|ation)?|accept(ed|able|ance)?|agree(d|s|ment)?|"
    r"verdict|korrekt|richtig|bestätigt|stimmt|correcto|correcta|confirmado|"
    r"aprobado|corrette?o?|confirmé|approuvé|exact|верно|正确)(labell?(ed)?|class|annotation|image|flag|yn)?"
)
_LOOKED_AT = re.compile(
    rf"{_IS}(verif(y|ied|ication)|validated|check(ed)?|review(ed)?|qc|qa|ok|okay|geprüft|verificado|"
    r"validado|vérifié|validé)(label|class|annotation|flag|ok|status|passed|yn)?"
)
_WRONG = re.compile(
    rf"{_IS}((in|not)(correct|right|true)|wrong(ly)?|mis(labell?ed|classified)|errors?|reject(ed)?|declined|refuted|"
    r"disputed|noisy|falsch|fehlerhaft|incorrecto|faux|erroné)(labell?(ed)?|class|annotation|flag)?"
)
# as often said of what is shown, or of the image, as of its label: the right eye, a part that passed, not yet reviewed
_UNSURE = re.compile(
    r"(is|was|if)*(right|true|exact|ok(ay)?|qc|qa|check(ed)?|review(ed)?|errors?|reject(ed)?|declined|noisy|faux)"
    r"(image|flag|ok|status|passed|yn)?"
)
_SURE = re.compile(rf"{_IS}(confidence|conf)")  # of 0 or 1, as Open Images writes it
_THERE = re.compile(
    rf"{_IS}(confidence|conf|presen(t|ce)|posit(ive|ivity)|exists?|existence|applie[sd]|applicable|vorhanden|presente|"
    r"présent|обнаружено)"
)
_PER_LABEL = re.compile(r"value|score|flag|mark|state|answer|response|vote|wert|valeur|valor")
_YES = re.compile(r"accept(ed)?|approved?|confirm(ed)?|agree(d)?|correct|right|ok(ay)?|keep|pass(ed)?|valid|verified")
_NO = re.compile(
    r"reject(ed)?|disapproved|refuted|disagree(d)?|declined|denied|incorrect|wrong|notok|notokay|false|fail(ed)?|invalid"
)
_JUDGES = re.compile(  # the names of columns whose words of praise and blame are meant for the label
    rf"{_IS}(status|verdict|decision|judge?ment|opinion|vote|answer|response|feedback|assessment|approval|agreement|"
    r"(peer)?review(er|ed)?|check(ed)?|verif(ied|ication)|validat(ed|ion)|correct(ness)?|accept(ed|ance)?|"
    r"confirm(ed|ation)?|approved?)(status|verdict|decision|result|label|class|annotation|flag)?"
)
_BLAMES_IMAGE = re.compile(r"notok|notokay|false|fail(ed)?|invalid")  # or a part, unless the column is of labels
_OF_LABELS = re.compile(r"label|class|annotation|review|verif|validat|approv|vote|agree")
_NAMES_LABEL = re.compile(r"label|class")  # 'true_label' of 0 and 1 beside 'label' of 0 and 1
_MOST = 1 / 3  # of the images may lose their label by a column
_MOST_OF_A_CLASS = 1 / 2  # more of one is what the column says of the class, not of single labels
_ROWS_OF_SEVERAL = 1.5  # rows for an image, on average, where each row offers one label of several

Refusal = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The rows whose label does not hold by `column`, and what there is to say of such columns."""

    column: str = ""
    wrong: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()


def verdicts_of(
    table: Table, files: str, label: str, used: Sequence[str], matched: Sequence[int], separator: str = ""
) -> Verdicts:
    """The verdict on each label of the column `label` in the rows `matched`, which have an image; on none where no
    column plainly gives one, or where it would take many images or a class: then it is told and not used.

    `used` are columns that are used for something else; `separator` is that of lists of labels. In a table that offers
    several labels for an image row by row, as that of Open Images, any number may be refused.
    """
    columns = {name: [values[row] for row in matched] for name, values in table.columns.items()}
    others = {name: values for name, values in columns.items() if name not in (files, label, *used)}
    if not label or not matched:
        return Verdicts()
    several = _are_several(columns[files])
    for name, values in others.items():
        refuses = None if _may_be_label(name, values, columns[label]) else _refuses(name, values, several)
        wrong = [refuses is not None and refuses(value) for value in values]
        labels = [split_labels(value, separator) for value in columns[label]] if any(wrong) else []
        if labels and _can_be_refused(wrong, labels, several):
            rest = {one: others[one] for one in others if one != name}
            rows = frozenset(row for row, one in zip(matched, wrong, strict=True) if one)
            return Verdicts(name, rows, (_told(table, name, rows, label), *_unused(rest, columns[label], several)))
    return Verdicts(notes=tuple(_unused(others, columns[label], several)))


def _are_several(files: Sequence[str]) -> bool:
    """Whether a table has several rows for most images, and not just one of them twice."""
    return len(files) >= _ROWS_OF_SEVERAL * len(set(files))


def _may_be_label(name: str, values: Sequence[str], labels: Sequence[str]) -> bool:
    return bool(_NAMES_LABEL.search(plain(name)) and set(values) & set(labels))


def _can_be_refused(wrong: Sequence[bool], labels: Sequence[Sequence[str]], several: bool) -> bool:
    """Whether what is left without the wrong rows are still the same classes, and most of the images."""
    before = Counter(label for row in labels for label in row)
    denied = Counter(label for row, no in zip(labels, wrong, strict=True) if no for label in row)
    if len(before - denied) < 2:
        return False
    if several:
        return True
    labelled = [no for row, no in zip(labels, wrong, strict=True) if row]
    few = sum(labelled) <= _MOST * len(labelled)
    return few and all(denied[label] <= _MOST_OF_A_CLASS * before[label] for label in denied)


def is_of_each_label(name: str, columns: Columns, files: str) -> bool:
    """Whether a column says of each of several rows of an image whether its label holds, so that it is no class."""
    said = bool(_THERE.fullmatch(plain(name))) or _is_per_label(name)
    return said and _are_several(columns[files]) and are_flags(columns[name])


def _is_per_label(name: str) -> bool:
    return bool(_PER_LABEL.fullmatch(plain(name)))


def _refuses(name: str, values: Sequence[str], several: bool) -> Refusal | None:
    """How the values of a column say that a label is wrong; None if they say something else."""
    letters, filled = plain(name), [value for value in values if value]
    if _are_judged(filled):
        sure = _OF_LABELS.search(letters) or not all(map(_BLAMES_IMAGE.fullmatch, map(plain, filter(_blames, filled))))
        return _blames if sure and _JUDGES.fullmatch(letters) else None
    if not are_flags(filled) or _UNSURE.fullmatch(letters):
        return None
    if _WRONG.fullmatch(letters):
        return is_yes
    there = _SURE.fullmatch(letters) or (several and (_THERE.fullmatch(letters) or _is_per_label(name)))
    return _says_no if there or _LOOKED_AT.fullmatch(letters) or _RIGHT.fullmatch(letters) else None


def _says_no(value: str) -> bool:
    return bool(value) and is_no(value)


def _blames(value: str) -> bool:
    return bool(_NO.fullmatch(plain(value)))


def _are_judged(values: Sequence[str]) -> bool:
    """Whether values are words such as 'accepted' and 'rejected', perhaps with some that are not decided."""
    different = {plain(value) for value in values}
    yes, no = {one for one in different if _YES.fullmatch(one)}, {one for one in different if _NO.fullmatch(one)}
    return bool(yes and no) and len(different - yes - no) <= 1


def _told(table: Table, name: str, wrong: frozenset[int], label: str) -> str:
    what = listed(sorted({table.columns[name][row] for row in wrong}))
    rows, their = ("1 row holds", "its label") if len(wrong) == 1 else (f"{len(wrong):,} rows hold", "their labels")
    return (
        f"In the column '{short(name)}' of {short(table.path.name)} {rows} {what}: {their} in '{short(label)}' "
        f"{'is' if len(wrong) == 1 else 'are'} taken for wrong and not given. If it means something else, take that "
        "column out of the table."
    )


def _unused(others: Columns, labels: Sequence[str], several: bool) -> list[str]:
    """A note on columns of yes and no that are not used, and may say that a label does not hold: of words, or, in a
    table with several rows for an image, of 0 and 1."""
    found = {
        name: values
        for name, values in others.items()
        if not excludes(name) and not _may_be_label(name, values, labels) and _may_deny(name, values, several)
    }
    if not found:
        return []
    first, values = next(iter(found.items()))
    says_wrong = _says_wrong(first, values)
    wrong = [value for value in values if says_wrong(value)]
    one = len(found) == 1
    return [
        f"{'The column' if one else 'The columns'} {listed(found)} {'says' if one else 'say'} yes or no of every row "
        f"({listed(sorted(set(wrong)))} in {len(wrong):,} of {len(values):,}{'' if one else ' of the first'}), which "
        "is not used. If that says that the label of a row is wrong, take these rows out of the table."
    ]


def _says_wrong(name: str, values: Sequence[str]) -> Refusal:
    """Which values of a column that is not used may say that a label is wrong."""
    if _are_judged([value for value in values if value]):
        return _blames
    return is_yes if _WRONG.fullmatch(plain(name)) else _says_no


def _may_deny(name: str, values: Sequence[str], several: bool) -> bool:
    filled = [value for value in values if value]
    if _are_judged(filled):
        return True
    if not are_flags(filled) or len({value.casefold() for value in filled}) != 2:
        return False
    numbers = all(value.replace(".", "").isdigit() for value in filled)
    letters = plain(name)
    return several or not numbers or any(one.fullmatch(letters) for one in (_LOOKED_AT, _RIGHT, _WRONG, _THERE))
