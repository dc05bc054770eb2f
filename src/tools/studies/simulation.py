"""Many data sets, drawn on all cores and always the same ones, and the lines of what came of them."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits
from tqdm import tqdm

LEVEL = 0.95
REGRESSION = {"C": 1.0, "solver": "newton-cholesky", "tol": 1e-8, "max_iter": 1000}  # as in params.yaml
CHUNK = 250  # data sets that a process takes at a time


def share_held(shown_intervals: pd.DataFrame) -> tuple[float, float]:
    """Return the share of the intervals shown that hold the truth, and its standard error."""
    shown = shown_intervals.dropna(subset=["low", "high"])
    share = float(shown["truth"].between(shown["low"], shown["high"]).mean())
    return share, float(np.sqrt(share * (1 - share) / len(shown)))


def simulate(
    found: Callable[[Any, np.random.SeedSequence, int], pd.DataFrame],
    settings: Sequence[Any],
    seed: int,
    data_sets: int,
) -> list[pd.DataFrame]:
    """Return what is `found` of each setting, worked out on all cores; the same with any number of cores."""
    seeds = np.random.SeedSequence(seed).spawn(len(settings))
    chunks = [
        (setting, chunk, CHUNK)
        for setting, of_setting in zip(settings, seeds, strict=True)
        for chunk in of_setting.spawn(data_sets // CHUNK)
    ]
    one_thread = (1,)  # each core has a process of its own
    with ProcessPoolExecutor(
        mp_context=get_context("spawn"), initializer=threadpool_limits, initargs=one_thread
    ) as pool:
        done = list(tqdm(pool.map(found, *zip(*chunks, strict=True)), total=len(chunks), unit=f" x {CHUNK} fits"))
    each = data_sets // CHUNK
    return [pd.concat(done[start : start + each], ignore_index=True) for start in range(0, len(done), each)]


def line(*cells: object) -> str:
    """Return a line of a table."""
    return f"| {' | '.join(map(str, cells))} |"


def held(shown_intervals: pd.DataFrame) -> str:
    """Return the last cell of a line: how often the truth was held."""
    share, error = share_held(shown_intervals)
    return f"{share:.2%} ± {error:.2%}"
