"""How C and the threshold are chosen where params.yaml says auto: by cross-validation of rows that train.

Preparation, scaler and regression are fitted anew in each fold, on rows as preparation.encode has them, so that no fold
sees another's. Whatever is compared has eight digits, so that the choice is the same on every machine.
"""

import math
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from sklearn.model_selection import GridSearchCV, TunedThresholdClassifierCV
from sklearn.pipeline import Pipeline

from passage.base import paths
from passage.base.errors import Mistake
from passage.base.parquet import Table
from passage.base.progress import clock
from passage.base.rounding import PREDICTED, rounded, significant
from passage.model import pipeline, solver
from passage.model.classifier import PLAIN_THRESHOLD
from passage.model.folds import Sample, divide, scarcity, subsample, too_few
from passage.params.model import ModelSettings
from passage.params.types import AUTO

Folds = list[tuple[np.ndarray, np.ndarray]]

THRESHOLDS = [hundredth / 100 for hundredth in range(2, 100, 2)]


@dataclass(frozen=True)
class TriedC:
    """One value of C: its mean log loss over the folds (nats), and the standard error of that mean."""

    C: float
    log_loss: float
    standard_error: float


@dataclass(frozen=True)
class TriedThreshold:
    """One threshold, and its mean score over the folds, by the criterion."""

    threshold: float
    score: float


@dataclass(frozen=True)
class Choices:
    """C and the threshold to use, and what was tried to find them: nothing for the one that is not auto.

    cautions: a sentence for each thing to beware of, by its kind.
    """

    C: float
    threshold: float
    tried_C: list[TriedC]  # noqa: N815 (scikit-learn's name)
    tried_thresholds: list[TriedThreshold]
    criterion: str
    folds: int
    cautions: dict[str, str] = field(default_factory=dict)

    def content(self) -> dict[str, Any]:
        """Return what is written to choices.json."""
        return asdict(self)

    def in_words(self) -> list[str]:
        """Return what was tried for C, one line a value, and which threshold was chosen; cautions last."""
        lines = []
        if self.tried_C:
            lines = [
                f"C is chosen by log loss in {self.folds} folds of the training rows: the strongest penalty (least C) "
                "within one standard error of the best",
                f"  {'C':>10} {'log loss':>10} {'standard error':>14}",
                *(
                    f"{'*' if one.C == self.C else ' '} {one.C:10g} {one.log_loss:10.4f} {one.standard_error:14.4f}"
                    for one in self.tried_C
                ),
            ]
        for one in self.tried_thresholds:
            if one.threshold == self.threshold:
                how = f"{self.criterion} {one.score:.3g} in {self.folds} folds of the training rows"
                lines.append(f"the threshold {one.threshold:g} is chosen: {how}; of the best, it is nearest to 0.5")
        return lines + [f"warning: {caution}" for caution in self.cautions.values()]


def choose(sample: Sample, settings: ModelSettings) -> Choices:
    """Return C and the threshold for the rows of `sample`, of which there are two folds.

    The threshold is chosen for the chosen C. Where the rarer class has fewer rows than there should be folds, there are
    as many folds as it has rows. Solvers may warn; `for_model` puts that in words.
    """
    division = folds(sample, settings)
    tried_C = try_C(sample, settings, division) if settings.train.C == AUTO else []  # noqa: N806
    C = strongest_within_one_standard_error(tried_C) if tried_C else float(settings.train.C)  # noqa: N806
    tried_thresholds = (
        try_thresholds(sample, settings.holding(C, PLAIN_THRESHOLD), division) if settings.threshold == AUTO else []
    )
    threshold = nearest_of_the_best(tried_thresholds) if tried_thresholds else float(settings.threshold)
    return Choices(C, threshold, tried_C, tried_thresholds, settings.train.tune.criterion, len(division))


def for_model(name: str, training: Table, settings: ModelSettings, *, large: bool = False) -> Choices | None:
    """Return what is chosen for model `name` from its `training` rows, in their own units, with cautions.

    Of very many rows, from some (folds.subsample). Nothing where nothing is auto; Mistake where a class has one row. No
    solver's warning leaves this function. large: as of Sample.
    """
    if not settings.chooses():
        return None
    sample = Sample.of(subsample([training], settings.target), settings, large=large)
    if len(division := folds(sample, settings)) < 2:
        few = f"{too_few(settings.split, 'training row')}, and a choice by cross-validation takes two of each"
        keys = [f"models.{name}.{key}" for key in settings.autos()]
        raise Mistake(f"{paths.PARAMS}: {key} is auto, but {few}; give a number" for key in keys)
    count, rows = fits(settings, len(division)), max(len(train) for train, _ in division)
    less = "fewer values in train.tune.C" if settings.train.C == AUTO else "fewer train.tune.folds"
    solver.foretell_fits("the choice (auto)", count, rows, sample.made_of(settings), less, settings.train.solver)
    with solver.solver_warnings() as warned, clock(f"{count} fits to choose what is auto"):
        choices = choose(sample, settings)
    cautions, asked = {}, settings.train.tune.folds
    if choices.folds < asked:
        few = scarcity(choices.folds, settings.split, "training rows")
        cautions["choice_fewer_folds"] = f"{few}: {choices.folds} folds of the choice (auto) instead of {asked}"
    if warned:
        doing = "the choice (auto) from the training rows"
        cautions["choice_not_converged"] = solver.in_words(warned, count, doing)
    return replace(choices, cautions=cautions)


def fits(settings: ModelSettings, folds: int) -> int:
    """Return how many fits `choose` takes in so many folds; none where nothing is auto."""
    for_C = len(set(settings.train.tune.C)) * folds if settings.train.C == AUTO else 0  # noqa: N806
    for_threshold = folds + 1 if settings.threshold == AUTO else 0  # TunedThresholdClassifierCV fits all rows, too
    return for_C + for_threshold


def folds(sample: Sample, settings: ModelSettings) -> Folds:
    """Return the positions of the rows that train and of those held out, for each fold of a choice from `sample`.

    A fold that holds out rows of one class alone, as whole groups may be, has no score of balanced accuracy or F1.
    """
    tune = settings.train.tune
    division = divide(sample, tune.folds, tune.seed)
    return [(train, out) for train, out in division if sample.target[out].min() < sample.target[out].max()]


def try_C(sample: Sample, settings: ModelSettings, division: Folds) -> list[TriedC]:  # noqa: N802 (scikit-learn's name)
    """Return what each C of `settings` comes to on the rows of `sample`; the least first."""
    grid = sorted(set(settings.train.tune.C))
    estimator = pipeline.unfitted(settings.holding(1.0, PLAIN_THRESHOLD), sample.rows, large=sample.large)
    search = GridSearchCV(
        estimator, {"regression__C": grid}, scoring="neg_log_loss", cv=division, refit=False, error_score="raise"
    )
    found = search.fit(sample.rows, sample.target).cv_results_
    losses = -np.array([found[f"split{fold}_test_score"] for fold in range(len(division))])
    errors = losses.std(axis=0, ddof=1) / math.sqrt(len(division))
    return [
        TriedC(C, significant(loss, PREDICTED), significant(error, PREDICTED))
        for C, loss, error in zip(grid, losses.mean(axis=0), errors, strict=True)
    ]


def strongest_within_one_standard_error(tried: list[TriedC]) -> float:
    """Return the least C whose log loss is within one standard error of the best one's.

    Breiman, Friedman, Olshen and Stone (1984), Classification and regression trees, section 3.4.3.
    """
    best = min(tried, key=lambda one: one.log_loss)
    return min(one.C for one in tried if one.log_loss <= best.log_loss + best.standard_error)


class _Written(Pipeline):  # type: ignore[misc]
    """Decides by the digits that predictions are written with, as the model itself does."""

    def predict_proba(self, rows: np.ndarray) -> np.ndarray:
        return rounded(super().predict_proba(rows))


def try_thresholds(sample: Sample, settings: ModelSettings, division: Folds) -> list[TriedThreshold]:
    """Return what each threshold comes to by the criterion of `settings`, whose C is a number; the least first."""
    tuned = TunedThresholdClassifierCV(
        _Written([("fitted", pipeline.unfitted(settings, sample.rows, large=sample.large))]),
        scoring=settings.train.tune.criterion,
        response_method="predict_proba",
        thresholds=THRESHOLDS,
        cv=division,
        store_cv_results=True,
    ).fit(sample.rows, sample.target)
    scores = zip(THRESHOLDS, tuned.cv_results_["scores"], strict=True)
    return [TriedThreshold(threshold, significant(score, PREDICTED)) for threshold, score in scores]


def nearest_of_the_best(tried: list[TriedThreshold]) -> float:
    """Return the threshold with the greatest score; of several, as few rows have, the one nearest to 0.5.

    Of two as near, the lower one.
    """
    greatest = max(one.score for one in tried)
    best = [one.threshold for one in tried if one.score == greatest]
    return min(best, key=lambda threshold: abs(significant(threshold - PLAIN_THRESHOLD, PREDICTED)))
