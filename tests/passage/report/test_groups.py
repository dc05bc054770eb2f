"""Models stand side by side where they answer one question, and are compared where they share rows."""

from pathlib import Path
from typing import Any

import pytest
import students

from passage.evaluation.vocabulary import vocabulary
from passage.params.model import Words
from passage.report.page import groups, pair
from passage.report.sections import Section


def section(name: str, question: str | None = None, **changed: Any) -> Section:
    settings = students.lane().model_copy(update={"words": Words(question=question)} | changed)
    words = vocabulary(settings, (0, 1), model=name)
    return Section(name, settings, words, {}, {}, {}, {"confidence": 0.95}, {}, [])


def test_models_of_one_target_and_question_are_a_group_and_others_have_their_own() -> None:
    one, other = section("a", "Pass?"), section("b", "Pass?", data="data/raw/y.csv")
    third, fourth = section("c", "Left?", target="churned"), section("d")
    found = groups([one, third, other, fourth])
    assert [(group.question, [each.name for each in group.sections]) for group in found] == [
        ("Pass?", ["a", "b"]),
        ("Left?", ["c"]),
        ("What goes with passed = 1?", ["d"]),
    ]


def test_without_a_question_two_tables_are_two_groups() -> None:
    assert len(groups([section("a"), section("b", data="data/raw/y.csv"), section("c")])) == 2


HELD_OUT = "row,fold,actual,log_odds,predicted\n"


def test_models_that_share_rows_are_compared_in_pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, says in (("a", 1), ("b", 0)):  # the first is always right
        folder = tmp_path / "predictions" / name
        folder.mkdir(parents=True)
        rows = "".join(f"{row},0,1,{2 * says - 1},{says}\n" for row in range(1, 11))
        (folder / "held_out.csv").write_text(HELD_OUT + rows, encoding="utf-8")
    one, other = section("a", "Pass?"), section("b", "Pass?")
    said = "a predicts better than b: of 10 held-out rows they differ in 10, and it is right in 10 of those"
    assert pair(one, other).startswith(said)
    assert groups([one, other])[0].pairs == [pair(one, other)]


@pytest.mark.parametrize("changed", [{"data": "data/raw/y.csv"}, {"positive": 0}])
def test_models_of_other_tables_or_labels_are_not(changed: dict[str, Any]) -> None:
    told = "Which of a and b predicts better cannot be told: they are of different tables"
    assert pair(section("a"), section("b", **changed)).startswith(told)
