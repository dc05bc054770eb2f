"""How a run's model answers rows as they come: as `score` does. mlflow.pyfunc.load_model and MLflow's server load it.

Whatever is wrong with the rows is told at once, in the words of `score`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import BAD_REQUEST

from passage.association import probability_interval
from passage.association.fit import Fit
from passage.base import files
from passage.base.errors import Mistake
from passage.base.wording import listed
from passage.evaluation import answers
from passage.model.classifier import Model
from passage.params import labels
from passage.params.model import ModelSettings
from passage.tables.held import Held

SETTINGS, ASSOCIATION = "settings.yaml", "association.json"
SOURCE = Path("request")  # what messages call the rows, which are in no file


class Refused(MlflowException):
    """Rows that the model cannot answer, in words. MLflow's server makes it a 400.

    The server puts all the rows in front of the message of whatever a model raises, and a trace behind it unless it is
    MLflow's own exception: this one keeps its words.
    """

    def __init__(self, words: str) -> None:
        self._words = words
        super().__init__(words, error_code=BAD_REQUEST)

    @property
    def message(self) -> str:
        """What is wrong with the rows."""
        return self._words

    @message.setter
    def message(self, _: str) -> None:
        """Leave the words as they are."""


class Served:
    """A model as a function of rows."""

    def __init__(self, model: Model, name: str, settings: ModelSettings, association: Mapping[str, Any]) -> None:
        self.model, self.name, self.settings, self.association = model, name, settings, association
        self.features = [one.name for one in model.preparation.features]
        self.fit = Fit.read(association["fit"]) if association.get("fit") else None

    def predict(self, rows: Any, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Return a row of what `score` adds for each of `rows`; what is not known is None, and so is a dropped row.

        An interval of the probability is by the covariance of Firth's fit, whose profile would ask for training rows.

        rows: a table of the features by name; of other columns, those that have rules are held to them. Raises Refused.
        """
        try:
            table = self._table(rows)
            features = Held(None)
            kept, _ = answers.checked(table, features, self.model, self.settings, SOURCE, f"models.{self.name}")
        except Mistake as mistake:
            raise Refused(str(mistake)) from None
        (known,) = features.parts(self.features)
        found = self.answered(known if kept.all() else known[kept])
        if len(found) != len(table):
            found = found.astype(object).reindex(table.index)
        for name in found.columns[found.isna().to_numpy().any(axis=0).tolist()]:
            found[name] = found[name].astype(object).where(found[name].notna(), None)
        return found

    def answered(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the same for `rows` of features that nothing is wrong with; what is not known is NaN."""
        if self.model.preparation.plain:
            return self._of_numbers(rows)
        found = answers.answer(rows, self.model)
        named = found.assign(predicted=labels.decode(found["predicted"], self.model.classifier.classes))
        return probability_interval.beside(
            named, probability_interval.of_rows(rows, self.model.preparation, self.association)
        )

    def _of_numbers(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the same where each feature is a number: by NumPy alone, since a row is few sums and much pandas."""
        classifier, values = self.model.classifier, rows.to_numpy(dtype=float)
        said = classifier.said(self.model.scaler.scaled(values.copy()))
        limits = [classifier.training_range[name] for name in classifier.features]
        least, greatest = (np.array([one[end] for one in limits]) for end in ("least", "greatest"))
        found = {
            "log_odds": said["log_odds"],
            "probability": said["probability"],
            **dict(zip((probability_interval.LOW, probability_interval.HIGH), self._ends(values), strict=True)),
            "predicted": np.array(classifier.classes)[said["predicted"]],
            "outside_training_range": ((values < least) | (values > greatest)).any(axis=1),
        }
        return pd.DataFrame(found, index=rows.index)

    def _ends(self, values: np.ndarray) -> np.ndarray:
        """Return what probability_interval.of_design does of `values` (n_rows, n_features)."""
        if not self.fit or not len(values):
            return np.full((2, len(values)), np.nan)
        columns = dict(zip(self.model.classifier.features, values.T, strict=True))
        return probability_interval.of_design(columns, np.full(len(values), True), self.association, self.fit)

    def _table(self, rows: Any) -> pd.DataFrame:
        """Return `rows` as a table with a number for each row, of the columns that are looked at.

        Raises Mistake where one is missing.
        """
        try:
            table = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(rows)
        except (ValueError, TypeError):
            raise Mistake(f"{SOURCE}: this is no table; send rows as dataframe_records, say, or as CSV") from None
        others = (name for name in self.settings.only_checked() if name != self.settings.target)
        looked_at = [name for name in (*self.features, *others) if name in table]
        if missing := [name for name in self.features if name not in table]:
            columns = f"the columns must be {listed(self.features)}, in whatever order"
            raise Mistake(f"{SOURCE}: there is no {listed(missing)}; {columns}")
        if twice := [name for name in looked_at if isinstance(table[name], pd.DataFrame)]:
            raise Mistake(f"{SOURCE}: the column {twice[0]} is there twice; each name may stand only once")
        return (table if list(table) == looked_at else table[looked_at]).reset_index(drop=True)


def _load_pyfunc(path: str) -> Served:
    """Return the model that lies in a folder; MLflow calls it by this name."""
    folder = Path(path)
    [(name, settings)] = yaml.load((folder / SETTINGS).read_bytes(), yaml.CSafeLoader).items()
    return Served(Model.load(folder), name, ModelSettings(**settings), files.read_json(folder / ASSOCIATION))
