"""How often the intervals that the project shows hold the truth, on simulated students whose truth is known.

One class alone: no interval is shown, so such a data set is counted in a column of its own and left out of the share.
Separated (a plane divides the classes): the interval is shown, and counted like any other.
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import product
from multiprocessing import get_context
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from passage import firth, intervals, separation

LEVEL = 0.95
DATA_SETS = 10_000
CHUNK = 250  # data sets that a process takes at a time
SEED = 20
FEATURES = {"hours": np.arange(20.0), "courses": np.arange(4.0)}  # what the lesson's students say, each as likely
ROWS = (15, 20, 300)
SLOPES = ((1.7,), (3.0,), (1.0, 1.3))  # true log-odds per standard deviation of hours, and of courses
TEST_ROWS = (5, 20, 300)
ACCURACIES = (0.5, 0.8, 0.95)


class Setting(NamedTuple):
    """One truth, and how many students are seen of it."""

    slopes: tuple[float, ...]
    rows: int


def draw(setting: Setting, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rows (n_rows, n_features), target (n_rows,) and the true slopes in the features' own units (n_features,).

    Of a feature no value comes twice while they last, as in the lesson. The average student passes as often as not.
    """
    values = list(FEATURES.values())[: len(setting.slopes)]
    rows = np.column_stack([random.choice(v, setting.rows, replace=setting.rows > len(v)) for v in values])
    slopes = np.array(setting.slopes) / [v.std() for v in values]
    chance = expit((rows - [v.mean() for v in values]) @ slopes)
    return rows, (random.random(setting.rows) < chance).astype(int), slopes


def associations(setting: Setting, seed: np.random.SeedSequence, data_sets: int) -> pd.DataFrame:
    """Return one row for each slope of each data set: feature, truth, low, high, one_class, separated, converged.

    low and high are missing where one class is alone.
    """
    random = np.random.default_rng(seed)
    return pd.concat([_association(*draw(setting, random)) for _ in range(data_sets)], ignore_index=True)


def _association(rows: np.ndarray, target: np.ndarray, slopes: np.ndarray) -> pd.DataFrame:
    shown = {"feature": list(FEATURES)[: len(slopes)], "truth": slopes}
    if target.min() == target.max():
        return pd.DataFrame(shown | {"low": np.nan, "high": np.nan, "one_class": 1, "separated": 0, "converged": 1})
    found = firth.fit(rows, target, LEVEL)
    kind = {
        "one_class": 0,
        "separated": int(separation.kind(rows, target) != "none"),
        "converged": int(found.converged),
    }
    return pd.DataFrame(shown | {"low": found.low, "high": found.high} | kind)


def accuracies(truth: float, rows: int, seed: np.random.SeedSequence, data_sets: int) -> pd.DataFrame:
    """Return truth, low, high of the accuracy on `rows` independent test rows, one row for each data set."""
    interval = cache(intervals.accuracy)
    correct = (np.random.default_rng(seed).random((data_sets, rows)) < truth).sum(axis=1)
    low, high = np.transpose([interval(int(count), rows, LEVEL) for count in correct])
    return pd.DataFrame({"truth": truth, "low": low, "high": high})


def share_held(shown_intervals: pd.DataFrame) -> tuple[float, float]:
    """Return the share of the intervals shown that hold the truth, and its standard error."""
    shown = shown_intervals.dropna(subset=["low", "high"])
    share = float(shown["truth"].between(shown["low"], shown["high"]).mean())
    return share, float(np.sqrt(share * (1 - share) / len(shown)))


def simulate(settings: Sequence[Setting], data_sets: int) -> list[pd.DataFrame]:
    """Return the associations of each setting, worked out on all cores; the same ones with any number of cores."""
    seeds = np.random.SeedSequence(SEED).spawn(len(settings))
    chunks = [
        (setting, chunk, CHUNK)
        for setting, seed in zip(settings, seeds, strict=True)
        for chunk in seed.spawn(data_sets // CHUNK)
    ]
    one_thread = (1,)  # each core has a process of its own
    with ProcessPoolExecutor(
        mp_context=get_context("spawn"), initializer=threadpool_limits, initargs=one_thread
    ) as pool:
        done = list(
            tqdm(pool.map(associations, *zip(*chunks, strict=True)), total=len(chunks), unit=f" x {CHUNK} fits")
        )
    each = data_sets // CHUNK
    return [pd.concat(done[start : start + each], ignore_index=True) for start in range(0, len(done), each)]


def association_lines(setting: Setting, associations_found: pd.DataFrame) -> list[str]:
    """Return a line of the table for each slope."""
    lines = []
    for slope, (feature, of_feature) in zip(
        setting.slopes, associations_found.groupby("feature", sort=False), strict=True
    ):
        share, error = share_held(of_feature)
        counts = [of_feature["one_class"].sum(), of_feature["separated"].sum(), (1 - of_feature["converged"]).sum()]
        cells = [f"{slope} of {' and '.join(list(FEATURES)[: len(setting.slopes)])}: {feature}", setting.rows, *counts]
        lines.append(f"| {' | '.join(map(str, cells))} | {share:.2%} ± {error:.2%} |")
    return lines


def main() -> None:
    """Print how often each kind of interval held the truth."""
    settings = [Setting(slopes, rows) for slopes, rows in product(SLOPES, ROWS)]
    found = simulate(settings, DATA_SETS)
    print(f"{DATA_SETS} data sets each, {LEVEL:.0%} intervals; ± is the standard error of the simulation\n")
    print("Slopes: Firth's penalised profile likelihood\n")
    print("| true log-odds per standard deviation | rows | one class | separated | not converged | held the truth |")
    print("|---|---|---|---|---|---|")
    for setting, of_setting in zip(settings, found, strict=True):
        print("\n".join(association_lines(setting, of_setting)))
    print("\nAccuracy: Clopper and Pearson's exact interval\n")
    print("| true accuracy | test rows | held the truth |\n|---|---|---|")
    cases = list(product(ACCURACIES, TEST_ROWS))
    for (truth, rows), seed in zip(cases, np.random.SeedSequence(SEED + 1).spawn(len(cases)), strict=True):
        share, error = share_held(accuracies(truth, rows, seed, DATA_SETS))
        print(f"| {truth} | {rows} | {share:.2%} ± {error:.2%} |")
