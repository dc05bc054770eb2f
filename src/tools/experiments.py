"""Show the experiments in a table that fits a screen: what was changed, and what came of it."""

import io
import subprocess
import sys

import pandas as pd

SCREEN = 120  # characters a line
RESULTS = r"(^|:)(test\.accuracy$|chosen\.|coefficients\.|intercept)"


def summary(experiments: pd.DataFrame) -> pd.DataFrame:
    """Return of the columns of `dvc exp show --csv` those that tell experiments apart, with short names.

    These are changed parameters, each model's test accuracy, and what was chosen and coefficients that are not the same
    everywhere.
    """
    metrics = experiments.filter(regex=RESULTS)
    changed_metrics = [
        name for name in metrics if "test.accuracy" in str(name) or metrics[name].nunique(dropna=False) > 1
    ]
    params = experiments.filter(regex=r"^(models|score|mlflow)\.")
    changed_params = [name for name in params if params[name].nunique(dropna=False) > 1]
    names = experiments["Experiment"].fillna(experiments["rev"]).rename("experiment")
    table = pd.concat([names, experiments[changed_params + changed_metrics]], axis="columns")
    return table.rename(columns=_short)


def _short(name: str) -> str:
    for long, short in {"metrics/": "", ".json:": " ", "models.": "", "coefficients.": "", "test.": ""}.items():
        name = name.replace(long, short)
    return name


def main() -> None:
    """Print the experiments that stem from the current commit, the commit itself first."""
    command = [sys.executable, "-m", "dvc", "exp", "show", "--csv", "--hide-workspace"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True)
    table = summary(pd.read_csv(io.StringIO(shown.stdout)))
    print(narrower(table))


def narrower(table: pd.DataFrame) -> str:
    """Return `table` as text, an experiment a line or, where that is wider than the other way, a column."""
    texts = [
        table.to_string(index=False, na_rep="-", float_format="{:.4g}".format),
        table.set_index("experiment").T.to_string(na_rep="-", float_format="{:.4g}".format),
    ]
    lines, columns = (max(map(len, text.splitlines())) for text in texts)
    return str(texts[0] if lines <= max(columns, SCREEN) else texts[1])
