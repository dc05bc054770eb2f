"""How often the page's other intervals hold the truth: even chances, points, one row's probability; and of pairs.

Features are the lesson's hours and, in half of the settings, a group that 40 % are in.
"""

from itertools import product

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from passage.association import even_chance, firth, points
from passage.association.fit import Fit
from passage.association.rows import Rows
from passage.evaluation import comparison
from passage.evaluation.comparison import HeldOut
from passage.model.folds import Sample, divide
from passage.model.solver import optimum
from tools.studies.markdown import head, line
from tools.studies.simulation import LEVEL, REGRESSION, held, rate, simulate

DATA_SETS = 1000
SEED = 40
HOURS, SPREAD = np.arange(20.0), float(np.arange(20.0).std())
GROUP = 1.0  # log-odds of those who are in the group
EDGE = 19.0  # hours of the row at the edge

Truth = tuple[float, bool, int]  # log-odds per standard deviation of the hours, whether there is a group, and rows
TRUTHS: list[Truth] = list(product((1.7, 0.6), (False, True), (20, 60, 200)))
PAIRS = [20, 60, 200]


def draw(truth: Truth, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rows (n_rows, n_columns), target (n_rows,) and log-odds (n_rows,), with both classes in it."""
    slope, group, many = truth
    while True:
        rows = random.choice(HOURS, many, replace=many > len(HOURS))[:, np.newaxis]
        if group:
            rows = np.column_stack([rows, random.random(many) < 0.4])
        log_odds = (rows[:, 0] - HOURS.mean()) * slope / SPREAD + GROUP * (rows[:, 1:].sum(axis=1))
        target = (random.random(many) < expit(log_odds)).astype(int)
        if all(column.min() < column.max() for column in (target, *rows.T)):
            return rows, target, log_odds


def intervals(truth: Truth, seed: np.random.SeedSequence, data_sets: int) -> pd.DataFrame:
    """Return what, truth, low and high of each interval of each table."""
    random, found = np.random.default_rng(seed), list[tuple[str, float, float, float]]()
    per_hour, group = truth[0] / SPREAD, truth[1]
    for _ in range(data_sets):
        rows, target, log_odds = draw(truth, random)
        columns = rows.shape[1]
        none = Fit(np.zeros(columns), np.eye(columns), np.zeros(1 + columns), np.eye(1 + columns))
        fit = firth.again(rows, target, none)
        found.append(("even chance", *_even(fit, columns)))
        steps = [(per_hour, 0.0 * target), (GROUP, rows[:, 1:].sum(axis=1))][:columns]
        levels = [[1]] if group else []
        effects = points.effects(fit, Rows.of(rows), levels, LEVEL)
        for name, (step, already), effect in zip(("points: hours", "points: group"), steps, effects, strict=False):
            before = log_odds - GROUP * already
            true = 100 * float((expit(before + step) - expit(before)).mean())
            found.append((name, true, effect["low"], effect["high"]))
        new = np.zeros((2, columns))
        new[:, 0] = HOURS.mean(), EDGE
        plain = Fit(fit.center, fit.transform, fit.theta, fit.covariance)
        for by, one in (("profile", fit), ("Wald", plain)):
            for where, row, low, high in zip(
                ("middle", "edge"), new, *one.interval(one.directions(new), LEVEL), strict=True
            ):
                true = (row[0] - HOURS.mean()) * per_hour
                found.append((f"probability, {where}: {by}", true, low, high))
    return pd.DataFrame(found, columns=["what", "truth", "low", "high"])


def _even(fit: Fit, columns: int) -> tuple[float, float, float]:
    """Return the truth and the ends of the even chance; of all but a stretch, the truth is on the other side of it."""
    row = np.zeros(columns)
    row[0] = truth = HOURS.mean()
    one = even_chance.crossing(fit, row, 0, SPREAD, LEVEL)
    match one["shape"]:
        case even_chance.BOUNDED:
            return truth, one["low"], one["high"]
        case even_chance.OUTSIDE:
            return truth, *((np.inf, -np.inf) if one["low"] < truth < one["high"] else (-np.inf, np.inf))
        case _:
            return truth, -np.inf, np.inf


def pairs(rows: int, seed: np.random.SeedSequence, data_sets: int) -> pd.DataFrame:
    """Return for each table whether either of two models is said to be better; both know as much.

    Each has a feature of its own beside one that tells the outcome equally well.
    """
    random, found = np.random.default_rng(seed), list[bool]()
    while len(found) < data_sets:
        table = random.normal(size=(rows, 2))
        target = (random.random(rows) < expit(table.sum(axis=1))).astype(int)
        if np.bincount(target, minlength=2).min() < 5:
            continue
        division = divide(Sample(table, target), 5, 1)
        fold_of, models = division.fold_of[0], []
        for place in (0, 1):
            says = np.empty(rows)
            for train, out in division:
                fitted = optimum(table[train, place : place + 1], target[train], REGRESSION)
                says[out] = fitted.decision_function(table[out, place : place + 1])
            models.append(HeldOut(np.arange(rows) + 1, fold_of, target, says, (says >= logit(0.5)).astype(int)))
        found.append(comparison.compare(models[0], models[1], LEVEL)["verdict"] != comparison.CANNOT_BE_TOLD)
    return pd.DataFrame({"said": found})


def main() -> None:
    """Print how often each interval held the truth, and how often one of two equal models was said to be better."""
    print(f"\n{DATA_SETS} data sets each\n\nOther intervals, {LEVEL:.0%}\n")
    print(head("true log-odds per standard deviation of hours", "rows", "interval", "held the truth"))
    for (slope, group, rows), table in simulate(intervals, TRUTHS, SEED, DATA_SETS):
        for what, one in table.groupby("what", sort=False):
            print(line(f"{slope}, beside a group" if group else slope, rows, what, rate(held(one), 2)))
    print("\nTwo models that are as good, compared on rows held out: one is said to be better\n")
    print(head("rows", "by McNemar's exact test"))
    for rows, found in simulate(pairs, PAIRS, SEED + 1, DATA_SETS):
        print(line(rows, f"{found['said'].mean():.1%}"))
