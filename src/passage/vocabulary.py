"""The words for a model's rows, outcome and features: the user's own, or the columns' names."""

from dataclasses import dataclass

from passage.params import ColumnWords, Lane


@dataclass(frozen=True)
class Vocabulary:
    """How sentences and pictures speak of one model.

    rows: what the rows are (students). outcome: what a 1 of the target is (passing the exam). classes: what a row with
    0 and a row with 1 is (failed, passed).
    """

    rows: str
    outcome: str
    classes: tuple[str, str]
    columns: dict[str, ColumnWords]

    def more(self, feature: str) -> str:
        """Return what sets a row with one unit more apart."""
        return self.columns.get(feature, ColumnWords()).more or f"with {feature} higher by 1"

    def axis(self, feature: str) -> str:
        """Return the label of a feature's axis, with its unit where it is known."""
        unit = self.columns.get(feature, ColumnWords()).unit
        return f"{feature} ({unit})" if unit else feature


def vocabulary(settings: Lane) -> Vocabulary:
    """Return the words that `settings` give, and the columns' names for those they do not."""
    words, target = settings.words, settings.target
    no, yes = words.classes or (f"{target} = 0", f"{target} = 1")
    return Vocabulary(words.rows, words.outcome or f"{target} = 1", (no, yes), words.columns)
