"""How long the estimates of odds take, said before they start."""

from passage.association.search import STEPS
from passage.base.progress import foretell

SECONDS = 3e-9  # that Firth's estimates take for each row and pair of columns, or for each three columns, as measured
AGAIN, ROW = 4.5e-9, 1000  # for each row and pair of columns that are read some 45 times, and what a row is worth in
# pairs: 15 s of 800,000 x 50, 20 of 300,000 x 120 and 57 of 75,000 x 500 were measured
LEVEL = 7e-8  # that they take for each row and level of categories that are codes, as measured
PROGRAMME = 5e-8  # that a linear programme takes for each row and pair of columns


def foretell_odds(count: int, columns: int, *, coded: bool, again: bool) -> None:
    """Say what the odds of `count` rows of so many `columns` will take, where that is long, and what makes it less.

    coded: whether categories are codes. again: whether rows are not held, but read for each pass.
    """
    less = "fewer features" if count < 10 * columns else "fewer features or rows"
    if coded:
        seconds = LEVEL * count * columns + SECONDS * columns**3
    else:
        seconds = AGAIN * count * (ROW + columns**2) if again else _seconds(count, columns)
    foretell(f"odds of {count:,} rows of {columns} columns", seconds, less)


def _seconds(count: int, columns: int) -> float:
    """Return about how long (s) Firth's estimates take, and whether classes are separated, without searches for ends.

    With up to about two rows a column a plane nearly always separates them, and the penalty alone has an optimum, far
    away (Cover 1965, Geometrical and statistical properties of systems of linear inequalities with applications in
    pattern recognition, IEEE Transactions on Electronic Computers 14:326-334).
    """
    few = columns < count < 2.5 * columns
    steps = STEPS if few else 100 * columns / max(count, 1)
    return columns**2 * (SECONDS * (count + steps * columns) + PROGRAMME * count * few)
