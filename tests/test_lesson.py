"""docs/lesson.md: each block, run in order, prints what the page shows, and its table says nothing else."""

import ast
import io
import re
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout

import mlflow
import pytest
from conftest import ROOT, Project
from walking import made_ready, steps, walk

from passage.base import files

PAGE = (ROOT / "docs/lesson.md").read_text(encoding="utf-8")
TO_THE_TUMOURS, _, AND_ON = PAGE.partition("## Where the lesson ends")
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)


def follow(project: Project, page: str, names: dict[str, object]) -> None:
    """Do what the page says, in order: commands in a shell, blocks of Python in one process, in the project."""
    for kind, block, shown in BLOCK.findall(page):
        if kind == "console":
            walk(project, steps(f"```console\n{block}```\n"))
        else:
            printed = io.StringIO()
            with redirect_stdout(printed), chdir(project.folder):
                exec(block, names)  # noqa: S102 (the project's own page)
            assert printed.getvalue() == shown, block


@pytest.fixture
def reader(built: Project, own_store: None) -> Project:
    """A project that is built, whose store is the one that MLflow takes by default in its folder."""
    mlflow.set_tracking_uri(f"sqlite:///{built.folder}/mlflow.db")
    return built


@pytest.mark.long
def test_the_models_from_mlflow_and_the_lessons_own_fits_give_the_numbers_of_the_page(reader: Project) -> None:
    names: dict[str, object] = {}
    made_ready(reader)
    follow(reader, TO_THE_TUMOURS, names)
    assert [row.split(",")[-1] for row in reader.text("predictions/model_2/test.csv").splitlines()[1:]] == ["1"] * 5
    assert files.read_json(reader.folder / "metrics/model_2.json")["test"]["accuracy"] == 0.8
    assert "test" not in files.read_json(reader.folder / "metrics/model.json")
    found = mlflow.search_runs(experiment_names=["exam-passage"], output_format="list")
    warned = {run.info.run_name for run in found if "warning.saw_test_rows" in run.data.tags}
    assert warned == {"model_2 lesson"}
    follow(reader, AND_ON, names)


def cells() -> Iterator[list[str]]:
    """Yield the cells of the page's table, without its head."""
    for line in re.findall(r"^\| (.*)\|$", PAGE, re.MULTILINE)[1:]:
        yield [cell.strip() for cell in line.split("|")]


def numbers(text: str) -> set[str]:
    """Return the numbers in a text, of four decimals where they have more."""
    found = re.findall(r"-?\d+(?:\.\d+)?", text)
    return {f"{float(number):.4f}" if "." in number else number for number in found}


def test_each_number_of_the_table_is_one_that_a_block_prints() -> None:
    printed = numbers("\n".join(shown for kind, _, shown in BLOCK.findall(PAGE) if kind == "python"))
    rows = list(cells())
    assert len(rows) > 10
    for *_, here, in_the_lesson in rows:
        assert numbers(here) | numbers(in_the_lesson) <= printed


def test_each_function_of_the_table_is_in_the_file_that_is_named() -> None:
    named = re.findall(r"`(\w+)`,? (?:in|by) (src/[\w/]+\.py)", PAGE)
    assert len(named) > 8
    for function, path in named:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert function in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, path


def test_each_name_of_the_lesson_is_in_the_table() -> None:
    lesson = """
        hours_studied passed_exam math_courses_taken log_odds sigmoid probabilities log_loss loss_1 predict_class
        final_results hours_studied_scaled model calculated_coefficients intercept guessed_hours_scaled
        passed_predictions exam_features_scaled_train exam_features_scaled_test passed_exam_2_train passed_exam_2_test
        model_2
        passed_predictions_2 coefficients
    """
    assert {name for row in cells() for name in re.findall(r"`(\w+)", row[1])} >= set(lesson.split())


def test_the_page_is_short_and_the_first_page_leads_to_it_early() -> None:
    assert len(PAGE.splitlines()) <= 200
    readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert any("(docs/lesson.md)" in line for line in readme[:40])
