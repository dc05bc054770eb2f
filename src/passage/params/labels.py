"""The two labels of a target: as the table writes them, and 0 and 1, of which models are made.

Of a model's `classes`, the second is the positive one, which a probability is the probability of.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the page does not wait for pandas
    import pandas as pd

Label = str | bool | int

REST = "rest"  # the label of all others, where one is set against them


def written(label: Label | float) -> str:
    """Return `label` as it stands in a CSV of predictions."""
    return str(label).lower() if isinstance(label, bool) else str(label)


def classes(target: "pd.Series", positive: Label) -> list[Label]:
    """Return both labels of `target` (n_rows,), which has two, the positive one last."""
    negative = target[target != positive].iloc[0]
    return [negative if isinstance(negative, str) else negative.item(), positive]


def decode(ones: "pd.Series", both: Sequence[Label]) -> "pd.Series":
    """Return `ones` (n_rows,), 0 and 1, as the labels that they stand for."""
    import pandas as pd

    return pd.Series(pd.Series(both).to_numpy()[ones.to_numpy()], index=ones.index, name=ones.name)
