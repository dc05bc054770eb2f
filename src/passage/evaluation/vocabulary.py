"""The words for a model's rows, outcome and features: the user's own, or the columns' names."""

from collections.abc import Iterable
from dataclasses import dataclass

from passage.model.design import Column
from passage.params.labels import Label, written
from passage.params.model import ColumnWords, ModelSettings


@dataclass(frozen=True)
class Vocabulary:
    """How sentences and pictures speak of one model.

    rows: what the rows are (students). outcome: what the positive label is (passing the exam). classes: what a row
    without and a row with it is (failed, passed). columns: by feature. design: the columns of the design table.
    probability: what the model's is called; where both classes weigh the same, it is none of such a row. model: its
    name.
    """

    rows: str
    outcome: str
    classes: tuple[str, str]
    columns: dict[str, ColumnWords]
    design: dict[str, Column]
    probability: str = "probability"
    model: str = "model"

    @property
    def weighted(self) -> bool:
        """Whether the model's probability is not that of such a row."""
        return self.probability != "probability"

    @property
    def firth(self) -> str:
        """What an interval beside the model's probability is of: Firth's fit weighs each row the same."""
        return "Firth, unweighted" if self.weighted else "Firth"

    def column(self, name: str) -> Column:
        """Return what a column of the design table says; a number where nothing is known of it."""
        return self.design.get(name, Column(name, name, "number"))

    def more(self, feature: str) -> str:
        """Return what sets a row with one unit more apart."""
        return self.columns.get(feature, ColumnWords()).more or f"with {feature} higher by 1"

    def axis(self, feature: str) -> str:
        """Return the label of a feature's axis, with its unit where it is known."""
        unit = self.unit(feature)
        return f"{feature} ({unit})" if unit else feature

    def unit(self, feature: str) -> str:
        """Return what a feature's numbers count; nothing where that is not known."""
        return self.columns.get(feature, ColumnWords()).unit or ""


def vocabulary(
    settings: ModelSettings, classes: Iterable[Label], columns: Iterable[Column] = (), model: str = "model"
) -> Vocabulary:
    """Return the words that `settings` give, and the columns' names for those they do not.

    classes: the labels of the target, the positive one last. columns: of the design table. model: its name.
    """
    words = settings.words
    names = [f"{settings.target} = {written(label)}" for label in classes]
    no, yes = words.classes or names
    return Vocabulary(
        rows=words.rows,
        outcome=words.outcome or names[1],
        classes=(no, yes),
        columns=words.columns,
        design={one.name: one for one in columns},
        probability="weighted probability" if settings.train.class_weight else "probability",
        model=model,
    )
