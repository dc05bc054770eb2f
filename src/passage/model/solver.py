"""scikit-learn's LogisticRegression, fitted to an optimum or not at all."""

import math
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from sklearn import config_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from passage.base.progress import clock, foretell
from passage.model import separation

SECONDS = 1.6e-6, 8e-8  # that a fit takes for each row, and for each row of each column, as measured
SQUARE = 4e-10  # and for each row of each pair of many columns, with newton-cholesky

# What newton-cholesky says where the first step, from coefficients of 0, finds no less: they are the optimum then, but
# for rounding, as where both classes are as frequent with each value of a feature.
AT_THE_OPTIMUM = "Line search of Newton solver .* at iteration #1 "


def optimum(rows: np.ndarray, target: Any, arguments: dict[str, Any]) -> LogisticRegression:
    """Return the regression fitted on `rows` (n_rows, n_features) and `target` (n_rows,), 0 or 1.

    Raises ValueError with what the solver said where it has not reached an optimum, and where there is none: without a
    penalty, coefficients of separated rows grow for ever (Albert and Anderson 1984), with no warning from some solvers.
    """
    foretell_fits("training", 1, len(rows), (rows.shape[1], []), "fewer features or rows")
    rows = np.ascontiguousarray(rows)  # of others, scikit-learn makes such a copy and keeps both
    with warnings.catch_warnings():
        for doubt in (ConvergenceWarning, RuntimeWarning):
            warnings.simplefilter("error", doubt)
        warnings.filterwarnings("ignore", AT_THE_OPTIMUM)
        try:
            with clock(f"fitting {len(rows):,} rows"):
                regression = LogisticRegression(**arguments).fit(rows, target)
        except (ConvergenceWarning, RuntimeWarning) as warning:
            raise ValueError(re.split(r"\.?\n|\.\s", str(warning))[0].removesuffix(".")) from None
    if math.isinf(arguments["C"]) and separation.kind(rows, np.asarray(target)) != "none":
        raise ValueError("without a penalty, rows that can be told apart without an error have no finite optimum")
    return regression


def foretell_fits(
    doing: str, fits: int, rows: int, made_of: tuple[int, Sequence[int]], less: str, solver: str = ""
) -> None:
    """Say before so many fits what they will take, where that is long, and what makes it `less`.

    made_of: columns of numbers, and the levels of each category that is held as codes.
    """
    columns, levels = made_of
    pairs, most = SQUARE * columns**2 if solver == "newton-cholesky" else 0.0, max(levels, default=0)
    all_columns = columns + sum(levels)
    # The block of the category with most levels is eliminated from the squares of all others.
    each = rows * (SECONDS[0] + max(SECONDS[1] * columns, pairs)) + SQUARE * most * (all_columns - most) ** 2
    foretell(
        f"{doing}: {fits:,} {'fit' if fits == 1 else 'fits'} of {rows:,} rows of {all_columns:,} columns",
        fits * each,
        less,
    )


@contextmanager
def solver_warnings() -> Iterator[list[warnings.WarningMessage]]:
    """Collect in the list what solvers warn of, every time they do, instead of printing it or stopping at it.

    The settings were checked when they were read: scikit-learn does not check them again in each of many fits.
    """
    with warnings.catch_warnings(record=True) as warned, config_context(skip_parameter_validation=True):
        for doubt in (ConvergenceWarning, RuntimeWarning):
            warnings.simplefilter("always", doubt)
        warnings.filterwarnings("ignore", AT_THE_OPTIMUM)
        yield warned


def in_words(warned: list[warnings.WarningMessage], fits: int, doing: str) -> str:
    """Return one sentence on what solvers warned of, at least once, in so many `fits` of `doing`."""
    times = "once" if len(warned) == 1 else f"{len(warned)} times"
    return f"the solver warned {times} in {fits} fits of {doing}: {str(warned[0].message).splitlines()[0]}"
