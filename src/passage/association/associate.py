"""How the target goes with each feature among the training rows: odds, their intervals, and tests.

Written to models/NAME/association.json. It depends on the rows alone, not on how strongly a model is penalised.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from passage.association import (
    cost,
    dependence,
    effects,
    estimates,
    firth,
    gaps,
    margins,
    one_class,
    significance,
    wald,
)
from passage.association.estimates import FIRTH, FIRTH_WALD
from passage.association.fit import Fit
from passage.association.rows import Rows
from passage.base import blocks, parquet
from passage.base.parquet import Columns, Table
from passage.base.rounding import PREDICTED, significant
from passage.model import levels, separation
from passage.model.design import MISSING, Column
from passage.model.preparation import Preparation

SAME = 1e-150  # what values differ by in a column that counts as constant: the square of less is no number
WIDE = 200, 20_000_000  # columns and numbers beyond which rows are read again, too: copies of them take gigabytes
NEARLY_COPIES = 0.99  # correlation from which two features tell nearly the same


@dataclass(frozen=True)
class Association:
    """What the rows say of each feature, and what keeps them from saying more.

    intercept: log-odds where each feature is 0, absent (None) where columns depend on each other. features: by column
    of the design table, coefficient, low and high (the estimate and its interval at `confidence`, log-odds per unit
    of the table) and standard_deviation (of the training rows, in units of the table); a number that is not known or
    not finite is absent. significance: by feature, all of its columns together, whether it tells something beyond the
    others (significance.of_features); absent where that is not known. separation: how a plane divides the classes:
    none, quasi or perfect. constant: columns with one value. dependent: columns of which one follows from the others,
    so that no coefficient of theirs is known. redundant: features without which all would be. nearly_copies: pairs
    with their correlation. method: firth, with profile intervals and likelihood-ratio tests, or firth-wald, where to
    search for them would take too long. profiled: the columns with profile intervals where others have none.
    one_class: by column, a group of one class alone, which leaves it one end (one_class.groups).
    variance_inflation: of features with one column, where it is great. pure: the columns of which one value alone makes
    the separation, each with it and its rows. gaps: what is left out (gaps.content). points: by column, its average
    effect in points of probability (points.effects); even_chance: by number, at which value the chance is one half
    (effects.of_number); typical: of many features, where others are held; curve: the band of the chance along one
    number alone; fit: for other questions (Fit).
    """

    confidence: float
    rows: int
    intercept: float | None
    features: dict[str, dict[str, float]]
    significance: dict[str, dict[str, Any]]
    separation: str
    constant: list[str]
    dependent: list[str]
    redundant: list[str]
    nearly_copies: list[tuple[str, str, float]]
    converged: bool
    method: str = FIRTH
    profiled: list[str] = field(default_factory=list)
    one_class: dict[str, dict[str, Any]] = field(default_factory=dict)
    variance_inflation: dict[str, float] = field(default_factory=dict)
    pure: list[tuple[str, float, int]] = field(default_factory=list)
    gaps: dict[str, Any] = field(default_factory=dict)
    points: dict[str, dict[str, float]] = field(default_factory=dict)
    even_chance: dict[str, dict[str, Any]] = field(default_factory=dict)
    typical: list[dict[str, Any]] = field(default_factory=list)
    curve: dict[str, list[float]] = field(default_factory=dict)
    fit: dict[str, Any] = field(default_factory=dict)

    def content(self) -> dict[str, Any]:
        """Return what is written to association.json: of the method and what follows it, what is not usual."""
        absent = ("one_class", "variance_inflation", "gaps", "points", "even_chance", "curve", "fit")
        usual: dict[str, Any] = {"method": FIRTH, "profiled": [], "pure": [], "typical": []} | {
            key: {} for key in absent
        }
        return {key: value for key, value in asdict(self).items() if key not in usual or value != usual[key]}


def of_training(
    rows: Table, target: np.ndarray, confidence: float, preparation: Preparation, stored: Columns | None = None
) -> Association:
    """Return how `target` (n_rows,), 0 and 1, goes with the features among those `rows` that have a value of each.

    rows: which train the model, with features as they come. Whether a value was missing tells nothing of complete rows.
    stored: their design table, where it is too large to be made here.
    """
    gaps_of_their_own = {one.name for one in preparation.features if one.missing == "category"}
    columns = [
        column
        for column in preparation.columns
        if column.kind != "indicator" and not (column.feature in gaps_of_their_own and column.value == MISSING)
    ]
    feature_of = {column.name: column.feature for column in columns}
    table: Table = preparation.design(rows) if isinstance(rows, pd.DataFrame) else stored or rows
    coded = levels.of(preparation.columns, len(rows)) if isinstance(table, Columns) else []
    design = Rows(table, [column.name for column in preparation.columns], target, coded)
    if missing := gaps.content(rows, design, feature_of):
        whole = gaps.complete(rows, feature_of.values())
        rows, table = parquet.where(rows, whole), parquet.where(table, whole)
        design = Rows(table, [*feature_of], target[whole], coded)
    found, fit = _associated(design, confidence, columns)
    if fit is None or found.dependent:
        return replace(found, gaps=missing)
    known = [
        column for column in columns if "coefficient" in found.features[column.name] or column.name in found.one_class
    ]
    asked = effects.content(fit, design.part([*feature_of]), rows, known, preparation, confidence)
    for name in found.one_class:  # what is said of them would be the penalty's alone
        asked["points"].pop(name, None)
        asked["even_chance"].pop(name, None)
    return replace(found, gaps=missing, **asked)


def associate(rows: pd.DataFrame, target: np.ndarray, confidence: float, columns: Sequence[Column] = ()) -> Association:
    """Return how `target` (n_rows,), 0 and 1, goes with the features in `rows` (n_rows, n_columns), a design table.

    Its columns are in the table's own units. columns: which feature each of them is of; without them, each is one.
    Where the target has one class alone, nothing is known.
    """
    return _associated(Rows(rows, [*rows], np.asarray(target)), confidence, columns)[0]


def _associated(rows: Rows, confidence: float, columns: Sequence[Column]) -> tuple[Association, Fit | None]:
    """Return what `associate` does, and the fit of the columns that have coefficients; None where there are none."""
    features, feature_of = [*rows.columns], {column.name: column.feature for column in columns}
    varying = [name for name in features if len(rows) and _varies(rows, name)]
    target, (_, covariances) = rows.target, rows.part(varying).moments()
    correlations = dependence.correlations(covariances)
    unknown = [varying[position] for position in dependence.unknown(correlations)]
    left_out = dependence.redundant(correlations, {name: [position] for position, name in enumerate(varying)})
    kept = [name for name in varying if name not in left_out]
    known = [name for name in kept if name not in unknown] if len(np.unique(target)) > 1 else []
    tested = _by_feature(known, kept, feature_of)
    by_feature = _by_feature(varying, varying, feature_of)
    groups = one_class.groups(rows.part(varying), list(by_feature.values()))
    pure = {name: group for name, group in groups.items() if name in known}
    found, kind, method, separating = _found(rows.part(kept), confidence, tested, pure)
    spreads = dict(zip(varying, np.sqrt(np.diag(covariances)).tolist(), strict=True))
    numbers = {name: {"standard_deviation": spreads.get(name, 0.0)} for name in features}
    if found:
        ends = {"coefficient": found.coefficients, "low": found.low, "high": found.high}
        for place in (place for places in tested.values() for place in places):
            numbers[kept[place]] = {end: values[place] for end, values in ends.items()} | numbers[kept[place]]
    alone = [varying.index(kept[places[0]]) for places in tested.values() if len(places) == 1]
    inflated = dependence.inflation(correlations, [varying.index(name) for name in kept], alone)
    association = Association(
        confidence=confidence,
        rows=len(rows),
        intercept=significant(found.intercept, PREDICTED) if found and not unknown else None,
        features={name: _finite(one_class.without_estimate(numbers[name], pure.get(name))) for name in features},
        significance=significance.of_features(dict(zip(tested, found.tests, strict=True))) if found else {},
        separation=kind,
        constant=[name for name in features if name not in varying],
        dependent=unknown,
        redundant=dependence.redundant(correlations, by_feature),
        nearly_copies=[pair for pair in nearly_copies(varying, correlations) if not {*pair[:2]} <= {*unknown}],
        converged=found.converged if found else True,
        method=method,
        profiled=[kept[place] for place in found.profiled] if found and method == FIRTH_WALD else [],
        one_class=pure,
        variance_inflation={varying[place]: factor for place, factor in inflated.items()},
        pure=[(kept[place], value, count) for place, value, count in separating],
    )
    return association, found.fit if found else None


def _by_feature(names: Sequence[str], among: Sequence[str], feature_of: Mapping[str, str]) -> dict[str, list[int]]:
    """Return the positions of the columns `names` among others, by the feature that they are of."""
    together: dict[str, list[int]] = {}
    for name in names:
        together.setdefault(feature_of.get(name, name), []).append(among.index(name))
    return together


def _found(
    rows: Rows, confidence: float, tested: Mapping[str, list[int]], pure: Collection[str]
) -> tuple[estimates.Estimates | None, separation.Separation, str, list[tuple[int, float, int]]]:
    """Return estimates where a column has one, how the classes are separated, the method, and `separation.pure`.

    tested: the positions of the columns of each feature that have one. pure: columns of which one value goes with one
    class alone.
    """
    groups, target, count, columns = list(tested.values()), rows.target, len(rows), len(rows.columns)
    suit = bool(groups) and columns * firth.price(count, columns) > firth.LIMIT and margins.suit(rows)
    if groups or count > 1 + columns:  # else there are neither estimates nor a programme
        cost.foretell_odds(count, columns, coded=bool(rows.coded), again=_is_large(rows) and not suit)
    if suit:
        found = wald.fit(rows, confidence, groups)
        if found and separation.overlap_is_certain(found[1]):
            return found[0], "none", FIRTH_WALD, []
    if groups and _is_large(rows) and (only := _separating(rows, pure, groups)) is not None:
        return firth.fit(rows, target, confidence, groups), "quasi" if pure else "none", FIRTH_WALD, only
    values = rows.values()
    kind = separation.kind(values, target) if len(np.unique(target)) > 1 else "none"
    separating = separation.pure(values, target) if kind != "none" else []
    if not groups:
        return None, kind, FIRTH, separating
    penalised = firth.fit(values, target, confidence, groups)
    return penalised, kind, FIRTH if len(penalised.profiled) == columns else FIRTH_WALD, separating


def _is_large(rows: Rows) -> bool:
    count, columns = len(rows), len(rows.columns)
    return blocks.is_large(count, columns) or (columns > WIDE[0] and count * columns > WIDE[1])


def _separating(
    rows: Rows, pure: Collection[str], groups: Sequence[Sequence[int]]
) -> list[tuple[int, float, int]] | None:
    """Return `separation.pure` where it is certain that but for groups of one class alone the classes overlap.

    Planes divide all classes as they divide those of the rows that are in no such group (separation.kind): `pure`
    columns tell such groups apart, or all columns of a feature do, whose reference is one. groups: their positions.
    """
    left, found = np.ones(len(rows), dtype=bool), list[tuple[int, float, int]]()
    for place, value, here in _pure(rows, pure):
        found.append((place, value, int(here.sum())))
        left &= ~here
    for group in groups:
        if len(group) > 1 and pure and {rows.columns[place] for place in group} <= {*pure}:
            here = left.copy()
            for place in group:
                here &= (column := rows.column(rows.columns[place])) == column.min()
            if here.any() and rows.target[here].min() == rows.target[here].max():
                left, found = left & ~here, []
    if len(np.unique(rows.target[left])) < 2:
        return None
    rest = rows.where(left)
    names = [name for name in rows.columns if _varies(rest, name)]
    correlations = dependence.correlations(rest.part(names).moments()[1])
    following = dependence.redundant(correlations, {name: [place] for place, name in enumerate(names)})
    fitted = wald.fit(rest.part([name for name in names if name not in following]), 0.95) if names else None
    return found if fitted is not None and separation.overlap_is_certain(fitted[1]) else None


def _pure(rows: Rows, names: Collection[str]) -> Iterator[tuple[int, float, np.ndarray]]:
    """Yield the columns `names` of two values of which one goes with one class alone, this value, and its rows."""
    for place, name in enumerate(rows.columns):
        column = rows.column(name) if name in names else np.empty(0)
        for value in (column.min(), column.max()) if name in names else ():
            here = column == value
            if rows.target[here].min() == rows.target[here].max():
                yield place, float(value), here


def _varies(rows: Rows, name: str) -> bool:
    """Return whether a column's values differ as floats, of which two may be one whole number beyond 2**53."""
    if name in rows.cells:
        return 0 < int(rows.cells[name].sum()) < len(rows)
    values = rows.column(name)
    return bool(values.max() - values.min() > SAME)


def nearly_copies(features: Sequence[str], correlations: np.ndarray) -> list[tuple[str, str, float]]:
    """Return the pairs of `features` that tell nearly the same, by their `correlations` (n_features, n_features)."""
    return [
        (features[one], features[other], significant(correlations[one, other], PREDICTED))
        for one, other in combinations(range(len(features)), 2)
        if abs(correlations[one, other]) >= NEARLY_COPIES
    ]


def _finite(numbers: dict[str, float]) -> dict[str, float]:
    return {name: significant(value, PREDICTED) for name, value in numbers.items() if np.isfinite(value)}
