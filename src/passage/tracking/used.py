"""Whether the files of a model were made with the settings at hand, as far as they tell.

dvc.lock says what DVC was told, and `dvc commit` writes into it whatever is there. So settings are held against what
the files say of them, and of tables that are not large is found again which rows test, how they are scaled, the folds.
"""

import html
import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from passage.base import files, parquet, paths
from passage.base.parquet import Columns
from passage.base.paths import ModelPaths
from passage.base.wording import unbroken
from passage.evaluation import comparison, held_out
from passage.model import levels, preparation
from passage.model.sides import Sides
from passage.params import Params, flat_params
from passage.params.model import ModelSettings
from passage.params.types import AUTO
from passage.report.sections import Section
from passage.tables import header, read
from passage.tables.split import test_mask
from passage.tracking.staleness import Stale

PARAMETER = re.compile(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td></tr>', re.DOTALL)
MOST = 100_000  # rows of a table of which that is found again: of three million it takes 5 s, as an experiment does not
UNFIT = (ValueError, LookupError, TypeError, AttributeError)  # what rows raise that settings do not fit


def refuse_others(of: Section) -> None:
    """Raise Stale where the files of a model, or of its batches, were made with other settings than it has."""
    for changed in _others(of):
        raise Stale(f"{changed}; `dvc repro -f` builds it anew and tracks it")


def refuse_other_page(page: str, settings: Params) -> None:
    """Raise Stale where the page was made with other parameters: it has all of them, those of every stage."""
    told = page.partition('<details class="parameters">')[2].partition("</details>")[0]
    made_with = {html.unescape(key): html.unescape(value) for key, value in PARAMETER.findall(told)}
    now = {key: unbroken(value) for key, value in flat_params(settings.model_dump())}
    # A page from before a key was there does not have it, whose default is then what was used.
    known = {**made_with, **dict(flat_params(settings.model_dump(exclude_defaults=True)))} if made_with else {}
    for key in known:
        if made_with.get(key) != now.get(key):
            raise Stale(
                f"{key} in {paths.PARAMS} is not the one that {paths.PAGE} was built with; `dvc repro -f` builds it "
                "anew and tracks it"
            )


def _others(of: Section) -> Iterator[str]:
    """Yield in words each setting, or group of them, that is not the one that the files of a model show."""
    name, lane, path = of.name, of.settings, ModelPaths(of.name)
    asked = {f"train.{key}": value for key, value in lane.train.model_dump().items()}
    asked |= {"threshold": lane.threshold, "evaluate.confidence": lane.evaluate.confidence}
    asked |= {"evaluate.repeats": lane.evaluate.repeats}
    for key, value in _written(of, lane.split.past_only).items():
        if asked.get(key, AUTO) not in (AUTO, math.inf if value == "inf" else value):
            yield f"models.{name}.{key} in {paths.PARAMS} is not {value}, which {name} was built with"
    found_again = (
        (path.sides, ("split",), _splits_so),
        (path.scaler, ("columns", "features", "normalize"), _scales_so),
        (path.held_out, ("evaluate.folds", "evaluate.seed", "positive"), _divides_so),
    )
    chosen = (path.choices, ("threshold", "train.C", "train.tune"), _chooses_so)
    for made, keys, is_so in (*(found_again if len(Columns(path.sides)) <= MOST else ()), chosen):
        if not _holds(is_so, path, lane):
            what = " and ".join(filter(None, [", ".join(keys[:-1]), keys[-1]]))
            yield f"models.{name} in {paths.PARAMS} has another {what} than {made} was made with"


def _holds(is_so: Callable[[ModelPaths, ModelSettings], bool], path: ModelPaths, lane: ModelSettings) -> bool:
    try:
        return is_so(path, lane)
    except UNFIT:
        return False


def _written(of: Section, once: bool) -> dict[str, Any]:
    """Return the settings that stand in the files of a model. once: whether there are no repeats."""
    found = {f"train.{key}": value for key, value in of.model.get("settings", {}).items()}
    repeats = of.metrics.get("cross_validation", {}).get("repeats")
    found |= {"evaluate.repeats": repeats} if repeats and not once else {}
    return found | {"threshold": of.model["threshold"], "evaluate.confidence": of.association["confidence"]}


def _splits_so(path: ModelPaths, lane: ModelSettings) -> bool:
    sides, both = Columns(path.sides)["side"].to_numpy(), (Columns(path.split_train), Columns(path.split_test))
    kept, order = sides < 2, np.argsort(np.concatenate([np.flatnonzero(sides == side) for side in (0, 1)]))
    names = [lane.target, *([lane.split.mark] if lane.split.mark else [])]
    whole = {name: pd.concat([side[name] for side in both], ignore_index=True) for name in names}
    rows = pd.DataFrame(whole, copy=False).iloc[order].reset_index(drop=True)
    if lane.split.method == "column":
        rows[lane.split.column] = _raw(Path(lane.data), str(lane.split.column))[kept]
    return bool((test_mask(rows, lane.target, lane.split) == (sides[kept] == 1)).all())


def _raw(path: Path, column: str) -> np.ndarray:
    """Return a column of a raw table as text, (n_rows,)."""
    parts = read.as_it_came(path, parquet.together(len(header.columns(path))))
    return np.concatenate([part[column].to_numpy(dtype=object) for part in parts])


def _scales_so(path: ModelPaths, lane: ModelSettings) -> bool:
    sides = Sides.read(path, lane)
    prepared = preparation.fit(sides.training, lane)
    _, scaler = levels.learned(prepared, sides.training, sides.test, lane)
    return bool(json.loads(json.dumps(prepared.content(scaler))) == files.read_json(path.scaler))


def _divides_so(path: ModelPaths, lane: ModelSettings) -> bool:
    rows, sample, division = held_out.divide(Sides.read(path, lane).both, Columns(path.sides)["side"], lane)
    known, kept = division.fold_of[0] >= 0, comparison.read(path.held_out)
    expected = (rows, division.fold_of[0], sample.target)
    return all(np.array_equal(one[known], there) for one, there in zip(expected, kept[:3], strict=True))


def _chooses_so(path: ModelPaths, lane: ModelSettings) -> bool:
    choices, tune = files.read_json(path.choices), lane.train.tune
    if not (lane.chooses() and choices):
        return bool(choices) == lane.chooses()
    grid = [one["C"] for one in choices["tried_C"]]
    return (
        grid == (sorted(set(tune.C)) if lane.train.C == AUTO else [])
        and bool(choices["tried_thresholds"]) == (lane.threshold == AUTO)
        and choices["criterion"] == tune.criterion
    )
