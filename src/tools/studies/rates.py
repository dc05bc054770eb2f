"""How often the page's verdicts are wrong, and what gaps, groups without a case and few events do to its numbers.

Each table is drawn from a known truth and goes the pipeline's own way: passage.association.associate and gaps.
"""

from itertools import product

import numpy as np
import pandas as pd
from scipy.special import expit

from passage.association import gaps
from passage.association.associate import associate
from passage.association.rows import Rows
from passage.evaluation.cautions import of_few
from passage.model.design import Column
from passage.model.solver import optimum
from tools.studies.markdown import head, line
from tools.studies.simulation import LEVEL, REGRESSION, held, rate, simulate

DATA_SETS = 2000
SEED = 30
REAL = {20: 1.3, 60: 0.8, 200: 0.45}  # log-odds per standard deviation of a feature that tells something, by rows
USELESS = 6  # features of the tables in which none tells anything
TRUTH = {"a": 0.8, "b": 0.5}  # log-odds per standard deviation; a has gaps, and its correlation with b is 0.7
MISSING = 0.3
EACH = 0.4  # log-odds per standard deviation of each of COLUMNS features, of rows of which about a fifth are positive
COLUMNS = 3
NEW = 2000  # rows on which probabilities are compared
GROUP = [Column("age", "age", "number"), Column("group", "group", "boolean", "true", "false")]

VERDICTS = [(rows, real) for rows, effect in REAL.items() for real in (effect, 0.0)]
GAPS = list(product(("by chance", "on b", "on the outcome", "on a itself", "on both"), (200, 1000)))
GROUPS = (0.3, 1.0, 3.0)  # times the odds of all others, of 18 of 500 rows, of which 4 % are positive
FEW = (40, 100, 200, 400)  # rows of COLUMNS features, each of which tells something


def verdicts(setting: tuple[int, float], seed: np.random.SeedSequence, data_sets: int) -> pd.DataFrame:
    """Return for each table of both classes whether the real feature is said to tell something, and any useless one.

    setting: how many rows, and the log-odds of one feature beside a useless one; 0 for useless ones alone.
    """
    random, found, (many, effect) = np.random.default_rng(seed), [], setting
    for _ in range(data_sets):
        rows = pd.DataFrame(random.normal(size=(many, 2 if effect else USELESS))).rename(columns=str)
        target = (random.random(many) < expit(effect * rows["0"])).to_numpy(dtype=int)
        if target.min() < target.max():
            tests = associate(rows, target, LEVEL).significance
            said = {name: test["p_value_holm"] < 1 - LEVEL for name, test in tests.items()}
            real = said.pop("0") if effect else False
            found.append((real, any(said.values())))
    return pd.DataFrame(found, columns=["real", "useless"])


def with_gaps(setting: tuple[str, int], seed: np.random.SeedSequence, data_sets: int) -> pd.DataFrame:
    """Return truth, low and high of a and b of each table, from its complete rows, and whether a caution is given.

    setting: what the gaps of a depend on, and how many rows.
    """
    random, found, (depend, many) = np.random.default_rng(seed), [], setting
    for _ in range(data_sets):
        a = random.normal(size=many)
        b = 0.7 * a + np.sqrt(1 - 0.7**2) * random.normal(size=many)
        target = (random.random(many) < expit(TRUTH["a"] * a + TRUTH["b"] * b)).astype(int)
        side = 2 * target - 1
        likely = {"by chance": 0 * a, "on b": 1.5 * b, "on the outcome": 1.2 * side, "on a itself": 1.5 * a}
        likely["on both"] = side + b
        gap = random.random(many) < _about(likely[depend])
        rows = pd.DataFrame({"a": np.where(gap, np.nan, a), "b": b})
        if len(np.unique(target[~gap])) < 2:
            continue
        told = gaps.content(rows, Rows(rows.fillna(0), ["a", "b"], target), {"a": "a", "b": "b"})
        features = associate(rows[~gap], target[~gap], LEVEL).features
        for name, truth in TRUTH.items():
            numbers = features[name]
            found.append(
                (name, truth, numbers.get("low", np.nan), numbers.get("high", np.nan), bool(told and told["otherwise"]))
            )
    return pd.DataFrame(found, columns=["feature", "truth", "low", "high", "caution"])


def _about(log_odds: np.ndarray) -> np.ndarray:
    """Return the chances that such log-odds give when they are shifted so that MISSING are missing."""
    shifts = np.linspace(-6, 4, 201)
    shares = expit(log_odds[:, np.newaxis] + shifts).mean(axis=0)
    return np.asarray(expit(log_odds + np.interp(MISSING, shares, shifts)))


def groups(odds_ratio: float, seed: np.random.SeedSequence, data_sets: int) -> pd.DataFrame:
    """Return truth, low and high of each table's group, infinite where none is shown, and whether it has a case."""
    random, found = np.random.default_rng(seed), []
    truth, group = float(np.log(odds_ratio)), (np.arange(500) < 18).astype(float)
    for _ in range(data_sets):
        age = random.normal(size=500)
        target = (random.random(500) < expit(-3.5 + 0.7 * age + truth * group)).astype(int)
        if target.min() < target.max():
            numbers = associate(pd.DataFrame({"age": age, "group": group}), target, LEVEL, GROUP).features["group"]
            ends = numbers.get("low", -np.inf), numbers.get("high", np.inf)
            found.append((truth, *ends, "coefficient" in numbers))
    return pd.DataFrame(found, columns=["truth", "low", "high", "case"])


def few_events(many: int, seed: np.random.SeedSequence, data_sets: int) -> pd.DataFrame:
    """Return of each table whether a caution is given, and of its first feature truth, low, high and a wrong sign.

    worse: whether probabilities of new rows, which the model of C = 1 gives, have a greater log loss than the share of
    the positive among the training rows.
    """
    random, found = np.random.default_rng(seed), []
    names = [str(column) for column in range(COLUMNS)]
    for _ in range(data_sets):
        rows = pd.DataFrame(random.normal(size=(many + NEW, COLUMNS)), columns=names)
        chance = expit(EACH * rows.sum(axis="columns") - 1.5).to_numpy()
        train, new, true = rows[:many], rows[many:], chance[many:]
        target = (random.random(many) < chance[:many]).astype(int)
        if target.min() == target.max():
            continue
        first = associate(train, target, LEVEL).features["0"]
        given = optimum(train.to_numpy(), target, REGRESSION).predict_proba(new.to_numpy())[:, 1]
        worse = log_loss(true, given) > log_loss(true, np.full(NEW, target.mean()))
        told = bool(of_few(pd.Series(target), COLUMNS, "rows"))
        found.append((told, EACH, first["low"], first["high"], first["coefficient"] < 0, worse))
    return pd.DataFrame(found, columns=["caution", "truth", "low", "high", "sign", "worse"])


def log_loss(true: np.ndarray, given: np.ndarray) -> float:
    """Return the log loss to expect of the probabilities `given` (n_rows,), where the `true` ones are known."""
    return float(-np.mean(true * np.log(given) + (1 - true) * np.log1p(-given)))


def main() -> None:
    """Print what each simulation found."""
    print(f"\n{DATA_SETS} data sets each\n\nVerdicts: a feature is said to go with the outcome, at {1 - LEVEL:.0%}\n")
    print(head("rows", "true log-odds", "said of the real one", "said of a useless one"))
    for (rows, real), said in simulate(verdicts, VERDICTS, SEED, DATA_SETS):
        features = f"{real} and 0" if real else f"{USELESS} times 0"
        print(line(rows, features, rate(said["real"]) if real else "", rate(said["useless"])))
    print(f"\nSlopes, {LEVEL:.0%}, of the complete rows where {MISSING:.0%} of a are missing\n")
    print(head("gaps of a", "rows", "a: held the truth", "b: held the truth", "caution"))
    for missing, table in simulate(with_gaps, GAPS, SEED + 1, DATA_SETS):
        of_each = [rate(held(table[table["feature"] == name]), 2) for name in TRUTH]
        print(line(*missing, *of_each, rate(table["caution"][::2])))
    print(f"\nA group of 18 of 500 rows, {LEVEL:.0%}: of those without a case, one end is shown\n")
    print(head("true odds ratio", "without a case", "held the truth", "without a case: held the truth"))
    for odds_ratio, table in simulate(groups, GROUPS, SEED + 2, DATA_SETS):
        none = ~table["case"]
        print(line(odds_ratio, rate(none), rate(held(table), 2), rate(held(table[none]), 2)))
    print(f"\nFew events: {COLUMNS} features, a fifth of the rows positive, {LEVEL:.0%}\n")
    print(head("rows", "caution", "held the truth", "wrong sign", "worse than the share"))
    for many, table in simulate(few_events, FEW, SEED + 3, DATA_SETS):
        print(line(many, rate(table["caution"]), rate(held(table), 2), rate(table["sign"]), rate(table["worse"])))
