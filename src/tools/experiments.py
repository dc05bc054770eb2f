"""Show the experiments in a table that fits the terminal: what was changed, and what came of it."""

import io
import re

import pandas as pd

from passage.base import terminal
from tools.dvc import dvc

LETTERS = 30  # of a cell; of a longer one both ends are shown
RESULTS = r"(^|:)(cross_validation\.(log_loss|accuracy)$|chosen\.)"
UNFINISHED = ("Failed", "Queued", "Running")  # DVC shows the results that they started from


def summary(experiments: pd.DataFrame) -> pd.DataFrame:
    """Return of the columns of `dvc exp show --csv` what was changed and what came of it, with short names.

    These are the parameters that differ from the baseline's, the first row's, and of each model that does so what was
    chosen, and the cross-validated log loss and accuracy: a few test rows are often predicted alike. Of experiments
    that all differ in nothing, every model is shown. One without results of its own has its state behind its name.
    """
    state = _state(experiments)
    unfinished = state.isin(UNFINISHED)
    results = experiments.filter(regex=RESULTS).mask(unfinished)
    columns = [str(name) for name in results]
    changed = [_model(name) for name in columns if _differs(results[name][~unfinished])]
    shown = [name for name in columns if not changed or _model(name) in changed]
    shown.sort(key=lambda name: (_model(name), name.endswith("accuracy")))
    params = [name for name in experiments.filter(regex=r"^(models|score|mlflow)\.") if _differs(experiments[name])]
    names = _names(experiments).rename("experiment")
    names = names.mask(unfinished, names + " (" + state.str.lower() + ")")
    table = pd.concat([names, experiments[params], results[shown].dropna(axis="columns", how="all")], axis="columns")
    return table.rename(columns=_short)


def failed(experiments: pd.DataFrame) -> list[str]:
    """Return which of the experiments failed."""
    return _names(experiments)[_state(experiments) == "Failed"].tolist()


def _differs(values: pd.Series) -> bool:
    return bool(values.nunique(dropna=False) > 1)


def _model(name: str) -> str:
    """Return the file of metrics that a column is of; DVC leaves it out where one file alone has such a metric."""
    return name.rpartition(":")[0]


def _names(experiments: pd.DataFrame) -> pd.Series:
    return experiments["Experiment"].fillna(experiments["rev"])


def _state(experiments: pd.DataFrame) -> pd.Series:
    """Return the state of each experiment; DVC has the column only where one was queued."""
    column = experiments.get("State", pd.Series("", index=experiments.index, dtype="str"))
    return column.fillna("").astype("str")


def _short(name: str) -> str:
    without = re.sub(r"metrics/|models\.|cross_validation\.", "", name)
    return without.replace(".json:", " ").replace("log_loss", "log loss")


def main() -> None:
    """Print the experiments that stem from the current commit, the commit itself first."""
    experiments = pd.read_csv(io.StringIO(dvc("exp", "show", "--csv", "--hide-workspace")))
    print(fitted(summary(experiments)))
    for name in failed(experiments):
        print(terminal.wrapped(f"{name} failed and has no results: `dvc queue logs {name}` says why"))


def fitted(table: pd.DataFrame) -> str:
    """Return `table` as text, an experiment a line; what is wider than the terminal follows below."""
    width = terminal.width()

    def cut(cell: object) -> object:
        """Return a text with its middle left out where it is too long for two of them to stand side by side."""
        most = min(LETTERS, width // 2 - 4)
        text, half = terminal.printable(str(cell)), (most - 2) // 2
        return cell if not isinstance(cell, str) else text if len(text) <= most else f"{text[:half]}..{text[-half:]}"

    cells = table.map(cut).rename(columns=cut).set_index("experiment").rename_axis(index=None, columns="experiment")
    return str(cells.to_string(na_rep="-", float_format="{:.4g}".format, line_width=width))
