"""Sizes of the validation and test parts of one class."""


def class_shares(count: int, val_share: float, test_share: float) -> tuple[int, int, bool]:
    """Numbers of validation and test images out of `count`, and whether the rule for tiny classes applied."""
    if count < 3:
        return (1, 0, True) if count == 2 else (0, 0, count == 1)
    plain_val, plain_test = int(count * val_share + 0.5), int(count * test_share + 0.5)
    val, test = max(1, plain_val), max(1, plain_test) if test_share else 0
    while val + test > count - 1:
        val, test = (val - 1, test) if val > test else (val, test - 1)
    return val, test, (val, test) != (plain_val, plain_test)
