"""How often the intervals that the project shows hold the truth, on simulated students whose truth is known.

One class alone, or a class too small to be divided into training and test rows: no interval is shown, so such a data
set is counted in a column of its own and left out of the share.
Separated (a plane divides the classes): the interval is shown, and counted like any other.
"""

from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from passage.association import firth
from passage.evaluation import metrics
from passage.model import separation
from passage.model.solver import optimum
from tools.studies import chances, rates
from tools.studies.markdown import head, line
from tools.studies.simulation import LEVEL, REGRESSION, held, rate, simulate

DATA_SETS = 10_000
SEED = 20
FEATURES = {"hours": np.arange(20.0), "courses": np.arange(4.0)}  # what the lesson's students say, each as likely
ROWS = (15, 20, 300)
SLOPES = ((1.7,), (3.0,), (1.0, 1.3))  # true log-odds per standard deviation of hours, and of courses
TEST_ROWS = (5, 20, 300)
ACCURACIES = (0.5, 0.8, 0.95)
DIVIDED_ROWS = (20, 60, 300)
TEST_SIZE = 0.25  # this and what follows as in params.yaml
THRESHOLD = 0.5


class Setting(NamedTuple):
    """One truth, how many students are seen of it, and how often an interval is to hold it."""

    slopes: tuple[float, ...]
    rows: int
    level: float = LEVEL


ASSOCIATIONS = [
    *(Setting(slopes, rows) for slopes, rows in product(SLOPES, ROWS)),
    *(Setting((1.7,), 20, level) for level in (0.8, 0.99)),
]
MODELS = [Setting(slopes, rows) for slopes, rows in product(((1.7,), (1.0, 1.3)), DIVIDED_ROWS)]


def draw(setting: Setting, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rows (n_rows, n_features), target (n_rows,) and the true slopes in the features' own units (n_features,).

    Of a feature no value comes twice while they last, as in the lesson. The average student passes as often as not.
    """
    values = list(FEATURES.values())[: len(setting.slopes)]
    rows = np.column_stack([random.choice(v, setting.rows, replace=setting.rows > len(v)) for v in values])
    slopes = np.array(setting.slopes) / [v.std() for v in values]
    return rows, (random.random(setting.rows) < chance(rows, slopes)).astype(int), slopes


def chance(rows: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """Return the true chance to pass (n_rows,) of `rows` (n_rows, n_features), in their own units like the slopes."""
    return np.asarray(expit((rows - [v.mean() for v in FEATURES.values()][: len(slopes)]) @ slopes))


def associations(setting: Setting, seed: np.random.SeedSequence, data_sets: int) -> pd.DataFrame:
    """Return one row for each slope of each data set: feature, truth, low, high, one_class, separated, converged.

    low and high are missing where one class is alone.
    """
    random = np.random.default_rng(seed)
    drawn = (draw(setting, random) for _ in range(data_sets))
    return pd.concat([_association(*students, setting.level) for students in drawn], ignore_index=True)


def _association(rows: np.ndarray, target: np.ndarray, slopes: np.ndarray, level: float) -> pd.DataFrame:
    shown = {"feature": list(FEATURES)[: len(slopes)], "truth": slopes}
    if target.min() == target.max():
        return pd.DataFrame(shown | {"low": np.nan, "high": np.nan, "one_class": 1, "separated": 0, "converged": 1})
    found = firth.fit(rows, target, level)
    separated = int(separation.kind(rows, target) != "none")
    kind = {"one_class": 0, "separated": separated, "converged": int(found.converged)}
    return pd.DataFrame(shown | {"low": found.low, "high": found.high} | kind)


def accuracies(truth: float, rows: int, seed: np.random.SeedSequence, data_sets: int) -> pd.DataFrame:
    """Return truth, low, high of the accuracy on `rows` independent test rows, one row for each data set."""
    interval = cache(metrics.accuracy_interval)
    correct = (np.random.default_rng(seed).random((data_sets, rows)) < truth).sum(axis=1)
    low, high = np.transpose([interval(int(count), rows, LEVEL) for count in correct])
    return pd.DataFrame({"truth": truth, "low": low, "high": high})


def models(setting: Setting, seed: np.random.SeedSequence, data_sets: int) -> pd.DataFrame:
    """Return truth, low, high of the accuracy of a model, one row for each data set; all made as the pipeline does.

    truth: how often the model is right about everyone, so it differs from model to model.
    All three are missing where a class has fewer than two students, which the pipeline refuses to divide.
    """
    random, interval = np.random.default_rng(seed), cache(metrics.accuracy_interval)
    found = []
    for _ in range(data_sets):
        rows, target, slopes = draw(setting, random)
        if np.bincount(target, minlength=2).min() < 2:
            found.append((np.nan, np.nan, np.nan))
            continue
        truth, right = _model(rows, target, slopes, int(random.integers(2**32)))
        found.append((truth, *interval(int(right.sum()), len(right), setting.level)))
    return pd.DataFrame(found, columns=["truth", "low", "high"])


def _model(rows: np.ndarray, target: np.ndarray, slopes: np.ndarray, seed: int) -> tuple[float, np.ndarray]:
    """Return a model's true accuracy, and about which of its test rows it is right (n_test_rows,)."""
    train, test, passed, actual = train_test_split(
        rows, target, test_size=TEST_SIZE, stratify=target, random_state=seed
    )
    students = np.array(list(product(*list(FEATURES.values())[: len(slopes)])))  # all there can be, each as likely
    chances = chance(students, slopes)
    scaler = StandardScaler().fit(train)
    regression = optimum(scaler.transform(train), passed, REGRESSION)
    of_test, of_everyone = (
        regression.predict_proba(scaler.transform(some))[:, 1] >= THRESHOLD for some in (test, students)
    )
    return float(np.where(of_everyone, chances, 1 - chances).mean()), of_test == actual


def association_lines(setting: Setting, associations_found: pd.DataFrame) -> list[str]:
    """Return a line of the table for each slope."""
    lines = []
    for slope, (feature, of_feature) in zip(
        setting.slopes, associations_found.groupby("feature", sort=False), strict=True
    ):
        counts = [of_feature["one_class"].sum(), of_feature["separated"].sum(), (1 - of_feature["converged"]).sum()]
        truth = f"{slope} of {' and '.join(list(FEATURES)[: len(setting.slopes)])}: {feature}"
        lines.append(line(truth, setting.rows, *counts, f"{setting.level:.0%}", rate(held(of_feature), 2)))
    return lines


def model_line(setting: Setting, models_found: pd.DataFrame) -> str:
    """Return the line of the table for the models of one truth."""
    truth = " and ".join(f"{slope} of {name}" for slope, name in zip(setting.slopes, FEATURES, strict=False))
    undivided, accuracy = models_found["low"].isna().sum(), models_found["truth"].mean()
    test_rows = round(setting.rows * TEST_SIZE)
    return line(truth, setting.rows, test_rows, undivided, f"{accuracy:.3f}", rate(held(models_found), 2))


def main() -> None:
    """Print how often each kind of interval held the truth, and what rates finds."""
    associations_found = simulate(associations, ASSOCIATIONS, SEED, DATA_SETS)
    models_found = simulate(models, MODELS, SEED + 2, DATA_SETS)
    print(f"{DATA_SETS} data sets each; ± is the standard error of the simulation\n")
    print("Slopes: Firth's penalised profile likelihood\n")
    truth = "true log-odds per standard deviation"
    print(head(truth, "rows", "one class", "separated", "not converged", "nominal", "held the truth"))
    for setting, found in associations_found:
        print(*association_lines(setting, found), sep="\n")
    print(f"\nAccuracy, {LEVEL:.0%}: Clopper and Pearson's exact interval, of test rows independent of each other\n")
    print(head("true accuracy", "test rows", "held the truth"))
    cases = list(product(ACCURACIES, TEST_ROWS))
    for (accuracy, rows), seed in zip(cases, np.random.SeedSequence(SEED + 1).spawn(len(cases)), strict=True):
        print(line(accuracy, rows, rate(held(accuracies(accuracy, rows, seed, DATA_SETS)), 2)))
    print(f"\nAccuracy, {LEVEL:.0%}: the same interval, of a model's test rows as the pipeline makes both\n")
    print(head(truth, "rows", "test rows", "undivided", "mean true accuracy", "held the truth"))
    for setting, found in models_found:
        print(model_line(setting, found))
    rates.main()
    chances.main()
