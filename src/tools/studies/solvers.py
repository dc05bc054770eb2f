"""Count how many different fits each solver gives in many arithmetics, to ten digits: make solvers.

A count of 1 everywhere is what params.SAME_EVERYWHERE promises; docs/reproducibility.md has what came of it.
"""

import json
import os
import subprocess
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from passage import params
from passage.base.errors import Mistake
from passage.base.progress import bar
from passage.base.rounding import FITTED, significant
from passage.model.scaler import Scaler
from passage.tables import read
from tools.studies.markdown import head, line
from tools.studies.variations import KERNEL_NAMES, OLD, threads

FITS = "fits"  # the argument with which this tool calls itself in each arithmetic
SOLVERS = ("newton-cholesky", "sag", "saga", "lbfgs", "newton-cg", "liblinear")
TOLS = (1e-4, 1e-6, 1e-8, 1e-10, 1e-12)
STRENGTHS = (1.0, 100.0)  # of C
SLOW = ("sag", "saga")  # which are left out for the drawn rows


def arithmetics() -> list[dict[str, str]]:
    """Return the environments of each kernel with one and two threads, and of an old processor."""
    return [{"OPENBLAS_CORETYPE": name} | threads(number) for name, number in product(KERNEL_NAMES, (1, 2))] + [OLD]


def data() -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Yield tables by name: features (n_rows, n_features) and target (n_rows,), 0 or 1."""
    for name, lane in params.load().models.items():
        table = read.table(Path(lane.data))
        yield name, table[lane.features].to_numpy(dtype=float), table[lane.target].to_numpy()
    cancer = load_breast_cancer()
    yield "breast cancer", cancer.data, cancer.target
    draw = np.random.default_rng(0)
    rows = draw.standard_normal((20_000, 20))
    yield "drawn", rows, (rows[:, :5].sum(axis=1) + draw.logistic(size=len(rows)) > 0).astype(int)


def fits() -> dict[str, str]:
    """Return the ten digits of each fit that converges, by solver and what it was fitted on and with."""
    found = {}
    for (name, rows, target), C in product(data(), STRENGTHS):  # noqa: N806 (scikit-learn's name)
        scaled = Scaler.fit(pd.DataFrame(rows), "standard").scaled(rows.copy())
        for solver, tol in product(SOLVERS, TOLS):
            if solver in SLOW and name == "drawn":
                continue
            regression = LogisticRegression(C=C, solver=solver, tol=tol, max_iter=1000, random_state=0)
            with warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always", ConvergenceWarning)
                regression.fit(scaled, target)
            if not warned:
                numbers = [*regression.coef_[0], *regression.intercept_]
                digits = [significant(number, FITTED) for number in numbers]
                found[f"{solver}|{name}|C {C:g}|tol {tol:g}"] = json.dumps(digits)
    return found


def table(made: list[dict[str, str]]) -> str:
    """Return for each solver and table the most different fits that a setting gave, and in how many settings.

    made: what `fits` gave in each arithmetic.
    """
    different: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for one in made:
        for label, digits in one.items():
            solver, name, setting = label.split("|", 2)
            different[solver, name][setting].add(digits)
    lines = [head("solver", "table", "settings", "with different fits", "at most")]
    for (solver, name), settings in different.items():
        counts = [len(digits) for digits in settings.values()]
        lines.append(line(solver, name, len(counts), sum(count > 1 for count in counts), max(counts)))
    return "\n".join(lines)


def main(*options: Any) -> None:
    """Print the table; called with `fits`, what this one arithmetic gives."""
    if options == (FITS,):
        print(json.dumps(fits()))
        return
    if options:
        raise Mistake(f"{' '.join(options)} is not known; without an option, all arithmetics are tried")
    command = [sys.executable, "src", "solvers", FITS]
    made = [
        json.loads(subprocess.run(command, env=os.environ | one, capture_output=True, check=True).stdout)
        for one in bar("fitting", "arithmetic", arithmetics())
    ]
    print(f"{len(made)} arithmetics\n\n{table(made)}")
