"""What the comparison of times is made of; the times themselves are no test."""

import json
import math
import subprocess
from pathlib import Path
from typing import Any

import mlflow
import pytest
import yaml
from conftest import ROOT, Project

from tools.studies import bench, stand_ins


def test_a_ratio_is_the_median_of_those_within_a_round_not_that_of_the_medians() -> None:
    assert bench.ratio([1.0, 20.0, 3.0], [1.0, 10.0, 2.0]) == 1.5
    with pytest.raises(ValueError, match="zip"):
        bench.ratio([1.0], [1.0, 2.0])


def test_medians_stand_above_the_ratios_of_what_was_timed_each_with_its_aim() -> None:
    times = {
        bench.FULL: {"pipeline": [9.0, 12.0, 30.0], "cp": [5.0, 5.0, 5.0], "plain": [3.0, 6.0, 15.0]},
        bench.UNCHANGED: {"pipeline": [1.0, 1.0, 1.0], "cp": [1.0, 1.0, 2.0]},
    }
    assert bench.table(times).splitlines() == [
        "| median wall time | pipeline | cp | plain |",
        "|---|---|---|---|",
        "| full rebuild | 12.0 s | 5.0 s | 6.0 s |",
        "| nothing changed | 1.0 s | 1.0 s |  |",
        "",
        "| ratio |  | median | aim: at most |",
        "|---|---|---|---|",
        "| full rebuild | pipeline / plain | 2.00 | 2.0 |",
    ]


def test_stand_ins_hand_on_what_differs_everywhere_and_follows_a_parameter_but_for_check(tmp_path: Path) -> None:
    stages: dict[str, Any] = {
        "check": {"cmd": "python3 src check", "outs": [{"data/checked": {"cache": False}}]},
        "train": {
            "foreach": "${models}",
            "do": {"cmd": "python3 src train ${key}", "outs": ["models/${key}.json", "b"]},
        },
        "evaluate": {"cmd": "x", "metrics": ["metrics/a.json"], "plots": [{"plots/a.csv": {"x": "a"}}]},
    }
    stand_ins.only_copy(stages, tmp_path)
    outputs = ["data/checked", "models/m.json", "b", "metrics/a.json", "plots/a.csv"]
    made = []
    for text in ("C: 1.0", "C: 0.5"):
        (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
        for stage in stages.values():
            command = stage.get("do", stage)["cmd"].replace("${key}", "m")
            assert len(command) < 80, "dvc.lock holds it on one line, as it does the pipeline's own"
            subprocess.run(command, shell=True, cwd=tmp_path, check=True)  # noqa: S602 (as DVC does)
        made.append({path: (tmp_path / path).read_text(encoding="utf-8") for path in outputs})
    assert [len(set(one.values())) for one in made] == [5, 5]
    assert [path for path in outputs if made[0][path] == made[1][path]] == ["data/checked"]


def test_a_queue_has_values_that_neither_the_commit_nor_another_round_has(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    monkeypatch.setattr(bench, "queue", lambda folder, values: asked.extend(values))
    for number in range(3):
        bench.take(bench.QUEUE, "pipeline", Path(), number)
    assert len({1.0, *asked}) == 1 + 3 * bench.QUEUED


@pytest.fixture
def lean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(ROOT)
    bench.prepare(tmp_path / "lean", "lean", "")
    return Project(tmp_path / "lean")


def test_the_lean_pipeline_has_eleven_stages_of_which_a_parameter_runs_four_and_is_left_as_committed(
    lean: Project,
) -> None:
    locked = yaml.safe_load(lean.text("dvc.lock"))["stages"]
    assert len(locked) == 11
    assert max(len(stage["deps"]) for stage in locked.values()) == 3
    assert bench.take(bench.ONE, "lean", lean.folder, 0) > 0
    assert json.loads(lean.dvc("status", "--json").stdout) == {}
    assert lean.run("git", "status", "--porcelain").stdout == ""
    tried = lean.dvc("exp", "run", "-S", f"{bench.PARAMETER}=7").stdout
    assert tried.count("Running stage") == 4


@pytest.mark.long
def test_a_queue_is_timed_until_each_experiment_is_there_and_leaves_no_worker(lean: Project) -> None:
    assert bench.take(bench.QUEUE, "cp", lean.folder, 0) > 0
    assert lean.dvc("exp", "list", "--name-only").stdout.count("\n") == bench.QUEUED
    assert "0 active, 0 idle" in lean.dvc("queue", "status").stdout
    lean.replace("dvc.yaml", "cmd: sh split.sh ${key}", "cmd: false && sh")
    lean.commit()
    with pytest.raises(RuntimeError, match="a queued experiment failed"):
        bench.queue(lean.folder, [0.1, 0.2])


@pytest.mark.long
@pytest.mark.usefixtures("own_store")
def test_the_plain_script_fits_both_models_as_the_pipeline_does_and_follows_a_parameter(project: Project) -> None:
    assert len(bench.PLAIN.read_text(encoding="utf-8").splitlines()) <= 50
    project.run("python", str(bench.PLAIN))
    assert bench.take(bench.ONE, "plain", project.folder, 0) > 0
    assert project.run("git", "status", "--porcelain").stdout == ""
    mlflow.set_tracking_uri(f"sqlite:///{project.folder}/mlflow.db")
    runs = mlflow.MlflowClient().search_runs(["1"], order_by=["start_time"])
    assert [(run.info.run_name, run.data.params["C"]) for run in runs] == [
        ("model", "1.0"),
        ("model_2", "1.0"),
        ("model", "1.0"),
        ("model_2", "1.5"),
    ]
    for run in runs[:2]:
        ours = json.loads(project.text(f"metrics/{run.info.run_name}.json"))
        assert run.data.metrics["test_accuracy"] == ours["test"]["accuracy"]
        for feature, odds in ours["odds"].items():
            times = odds["per_standard_deviation"]["odds_ratio"]
            assert math.exp(run.data.metrics[f"coef/{feature}"]) == pytest.approx(times, rel=1e-6)
    assert runs[1].data.metrics["coef/hours_studied"] < runs[3].data.metrics["coef/hours_studied"]
    logged = mlflow.search_logged_models(experiment_ids=["1"], output_format="list")
    assert {model.source_run_id for model in logged} == {run.info.run_id for run in runs}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"BASE": "no-such"}, 'BASE is "no-such", which is no commit of this repository\n'),
        ({"ROUNDS": "0"}, 'ROUNDS is "0", but must be a whole number from 1 on\n'),
        ({"ROUNDS": "two"}, 'ROUNDS is "two", but must be a whole number from 1 on\n'),
    ],
)
def test_what_cannot_be_timed_is_said_in_one_line(given: dict[str, str], told: str, project: Project) -> None:
    done = project.stage("bench", check=False, **given)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", told)


@pytest.mark.long
def test_a_commit_beside_itself_is_compared_in_one_round(project: Project) -> None:
    told = project.stage("bench", ROUNDS="1", BASE="HEAD", PYTHONDONTWRITEBYTECODE="1").stdout
    assert "| median wall time | pipeline | base | cp | lean | plain |" in told
    assert sum(f"| {one} / {other} |" in told for _, one, other, _ in bench.AIMS) == 7
