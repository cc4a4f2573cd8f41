"""Columns that say whether the label of a row is right: 'correct', 'approved', or 'Confidence' 0 of Open Images."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.data.layouts.assigned import listed
from core.data.layouts.flags import are_flags, excludes, is_no, is_yes
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
_NAMES_LABEL = re.compile(r"label|class")  # 'true_label' of 0 and 1 beside 'label' of 0 and 1
_SHARE = 0.5  # of the rows may not have been looked at, for those to be left out


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The rows whose label does not hold by `column`, and what there is to say of such columns."""

    column: str = ""
    wrong: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()


def verdicts_of(table: Table, files: str, label: str, used: Sequence[str]) -> Verdicts:
    """The verdict on each label of the column `label` of a table; on none where no column plainly gives one, or where
    fewer than two classes would remain. `used` are columns that are used for something else."""
    columns = table.columns
    others = {name: values for name, values in columns.items() if name not in (files, label, *used)}
    if not label:
        return Verdicts()
    several = len(set(columns[files])) < len(columns[files])
    for name, values in others.items():
        may_be_label = _NAMES_LABEL.search(plain(name)) and set(values) & set(columns[label])
        refuses = None if may_be_label else _refuses(name, values, several)
        wrong = frozenset(row for row, value in enumerate(values) if refuses and refuses(value))
        if wrong and len({one for row, one in enumerate(columns[label]) if one and row not in wrong}) > 1:
            rest = {one: others[one] for one in others if one != name}
            return Verdicts(name, wrong, (_told(table, name, wrong, label), *_unused(rest, several)))
    return Verdicts(notes=tuple(_unused(others, several)))


def is_of_each_label(name: str, columns: Columns, files: str) -> bool:
    """Whether a column says of each of several rows of an image whether its label holds, so that it is no class."""
    repeated = len(set(columns[files])) < len(columns[files])
    return repeated and (bool(_THERE.fullmatch(plain(name))) or _is_per_label(name)) and are_flags(columns[name])


def _is_per_label(name: str) -> bool:
    return bool(_PER_LABEL.fullmatch(plain(name)))


def _refuses(name: str, values: Sequence[str], several: bool) -> Callable[[str], bool] | None:
    """How the values of a column say that a label is wrong; None if they say something else."""
    letters, filled = plain(name), [value for value in values if value]
    if _are_judged(filled):
        return lambda value: bool(_NO.fullmatch(plain(value)))
    if not are_flags(filled):
        return None
    if _WRONG.fullmatch(letters):
        return is_yes
    if _LOOKED_AT.fullmatch(letters):
        return _says_no if sum(map(_says_no, filled)) <= _SHARE * len(filled) else None
    there = _SURE.fullmatch(letters) or (several and (_THERE.fullmatch(letters) or _is_per_label(name)))
    return _says_no if there or _RIGHT.fullmatch(letters) else None


def _says_no(value: str) -> bool:
    return bool(value) and is_no(value)


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


def _unused(others: Columns, several: bool) -> list[str]:
    """A note on columns of yes and no that are not used, and may say that a label does not hold: of words, or, in a
    table with several rows for an image, of 0 and 1."""
    found = [name for name, values in others.items() if not excludes(name) and _may_deny(name, values, several)]
    if not found:
        return []
    first = others[found[0]]
    what, count = listed(sorted({value for value in first if _says_no(value)})), sum(map(_says_no, first))
    return [
        f"{'The column' if len(found) == 1 else 'The columns'} {listed(found)} {'says' if len(found) == 1 else 'say'} "
        f"yes or no of every row ({what} in {count:,} rows{'' if len(found) == 1 else ' of the first'}), which is not "
        "used. If no means that the label of a row is wrong, take these rows out of the table."
    ]


def _may_deny(name: str, values: Sequence[str], several: bool) -> bool:
    filled = [value for value in values if value]
    if not are_flags(filled) or len({value.casefold() for value in filled}) != 2:
        return False
    numbers = all(value.replace(".", "").isdigit() for value in filled)
    letters = plain(name)
    return several or not numbers or any(one.fullmatch(letters) for one in (_LOOKED_AT, _RIGHT, _WRONG, _THERE))
