"""The interval that goes with an accuracy."""

from scipy.stats import binomtest


def accuracy(correct: int, rows: int, level: float) -> tuple[float, float]:
    """Return between which accuracies `correct` of `rows` independent test rows is no surprise at `level`.

    The exact interval of Clopper and Pearson (1934), The use of confidence or fiducial limits illustrated in the case
    of the binomial, Biometrika 26:404-413: it holds the truth at least as often as `level` says.
    """
    interval = binomtest(correct, rows).proportion_ci(level, method="exact")
    return float(interval.low), float(interval.high)
