"""Many data sets, drawn on all cores and always the same ones, and the lines of what came of them."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits
from tqdm import tqdm

LEVEL = 0.95
REGRESSION = {"C": 1.0, "solver": "newton-cholesky", "tol": 1e-8, "max_iter": 1000}  # as in params.yaml
CHUNK = 250  # data sets that a process takes at a time


def simulate(
    find: Callable[[Any, np.random.SeedSequence, int], pd.DataFrame], settings: Sequence[Any], seed: int, data_sets: int
) -> list[tuple[Any, pd.DataFrame]]:
    """Return each setting with what `find` finds of it, worked out on all cores; the same with any number of them."""
    seeds = np.random.SeedSequence(seed).spawn(len(settings))
    chunks = [
        (setting, chunk, CHUNK)
        for setting, of_setting in zip(settings, seeds, strict=True)
        for chunk in of_setting.spawn(data_sets // CHUNK)
    ]
    pool = ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=threadpool_limits, initargs=(1,))
    with pool:  # a process of one thread for each core
        done = iter(tqdm(pool.map(find, *zip(*chunks, strict=True)), total=len(chunks), unit=f" x {CHUNK} fits"))
        each = data_sets // CHUNK
        return [(setting, pd.concat(list(islice(done, each)), ignore_index=True)) for setting in settings]


def held(intervals: pd.DataFrame) -> pd.Series:
    """Return of each interval that is shown whether it holds the truth."""
    shown = intervals.dropna(subset=["low", "high"])
    return shown["truth"].between(shown["low"], shown["high"])


def rate(said: pd.Series, decimals: int = 1) -> str:
    """Return a share and its standard error."""
    share = float(said.mean())
    return f"{share:.{decimals}%} ± {np.sqrt(share * (1 - share) / len(said)):.{decimals}%}"
