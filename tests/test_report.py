"""The page as DVC builds it: what it says is in the files, and what comes from the data stays text."""

import copy
import html
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Project

from passage import params
from passage.base import files
from passage.report import page
from passage.report.sections import section


def text(content: str) -> str:
    """Return the words of a page's `content`, as one reads them."""
    body = re.sub(r"<(style|svg).*?</\1>", " ", content, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", body)))


def test_a_reader_of_the_page_alone_can_answer_the_lessons_questions(built_once: Path) -> None:
    said = text((built_once / "report/index.html").read_text(encoding="utf-8"))
    for answer in (
        "4 of 5 test students predicted right Of all students like these: 28 % to 99 % (95 %, the bar).",
        "who studied one hour more 1.49 1.13 to 2.71",
        "math_courses who took one math course more 15 53 % 7.24 1.46 to over 1,000",
        "0.0185 0.530, +0.191 (+0.152 to +0.215)",
        "below 0.05 (bold) a feature goes with the outcome beyond the others, else these students do not tell",
        "Which of model and model_2 predicts better cannot be told",
        "hours_studied (hours), median (quartiles) 5.0 (2.5 to 7.5) 15.0 (13.0 to 17.0)",
        "hours_studied is 0 to 19 there, but 1922 here): do not believe its prediction",
        "not to be believed: hours_studied is outside the training range",
        "a cut through hours_studied and math_courses tells the 15 training students apart without an error",
    ):
        assert answer in said


def test_no_estimate_is_called_by_the_name_of_another_one(built_once: Path) -> None:
    said = text((built_once / "report/index.html").read_text(encoding="utf-8"))
    assert "Odds ratios are Firth's" in said
    for name in ("unpenalised", "without penalty", "without a penalty", "closer to 1"):
        assert name not in said


def paths_of_numbers(content: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(content, dict):
        return [found for key, value in content.items() for found in paths_of_numbers(value, (*path, key))]
    if isinstance(content, list):
        return [found for place, value in enumerate(content) for found in paths_of_numbers(value, (*path, place))]
    return [path] if isinstance(content, (int, float)) and not isinstance(content, bool) else []


def is_told(path: tuple[Any, ...]) -> bool:
    """Return whether the page tells a number: of two steps of the odds, it tells the one that rows differ by."""
    return not {"per_standard_deviation", "standard_deviation"} & set(path)


@pytest.mark.parametrize("name", ["model", "model_2"])
def test_each_number_of_the_metrics_is_on_the_page(
    built_once: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(built_once)
    settings = params.load()
    sections = {name: section(name, settings) for name in settings.models}
    before, metrics = page.render([*sections.values()], settings), sections[name].metrics
    numbers = paths_of_numbers(metrics)
    assert len(numbers) > 30

    def as_if(path: tuple[Any, ...]) -> str:
        changed = copy.deepcopy(metrics)
        place = changed
        for key in path[:-1]:
            place = place[key]
        value = place[path[-1]]  # over 1,000 it is told as that
        place[path[-1]] = 77 if isinstance(value, int) else min(value, 1000) * 0.37 + 0.01
        return page.render([*(sections | {name: replace(sections[name], metrics=changed)}).values()], settings)

    assert [".".join(map(str, path)) for path in numbers if is_told(path) and as_if(path) == before] == []


@pytest.mark.parametrize("absent", ["cross_validation", "without", "points", "even_chance", "significance"])
def test_what_metrics_leave_out_is_left_out_of_the_page(
    built_once: Path, monkeypatch: pytest.MonkeyPatch, absent: str
) -> None:
    monkeypatch.chdir(built_once)
    settings = params.load()
    sections = [section(name, settings) for name in settings.models]
    less = [replace(one, metrics=without(one.metrics, absent)) for one in sections]
    shown = page.render(less, settings)
    assert len(shown) < len(page.render(sections, settings))
    assert {"nan", "None", "inf"}.isdisjoint(text(shown).split())


def test_a_card_whose_verdict_says_all_there_is_to_beware_of_does_not_begin_to(
    built_once: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(built_once)
    settings = params.load()
    verdict = {"no_better_than_guessing": "on the test rows no better than guessing are the predicted classes (3 of 5)"}
    sections = [replace(section(name, settings), beware=verdict) for name in settings.models]
    assert "Beware</a>" not in page.render(sections, settings)
    assert "predicted classes (3 of 5)." in page.render(sections, settings)


def without(metrics: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return `metrics` without a key, wherever it is."""
    return {
        name: without(value, key) if isinstance(value, dict) and name != "rows" else value
        for name, value in metrics.items()
        if name != key
    }


HOSTILE = '<script>alert("1")</script> & a/b.c [ü] $x^2$'


def test_a_name_from_the_data_stays_text_in_files_pictures_page_and_runs(built: Project) -> None:
    for table in ("exam_hours", "guessed_hours"):
        quoted = '"' + HOSTILE.replace('"', '""') + '"'
        built.replace(f"data/raw/{table}.csv", "hours_studied", quoted)
    settings = built.text("params.yaml")
    name = "'" + HOSTILE + "'"
    first, second = settings.split("  model_2:")
    first = first.replace("- hours_studied", f"- {name}").replace("hours_studied:", f"{name}:")
    (built.folder / "params.yaml").write_text(f"{first}  model_2:{second}", encoding="utf-8")
    built.dvc("repro")
    page = built.text("report/index.html")
    assert re.findall("<script.*", page) == ["<script>"]  # the page's own, for MLflow's frame
    assert HOSTILE in text(page)
    assert HOSTILE in files.read_json(built.folder / "models/model/association.json")["features"]
    assert html.escape(HOSTILE[:23], quote=False) in page  # the label of an axis
    tried = built.run("python3", "-c", READ_RUN).stdout
    assert "coef__script_alert__1____script_ _ a_b.c _ü_ _x_2_".replace("ü", "_") in tried
    assert "&lt;script&gt;" in tried
    assert "<script" not in tried.partition("note:")[2]


READ_RUN = """
import mlflow
mlflow.set_tracking_uri("sqlite:///mlflow.db")
for run in mlflow.search_runs(experiment_names=["exam-passage"], output_format="list", max_results=1):
    print(*run.data.metrics, "note:", run.data.tags["mlflow.note.content"])
"""
