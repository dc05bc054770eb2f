"""Which rows test: by chance, as a column says, by a hash of what identifies them, by whole groups, or by time."""

import hashlib
import math
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from passage.base import parquet
from passage.params.labels import Label, written
from passage.params.split import Split
from passage.tables.convert import as_labels

DRAWS = 100


def test_mask(table: pd.DataFrame, target: str, split: Split) -> np.ndarray:
    """Return whether each row of `table` tests, (n_rows,).

    Raises ValueError where the rows cannot be divided as asked.
    """
    tests, used = np.zeros(len(table), dtype=bool), split.used()
    match split.method:
        case "random":
            tests[drawn(table[target], used["test_size"], used["stratify"], used["seed"])] = True
        case "column":
            tests |= table[used["column"]] == "test"
        case "hash":
            tests |= hashed(table[used["column"]], used["test_size"], used["seed"])
        case "group":
            groups = table[used["column"]]
            tests |= grouped(groups, table[target], used["test_size"], used["stratify"], used["seed"])
        case "time":
            tests |= later(table[used["column"]], used["test_from"])
    if "test_size" in used and not tests.any():
        raise ValueError("there are no test rows")
    return tests


def side(
    parts: Iterable[pd.DataFrame], sides: np.ndarray, one: int, target: str, positive: Label
) -> Iterator[pd.DataFrame]:
    """Yield the rows of `parts`, some of a table after the other, that are on this `one` of the `sides` (n_rows,)."""
    for rows in parquet.where_taken(parts, sides == one):
        yield rows.assign(**{target: as_labels(rows[target], positive)})


def refuse_one_class(target: pd.Series, trains: np.ndarray) -> None:
    """Raise ValueError where those rows of `target` that train, `trains` (n_rows,), have not both labels."""
    if not trains.any():
        raise ValueError("there are no training rows")
    if sum((trains & (target == label).to_numpy()).any() for label in target.unique()) < 2:
        only = f"{target.name} is {written(target[trains].head(1).item())} in each of the {trains.sum()} training rows"
        raise ValueError(f"{only}; both labels must be among them")


def drawn(target: pd.Series, test_size: float, stratify: bool, seed: int) -> np.ndarray:
    """Return the positions of the rows that test: those that scikit-learn's train_test_split draws.

    That holds a Python object for each row. Raises ValueError where the rows are too few.
    """
    tests, chance = math.ceil(test_size * len(target)), np.random.RandomState(seed)
    if not stratify:
        return chance.permutation(len(target))[:tests]
    from sklearn.utils.extmath import _approximate_mode  # the other methods do not wait for it

    each = sorted(target.unique())
    counts = np.array([(target == label).sum() for label in each])
    if counts.min() < 2:
        raise ValueError(f"the least populated class of {target.name} has one row alone")
    train = _approximate_mode(counts, len(target) - tests, chance)
    test = _approximate_mode(counts - train, tests, chance)
    found = []
    for label, count, before, some in zip(each, counts, train, test, strict=True):
        places = chance.permutation(count)[before : before + some].copy()  # no more than one of two is held
        found.append(np.flatnonzero(target == label)[places])
    return np.concatenate(found)


def refuse_few(target: pd.Series, split: Split) -> None:
    """Raise ValueError where no row of `target` (n_rows,) is left, or too few for scikit-learn's train_test_split."""
    if target.empty:
        raise ValueError("no row is left: each lacks a feature whose missing is drop")
    if split.method != "random":
        return
    used, rows = split.used(), len(target)
    test = math.ceil(used["test_size"] * rows)
    if test == rows:
        raise ValueError(f"there are no training rows: test_size {used['test_size']:g} of {rows} makes {test} test")
    if not used["stratify"]:
        return
    counts = target.value_counts()
    advice = "set stratify to false, or bring more rows"
    if counts.min() < 2:
        rare = counts.index.tolist()[int(counts.argmin())]
        raise ValueError(f"{target.name} is {rare} in one row alone, which cannot be on both sides: {advice}")
    if (fewer := min(test, rows - test)) < len(counts):
        few = f"{fewer} of {rows} rows, too few for both labels of {target.name}"
        raise ValueError(f"one side would have {few}: {advice}")


def later(times: pd.Series, test_from: float | str) -> np.ndarray:
    """Return whether each row tests, (n_rows,): one of a time before `test_from` does not.

    times: numbers where `test_from` is a number, else times.
    Raises ValueError where one of the two has a time zone and the other has none, or one side would have no rows.
    """
    start = pd.Timestamp(test_from) if isinstance(test_from, str) else test_from
    if isinstance(start, pd.Timestamp) and (start.tz is None) != (times.dt.tz is None):
        zone, none = (times.name, "test_from") if start.tz is None else ("test_from", times.name)
        raise ValueError(f"{zone} has a time zone and {none} has none; both must have one, or none")
    tests = (times >= start).to_numpy()
    if tests.all() or not tests.any():
        what = "train" if tests.all() else "test"
        raise ValueError(f"no row is left to {what}: {times.name} goes from {times.min()} to {times.max()}")
    return np.asarray(tests)


def hashed(identifiers: pd.Series, test_size: float, seed: int) -> np.ndarray:
    """Return whether each row tests, (n_rows,), by the text in `identifiers` (n_rows,) and the seed alone.

    A row tests where the first 8 bytes of the SHA-256 of "SEED:IDENTIFIER" (the seed in decimal digits, UTF-8), read as
    a big-endian number, are below test_size * 2**64. So a row keeps its side whatever happens to the others, and a
    greater test_size only takes rows from training to test. SHA-256 is a standard (FIPS 180-4); pandas' own hash is as
    fast, but nothing says that its next version gives the same. Each identifier is hashed once: 2 s for a million.
    """
    codes, distinct = pd.factorize(identifiers)
    digests = b"".join(hashlib.sha256(f"{seed}:{one}".encode()).digest()[:8] for one in distinct)
    return np.asarray((np.frombuffer(digests, dtype=">u8") / 2.0**64 < test_size)[codes])


def grouped(groups: pd.Series, target: pd.Series, test_size: float, stratify: bool, seed: int) -> np.ndarray:
    """Return whether each row tests, (n_rows,): those of some of the `groups` (n_rows,) do, the others do not.

    Of DRAWS orders of the groups by chance, each cut where the share of rows is nearest to `test_size`, the one that
    comes nearest counts; with `stratify`, the difference in the share of one label counts as much.
    scikit-learn's GroupShuffleSplit takes a share of the groups, not of the rows, and does not stratify. Its
    StratifiedGroupKFold does, but has no other shares than 1/2, 1/3, 1/4, ..., and where groups differ in size the
    seed hardly matters.
    Raises ValueError where there is one group alone.
    """
    codes, distinct = pd.factorize(groups, sort=True)  # the rows' order does not matter
    second = pd.factorize(target, sort=True)[0]  # which of the two labels counts does not matter either
    if len(distinct) < 2:
        raise ValueError(f"{groups.name} is the same in all {len(groups)} rows, and a group stays on one side")
    rows, ones = np.bincount(codes), np.bincount(codes, weights=second)
    chance = np.random.RandomState(seed)  # NumPy keeps its numbers the same in all versions

    def draw() -> tuple[float, np.ndarray]:
        order = chance.permutation(len(rows))
        tested = rows[order].cumsum()[:-1]  # some group must train
        end = int(np.abs(tested / len(groups) - test_size).argmin())
        off = abs(tested[end] / len(groups) - test_size)
        drawn = order[: end + 1]
        return off + stratify * abs(ones[drawn].sum() / tested[end] - second.mean()), drawn

    _, tests = min((draw() for _ in range(DRAWS)), key=lambda drawn: drawn[0])
    return np.isin(codes, tests)
