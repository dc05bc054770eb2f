"""From rows as they come to a table of numbers: gaps filled, categories one-hot, where that is asked for.

Between the two, each category is a number, its place in an order with the reference first: scikit-learn is quick with
numbers, and the order depends on no locale.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from passage.base import parquet
from passage.base.parquet import Table
from passage.model import design
from passage.model.design import MISSING, Feature
from passage.model.scaler import Scaler
from passage.params.model import ModelSettings

if TYPE_CHECKING:  # lanes of plain numbers do not wait for them
    from sklearn.compose import ColumnTransformer


@dataclass(frozen=True)
class Preparation:
    """What was learned from the training rows to make a design table of any rows, and the columns that it has."""

    features: tuple[Feature, ...]
    columns: list[design.Column]

    @property
    def plain(self) -> bool:
        """Whether the design table is the rows as they are."""
        return design.is_plain(self.features)

    @property
    def against(self) -> dict[str, str]:
        """What a 1 in a column of 0 and 1 is read against, by column."""
        return {column.name: column.against for column in self.columns if column.against}

    def content(self, scaler: Scaler) -> dict[str, Any]:
        """Return what is written to scaler.json: how each feature is prepared, if at all, and then scaled."""
        prepared = {} if self.plain else {"preparation": {one.name: one.content() for one in self.features}}
        return prepared | asdict(scaler)

    def design(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return `rows`, features as they come, as numbers in the features' own units: (n_rows, n_columns).

        A category that no training row has counts as the reference.
        """
        if self.plain:
            return rows[[feature.name for feature in self.features]]
        codes, gaps = self._filled(rows)
        known = {one.name: one.categories for one in self.features}
        numbers = np.empty((len(self.columns), len(rows)))
        for place, column in enumerate(self.columns):
            values = gaps[column.feature] if column.kind == "indicator" else codes[column.feature]
            if column.kind == "category":
                values = values == known[column.feature].index(column.value)
            numbers[place] = values
        return pd.DataFrame(numbers.T, columns=[column.name for column in self.columns], index=rows.index, copy=False)

    def coded(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the same with each category as a column of its own name, of codes as passage.model.levels has them."""
        codes, gaps = self._filled(rows)
        found = {
            column.name: gaps[column.feature].astype(float) if column.kind == "indicator" else codes[column.feature]
            for column in self.columns
            if column.kind != "category"
        }
        for one in self.features:
            if one.kind == "category":
                known = codes[one.name] < len(one.categories)
                found[one.name] = np.where(known, codes[one.name], 0).astype("int32")
        return pd.DataFrame(found, index=rows.index)

    def _filled(self, rows: pd.DataFrame) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Return for each feature its numbers or the places of its categories, gaps filled, and where gaps were."""
        codes = {one.name: _coded(rows, one) for one in self.features}
        gaps = {name: np.isnan(values) for name, values in codes.items()}
        for one in self.features:
            if one.fill is not None:
                fill = one.categories.index(one.fill) if isinstance(one.fill, str) else one.fill
                codes[one.name] = np.where(gaps[one.name], fill, codes[one.name])
        return codes, gaps

    def unseen(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return for each category in `rows` whether no training row has it; a column for each feature of them."""
        found = {one.name: (one, _categories(rows, one)) for one in self.features if one.kind == "category"}
        unseen = {name: ~column.isin(one.categories) & column.notna() for name, (one, column) in found.items()}
        return pd.DataFrame(unseen, index=rows.index)

    def refused(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the same for the features of which an unseen category is an error."""
        names = [one.name for one in self.features if one.categories and one.unseen == "error"]
        return self.unseen(rows)[names] if names else pd.DataFrame(index=rows.index)

    def transformer(self) -> "ColumnTransformer":
        """Return scikit-learn's fitted transformer of rows as they come, categories as text, with the same columns.

        An unseen category is an error for it or the reference, as the feature says.
        """
        categories = [np.array(one.categories, dtype=object) for one in self.features]
        examples = pd.DataFrame({one.name: _example(one) for one in self.features})
        return _transformer(self.features, categories, by_name=True).fit(examples)


def read(written: Any) -> Preparation:
    """Return the preparation in the content of a scaler.json."""
    return Preparation(*design.read(written))


def fit(rows: Table, settings: ModelSettings) -> Preparation:
    """Return the preparation that `settings` ask for, learned from `rows`, which train: features as they come.

    Raises ValueError for a feature that is missing in every row, for a reference that no row has, and where each
    feature is one category alone.
    """
    learned = _asked(rows, settings)
    for feature in learned:
        if feature.kind == "category" and feature.categories[0] not in _counts(rows, feature):
            raise ValueError(f"{feature.name} is {feature.categories[0]}, the reference, in none of the training rows")
    if not design.is_plain(learned):
        learned = tuple(_learned(feature, rows) for feature in learned)
    if not (columns := design.columns(learned, settings.target)):
        alone = " and ".join(f"{feature.name} is {feature.categories[0]}" for feature in learned)
        raise ValueError(f"{alone} in each training row, so there is nothing to learn from")
    return Preparation(learned, columns)


def encode(rows: pd.DataFrame, settings: ModelSettings) -> np.ndarray:
    """Return the features of `rows` as numbers to be prepared by `unfitted`: (n_rows, n_features).

    A missing value is NaN. A category is its place in an order that begins with the reference.
    """
    features = _asked(rows, settings)
    if design.is_plain(features):
        return rows[settings.features].to_numpy(dtype=float)
    return np.column_stack([_coded(rows, one) for one in features])


def unfitted(settings: ModelSettings, codes: np.ndarray, *, coded: bool = False) -> "ColumnTransformer | str":
    """Return what prepares rows of `codes` (n_rows, n_features), to be fitted on some of them.

    A category that is in none of these is a column of zeros, and its coefficient stays 0 or is of no account. coded:
    whether each category becomes one column of codes, 0 for the reference, instead.
    """
    asked = [_feature(name, settings) for name in settings.features]
    if design.is_plain(asked):
        return "passthrough"
    known = [np.unique(column[~np.isnan(column)]) for column in codes.T]
    if all(one.kind == "category" and len(places) < 2 for one, places in zip(asked, known, strict=True)):
        known = [np.union1d(places, [0, 1]) for places in known]  # no column would be left of the parts of some folds
    return _transformer(asked, known, coded=coded)


def _feature(name: str, settings: ModelSettings) -> Feature:
    asked = settings.column(name)
    return Feature(name, asked.kind, asked.missing, indicator=asked.indicator, unseen=asked.unseen)


def _asked(rows: Table, settings: ModelSettings) -> tuple[Feature, ...]:
    """Return the features with the categories of `rows`, the reference first, the others sorted.

    Where nothing else is said, the reference is the most frequent category that is no gap.
    """
    features = []
    for name in settings.features:
        feature = _feature(name, settings)
        if feature.kind == "category":
            counts = _counts(rows, replace(feature, missing="drop"))
            if not counts:
                raise ValueError(f"{name} is missing in every row")
            reference = settings.column(name).reference_text or max(sorted(counts), key=counts.__getitem__)
            every = sorted(_counts(rows, feature)) if feature.missing == "category" else sorted(counts)
            feature = replace(feature, categories=(reference, *(one for one in every if one != reference)))
        features.append(feature)
    return tuple(features)


def _counts(rows: Table, feature: Feature) -> Counter[str]:
    """Return how many `rows` have each category of `feature`."""
    counts = Counter[str]()
    for block in parquet.blocks(rows, [feature.name]):
        counts.update({str(one): int(count) for one, count in _categories(block, feature).value_counts().items()})
    return counts


def _categories(rows: pd.DataFrame, feature: Feature) -> pd.Series:
    """Return the column of `feature`, with MISSING where it is missing and that is a category."""
    column = rows[feature.name]
    return column.fillna(MISSING) if feature.missing == "category" else column


def _coded(rows: pd.DataFrame, feature: Feature) -> np.ndarray:
    """Return a number or boolean as it is, of a category the places, NaN for gaps, (n_rows,).

    What is none of the feature's categories comes after them.
    """
    if feature.kind != "category":
        return rows[feature.name].to_numpy(dtype=float, na_value=np.nan)
    column = _categories(rows, feature)
    others = sorted(set(column.dropna().unique()) - set(feature.categories))
    places = pd.Index([*feature.categories, *others]).get_indexer(pd.Index(column))
    return np.where(places < 0, np.nan, places)


def _learned(feature: Feature, rows: Table) -> Feature:
    """Return `feature` with what fills its gaps, and an indicator only where one is asked for and there are gaps."""
    if feature.missing == "category":
        return replace(feature, fill=MISSING if MISSING in feature.categories else None)
    codes = np.concatenate([_coded(block, feature) for block in parquet.blocks(rows, [feature.name])])
    known = codes[~np.isnan(codes)]
    if not len(known):
        raise ValueError(f"{feature.name} is missing in every row")
    if feature.missing not in ("median", "most_frequent"):
        return feature
    gaps = len(known) < len(codes)
    if feature.missing == "median":  # both as scikit-learn's SimpleImputer has them
        found = float(np.median(known, overwrite_input=True))
    else:
        values, counts = np.unique(known, return_counts=True)
        found = float(values[counts.argmax()])
    fill = feature.categories[int(found)] if feature.kind == "category" else found
    return replace(feature, fill=fill, indicator=feature.indicator and gaps)


def _example(feature: Feature) -> list[Any]:
    """Return two values of which a transformer learns what `feature` says: the second is a gap where one may be."""
    usual = feature.categories[0] if feature.categories else 0.0
    return [usual, usual] if feature.fill is None else [feature.fill, np.nan]


def _transformer(
    features: Sequence[Feature], categories: Sequence[np.ndarray], *, by_name: bool = False, coded: bool = False
) -> "ColumnTransformer":
    """Return what prepares `features`, found by their positions or names, in the order of the design table.

    categories: of each feature, the reference first. by_name: of rows as they come, of which an unseen category is an
    error where the feature says so. coded: as `unfitted` has it.
    """
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import MissingIndicator

    steps: list[tuple[str, Any, list[Any]]] = []
    plain = [one.kind != "category" and one.missing in ("error", "drop") for one in features]
    places: list[Any] = [one.name if by_name else position for position, one in enumerate(features)]
    for as_it_is, group in groupby(range(len(features)), plain.__getitem__):
        members = list(group)
        if as_it_is:  # all at once, since each step costs time
            steps.append((str(members[0]), "passthrough", [places[one] for one in members]))
            continue
        for one in members:
            unknown = "error" if by_name and features[one].unseen == "error" else "ignore"
            steps.append((str(one), _steps(features[one], categories[one], unknown, coded), [places[one]]))
            if features[one].indicator:
                where = MissingIndicator(features="missing-only", error_on_new=False)
                steps.append((f"{one} is missing", where, [places[one]]))
    return ColumnTransformer(steps, sparse_threshold=0)


def _steps(feature: Feature, categories: np.ndarray, unknown: str, coded: bool) -> Any:
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

    steps: list[Any] = []
    if feature.missing in ("median", "most_frequent"):
        steps.append(SimpleImputer(strategy=feature.missing, keep_empty_features=True))
    elif feature.missing == "category" and feature.fill is not None:  # codes have no gap, rows as they come may have
        steps.append(SimpleImputer(strategy="constant", fill_value=feature.fill))
    if feature.kind == "category" and coded:
        steps.append(OrdinalEncoder(categories=[categories]))
    elif feature.kind == "category":
        steps.append(OneHotEncoder(categories=[categories], drop="first", handle_unknown=unknown, sparse_output=False))
    return make_pipeline(*steps)
