"""How good the way to a model is on rows that it has not seen, by repeated stratified cross-validation.

Every step is taken anew in each fold: what fills gaps, the scaling, and the choice of C and the threshold where they
are auto (nested; Varma and Simon 2006, Bias in error estimation when using cross-validation for model selection, BMC
Bioinformatics 7:91). No unbiased estimate of the result's variance exists (Bengio and Grandvalet 2004, No unbiased
estimator of the variance of k-fold cross-validation, JMLR 5:1089-1105): what is shown beside it is the spread over the
repeats, not an interval.

It costs folds * repeats fits, and as many again without each feature. A choice in each fold makes this about 70 times
as much where C is auto (13 values, 5 folds): 50 folds of 20 rows took 25 s instead of half a second, 18 s where the
threshold is auto (every threshold is scored in every inner fold), and 45 s where both are.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit
from tqdm import tqdm

from passage.base.progress import bar
from passage.base.rounding import PREDICTED, rounded, significant
from passage.evaluation.metrics import log_loss
from passage.model import pipeline, solver, tuning
from passage.model.classifier import Model
from passage.model.design import Column
from passage.model.folds import Division, Sample, divide, scarcity, too_few
from passage.model.sides import Sides
from passage.params.model import ModelSettings

EACH = 30  # features up to which each is left out in turn
FEATURES = 12  # that are, of more


def log_odds(fitted: Any, rows: np.ndarray) -> np.ndarray:
    """Return the log-odds of each row, (n_rows,)."""
    if rows.shape[1] == 0:
        return np.asarray(np.diff(fitted.predict_log_proba(rows)))[:, 0]
    return np.asarray(fitted.decision_function(rows))


def validate(
    sample: Sample, division: Division, settings: ModelSettings, progress: "tqdm[Any]"
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the accuracy and the log loss (nats) of the rows that `division` holds out, and how many these are.

    Each array has one entry for each repeat or, by time, for each fold, (parts,). Each row is predicted once in each
    repeat. What is auto is chosen from each fold's training rows alone.
    """
    right, loss, rows = [], [], []
    for train, held_out in division:
        says, held, fits = predicted(sample, train, held_out, settings)
        actual = sample.target[held_out]
        right.append(int(((rounded(expit(says)) >= held.threshold) == actual).sum()))
        loss.append(log_loss(actual, says) * len(actual))
        rows.append(len(actual))
        progress.update(fits)
    by_part = (division.folds if division.past_only else len(division.fold_of), -1)
    right, loss, rows = (np.reshape(sums, by_part).sum(axis=1) for sums in (right, loss, rows))
    return right / rows, loss / rows, rows


def predicted(
    sample: Sample, train: np.ndarray, held_out: np.ndarray, settings: ModelSettings
) -> tuple[np.ndarray, ModelSettings, int]:
    """Return the log-odds of the rows `held_out` by a fit on those that `train`, its settings, and the count of fits.

    train, held_out: positions in `sample`. What is auto is chosen from the rows that train alone.
    """
    learned, held, fits = sample.part(train), settings, 1
    if settings.chooses():
        chosen = tuning.choose(learned, settings)
        held = settings.holding(chosen.C, chosen.threshold)
        fits += tuning.fits(settings, chosen.folds)
    fitted = pipeline.unfitted(held, sample.rows, large=sample.large).fit(learned.rows, learned.target)
    return rounded(log_odds(fitted, sample.rows[held_out])), held, fits


def held_out(table: pd.DataFrame, settings: ModelSettings, *, large: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return what became of each row of `table` and its probability from a fit without its fold, (n_rows,) each.

    By time, of each row that is held out, from a fit on earlier ones. Nothing where there are no two folds.
    table: features in their own units; of many rows, some (folds.subsample). settings: C is a number.
    large: as of Sample.
    """
    sample, asked = Sample.of(table, settings, large=large), settings.evaluate
    division = divide(sample, asked.folds, asked.seed)
    says, predicted = np.empty(len(table)), division.fold_of[0] >= 0
    with solver.solver_warnings():  # cross_validation, of the like fits, tells
        for train, out in bar("predicting rows held out", "fits", division, division.folds):
            estimator = pipeline.unfitted(settings, sample.rows, large=large)
            says[out] = log_odds(estimator.fit(sample.rows[train], sample.target[train]), sample.rows[out])
    return sample.target[predicted], rounded(expit(rounded(says[predicted])))


def left_out(columns: Sequence[Column], coefficients: Mapping[str, float]) -> list[str]:
    """Return which features a cross-validation leaves out, one by one: all, or of many the FEATURES that tell most.

    columns: of the design table. coefficients: by its columns, normalized.
    """
    strength: dict[str, float] = {}
    for column in columns:
        strength[column.feature] = max(strength.get(column.feature, 0), abs(coefficients[column.name]))
    if len(strength) <= EACH:
        return list(strength)
    return sorted(strength, key=lambda name: -strength[name])[:FEATURES]


def of_model(sides: Sides, model: Model, settings: ModelSettings) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the `cross_validation` of all rows of both `sides`, or of those that are enough, as `model` was made."""
    held = settings.holding(float(model.classifier.settings["C"]), model.classifier.threshold)
    compared = left_out(model.preparation.columns, model.classifier.coefficients)
    return cross_validation(sides.drawn, settings, held, compared, sum(map(len, sides.both)), large=model.large)


def cross_validation(
    table: pd.DataFrame,
    settings: ModelSettings,
    held: ModelSettings,
    left_out: Sequence[str] | None = None,
    rows: int | None = None,
    *,
    large: bool = False,
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what stands under cross_validation in metrics/NAME.json, and by kind a sentence on what to beware of.

    table: every row of the lane, or those of its `rows` that folds.subsample has drawn (`drawn` then says how many),
    features in their own units. Where the rarer class has fewer rows than there should be folds, there are as many
    folds as it has rows; where a fold leaves too few to fit or to choose, there is no cross-validation. Without each
    feature in turn, or each one that is `left_out`, the same folds show what knowing it is worth: by how much the log
    loss rises, repeat by repeat.
    By time, there is one repeat, whose folds take the place of repeats, and `rows` says how many rows were predicted:
    the earliest are not.
    held: `settings` with C and the threshold that the model has. With and without a feature, the comparison holds them:
    two models that each chose for themselves would differ by their choices, too. So where C is auto, the log loss that
    a difference starts from is not the nested one. large: as of Sample.
    """
    sample, asked = Sample.of(table, settings, large=large), settings.evaluate
    wanted = left_out or settings.features
    features = {name: position for position, name in enumerate(settings.features) if name in wanted}
    division, inner = divided(sample, settings, asked.repeats)
    folds = division.folds
    if obstacle := _obstacle(sample, folds, inner, settings):
        return {}, {"no_cross_validation": f"{obstacle}, so there is no cross-validation"}
    cautions = {}
    if folds < asked.folds:
        fewer = f"{folds} folds of the cross-validation instead of {asked.folds}"
        cautions["fewer_folds"] = f"{scarcity(folds, settings.split)}: {fewer}"
    compared = len(features) + settings.chooses()
    total = (1 + compared) * len(list(division)) + sum(tuning.fits(settings, count) for count in inner)
    trained, made_of = len(table) * (folds - 1) // folds, sample.made_of(settings)
    how = settings.train.solver
    solver.foretell_fits("cross-validation", total, trained, made_of, "fewer evaluate.repeats", how)
    with solver.solver_warnings() as warned, bar("cross-validation", "fits", total=total) as progress:
        accuracy, loss, counts = validate(sample, division, settings, progress)
        start = validate(sample, division, held, progress)[1] if settings.chooses() else loss
        losses = {
            feature: validate(sample.without(position), division, held.without(feature), progress)[1]
            for feature, position in features.items()
        }
    if warned:
        cautions["not_converged"] = solver.in_words(warned, total, "the cross-validation")
    without = {
        feature: {"log_loss": _mean(other, counts), **_spread("difference", other - start, counts)}
        for feature, other in losses.items()
    }
    spreads = _spread("accuracy", accuracy, counts) | _spread("log_loss", loss, counts)
    predicted = {"rows": int(counts.sum())} if division.past_only else {}
    predicted |= {"drawn": len(table)} if rows and len(table) < rows else {}
    return {"folds": folds, "repeats": len(division.fold_of), **predicted, **spreads, "without": without}, cautions


def divided(sample: Sample, settings: ModelSettings, repeats: int) -> tuple[Division, list[int]]:
    """Return the division of `sample`, and how many folds there are to choose in, for each fold; none without auto.

    By time, without the folds that are too early for the past to choose from.
    """
    division = divide(sample, settings.evaluate.folds, settings.evaluate.seed, repeats)
    inner = [len(tuning.folds(sample.part(train), settings)) for train, _ in division] if settings.chooses() else []
    if division.past_only:
        early = max((fold + 1 for fold, count in enumerate(inner) if count < 2), default=0)
        division, inner = division.from_fold(early), inner[early:]
    return division, inner


def _obstacle(sample: Sample, folds: int, inner: Sequence[int], settings: ModelSettings) -> str:
    """Return why there can be no cross-validation of `sample` in so many folds, nothing where there can.

    inner: how many folds there are to choose in, for each fold; none where nothing is auto.
    """
    if folds < 2:
        return too_few(settings.split)
    if all(count >= 2 for count in inner):
        return ""
    if settings.split.mark:
        return f"C or threshold is auto, but of what some fold leaves to choose from, {too_few(settings.split)}"
    return (
        "C or threshold is auto and a choice takes two rows of each class, but the rarer one has "
        f"{np.bincount(sample.target).min()}, of which {folds} folds leave one to choose from"
    )


def _mean(values: np.ndarray, rows: np.ndarray) -> float:
    return significant(np.average(values, weights=rows), PREDICTED)


def _spread(name: str, values: np.ndarray, rows: np.ndarray) -> dict[str, float]:
    """Return the mean of `values` (parts,), over so many `rows` each, under `name`, and the least and the greatest."""
    least, greatest = (significant(value, PREDICTED) for value in (values.min(), values.max()))
    return {name: _mean(values, rows), f"{name}_least": least, f"{name}_greatest": greatest}
