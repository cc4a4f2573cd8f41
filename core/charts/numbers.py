"""Numbers as people read them, the same in charts, pages and files."""


def percent(share: float, digits: int = 0) -> str:
    """A share of 0..1 as '92 %'; without digits after the point, for that is what some dozens of images can bear."""
    return f"{100 * share:.{digits}f} %"


def percent_range(low: float, high: float, digits: int = 0) -> str:
    """The ends of an interval of shares, as '74 to 98 %'."""
    return f"{100 * low:.{digits}f} to {percent(high, digits)}"


def number(value: float, digits: int = 3) -> str:
    """A value of any size, such as a learning rate: '0.001', '5.7e-6'. `digits` are significant ones."""
    mantissa, sign, exponent = f"{value:.{digits}g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if sign else mantissa


def counted(number: int, noun: str) -> str:
    """A number of things: '1 view', '8 views'."""
    return f"{number} {noun}" + ("" if number == 1 else "s")
