"""Show the experiments in a table that fits a screen: what was changed, and what came of it."""

import io
import subprocess
import sys

import pandas as pd

SCREEN = 120  # characters a line
RESULTS = r"(^|:)(test\.accuracy$|chosen\.|coefficients\.|intercept)"
UNFINISHED = ("Failed", "Queued", "Running")  # DVC shows the results that they started from


def summary(experiments: pd.DataFrame) -> pd.DataFrame:
    """Return of the columns of `dvc exp show --csv` those that tell experiments apart, with short names.

    These are changed parameters, each model's test accuracy, and what was chosen and coefficients that are not the same
    everywhere. An experiment without results of its own has its state behind its name, and no results.
    """
    metrics = experiments.filter(regex=RESULTS)
    state = _state(experiments)
    unfinished = state.isin(UNFINISHED)
    metrics = metrics.mask(unfinished)
    finished = metrics[~unfinished]
    changed_metrics = [
        name for name in metrics if "test.accuracy" in str(name) or finished[name].nunique(dropna=False) > 1
    ]
    params = experiments.filter(regex=r"^(models|score|mlflow)\.")
    changed_params = [name for name in params if params[name].nunique(dropna=False) > 1]
    names = _names(experiments).rename("experiment")
    names = names.mask(unfinished, names + " (" + state.str.lower() + ")")
    table = pd.concat([names, experiments[changed_params], metrics[changed_metrics]], axis="columns")
    return table.rename(columns=_short)


def failed(experiments: pd.DataFrame) -> list[str]:
    """Return which of the experiments failed."""
    return _names(experiments)[_state(experiments) == "Failed"].tolist()


def _names(experiments: pd.DataFrame) -> pd.Series:
    return experiments["Experiment"].fillna(experiments["rev"])


def _state(experiments: pd.DataFrame) -> pd.Series:
    """Return the state of each experiment; DVC has the column only where one was queued."""
    column = experiments.get("State", pd.Series("", index=experiments.index, dtype="str"))
    return column.fillna("").astype("str")


def _short(name: str) -> str:
    for long, short in {"metrics/": "", ".json:": " ", "models.": "", "coefficients.": "", "test.": ""}.items():
        name = name.replace(long, short)
    return name


def main() -> None:
    """Print the experiments that stem from the current commit, the commit itself first."""
    command = [sys.executable, "-m", "dvc", "exp", "show", "--csv", "--hide-workspace"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True)
    experiments = pd.read_csv(io.StringIO(shown.stdout))
    print(narrower(summary(experiments)))
    for name in failed(experiments):
        print(f"{name} failed and has no results: `dvc queue logs {name}` says why")


def narrower(table: pd.DataFrame) -> str:
    """Return `table` as text, an experiment a line or, where that is wider than the other way, a column."""
    texts = [
        table.to_string(index=False, na_rep="-", float_format="{:.4g}".format),
        table.set_index("experiment").T.to_string(na_rep="-", float_format="{:.4g}".format),
    ]
    lines, columns = (max(map(len, text.splitlines())) for text in texts)
    return str(texts[0] if lines <= max(columns, SCREEN) else texts[1])
