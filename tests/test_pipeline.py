"""The pipeline end to end, as a user runs it: real DVC, a real SQLite store."""

import json
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import mlflow
import pytest
import yaml
from conftest import Project

from passage.base import files

LANES = ("model", "model_2")
EXPERIMENT = "exam-passage"


def runs(project: Project) -> list[Any]:
    """Return the runs in the project's own store, the oldest first."""
    mlflow.set_tracking_uri(f"sqlite:///{project.folder}/mlflow.db")
    found = mlflow.search_runs(experiment_names=[EXPERIMENT], output_format="list", order_by=["start_time"])
    mlflow.MlflowClient()._tracking_client.store.engine.dispose()
    return list(found)


def stages_run(printed: str) -> list[str]:
    return re.findall(r"^Running stage '(.*)':", printed, re.MULTILINE)


def status(project: Project) -> str:
    return project.run("git", "status", "--porcelain").stdout


def cloned(project: Project) -> str:
    """Return the commit that was cloned, before what was built from it."""
    return project.run("git", "log", "--walk-reflogs", "--format=%H").stdout.split()[-1]


def test_the_committed_lock_and_metrics_are_what_a_clean_clone_builds(built: Project) -> None:
    assert built.run("git", "diff", "--name-only", cloned(built)).stdout == ""


def test_a_fresh_clone_builds_two_finished_runs(built: Project, built_once: Path) -> None:
    printed = (built_once.parent / "built.txt").read_text(encoding="utf-8")
    assert len(stages_run(printed)) == 16
    assert (
        "warning: guessed_hours: 1 of 19 rows lies outside the training range (hours_studied is 0 to 19 there, but "
        "1922 here): do not believe its prediction" in " ".join(printed.split())
    )
    for verdict in (
        "model: 4 of 5 test students predicted right: whether that",
        "model_2: 4 of 5 test students predicted",
    ):
        assert verdict in printed
    assert max(map(len, printed.partition("> python3 src report")[2].splitlines())) <= 120
    assert "model: how well did it do? 4 of 5 test rows are predicted right" in printed
    assert re.search(r"hours_studied +1\.57\d+ +0\.26\d+", printed)
    found = {run.info.run_name: run for run in runs(built)}
    assert sorted(found) == sorted(LANES)
    for name, run in found.items():
        metrics = files.read_json(built.folder / f"metrics/{name}.json")
        assert run.info.status == "FINISHED"
        assert run.data.metrics["test_accuracy"] == metrics["test"]["accuracy"] == 0.8
        assert run.data.metrics["coef_hours_studied"] == metrics["coefficients"]["hours_studied"]
        assert run.data.metrics["intercept"] == metrics["intercept"]
        assert run.data.tags["git.commit"] == cloned(built)
        assert run.data.tags["git.dirty"] == "false"
        assert "4 of 5 test students predicted right" in run.data.tags["mlflow.note.content"]
        assert len(run.inputs.dataset_inputs) == 2
        kept = built_once / "mlruns" / run.info.run_id / "artifacts"
        assert (kept / "report/index.html").read_bytes() == (built.folder / "report/index.html").read_bytes()
        counted = [metrics["test"][count] for count in ("true_negatives", "false_positives")]  # of five test students
        pairs = sum(counted) * (5 - sum(counted))
        assert f">{name}, {pairs} pairs (" in (kept / f"plots/{name}/pictures/roc.svg").read_text(encoding="utf-8")
    beware = {name: {tag for tag in run.data.tags if tag.startswith("warning.")} for name, run in found.items()}
    assert beware == {
        "model": {"warning.few_events", "warning.outside_training_range.guessed_hours"},
        "model_2": {
            "warning.few_events",
            "warning.no_better_than_guessing",
            "warning.one_class_predicted",
            "warning.outside_training_range",
            "warning.perfect_separation",
        },
    }


def test_nothing_runs_when_nothing_changed(built: Project) -> None:
    before = built.text("dvc.lock")
    printed = built.dvc("repro").stdout
    assert "Data and pipelines are up to date." in printed
    assert stages_run(printed) == []
    assert built.text("dvc.lock") == before


@pytest.mark.parametrize(
    ("changed", "stages"),
    [
        ("src/passage/report/sentences.py", ["report", "track"]),
        ("src/passage/report/page.html.jinja", ["report", "track"]),
        ("src/passage/tracking/runs.py", ["track"]),
        ("src/tools/audit.py", []),
        ("src/tools/adopt/intake.py", []),
    ],
)
def test_a_change_of_code_touches_the_stages_of_its_room_alone(built: Project, changed: str, stages: list[str]) -> None:
    path = built.folder / changed
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    told = json.loads(built.dvc("status", "--json").stdout)
    assert sorted(told) == stages
    (path.parent / "__pycache__").mkdir(exist_ok=True)
    (path.parent / "__pycache__/x.pyc").write_bytes(b"")  # what Python leaves is no change
    assert json.loads(built.dvc("status", "--json").stdout) == told


@pytest.mark.long
def test_a_change_of_what_every_stage_stands_on_runs_all_of_them(built: Project) -> None:
    built.replace("src/passage/base/rounding.py", "PREDICTED = 8", "PREDICTED = 8  # digits")
    before = built.text("dvc.lock")
    assert len(stages_run(built.dvc("repro").stdout)) == 16
    outputs = {out["path"]: out["md5"] for stage in yaml.safe_load(before)["stages"].values() for out in stage["outs"]}
    now = yaml.safe_load(built.text("dvc.lock"))["stages"]
    changed = [out["path"] for stage in now.values() for out in stage["outs"] if outputs[out["path"]] != out["md5"]]
    assert changed == ["data/checked"]


def test_a_forced_rebuild_gives_the_same_lock_and_no_further_run(built: Project) -> None:
    before = built.text("dvc.lock")
    assert stages_run(built.dvc("repro", "-sf", "track").stdout) == ["track"]
    assert built.text("dvc.lock") == before
    assert len(runs(built)) == 2


def test_one_parameter_rebuilds_what_follows_it_and_going_back_makes_no_run(built: Project) -> None:
    printed = built.dvc("exp", "run", "-S", "models.model_2.train.C=0.1").stdout
    assert stages_run(printed) == [
        "check",
        "train@model_2",
        "predict@model_2",
        "evaluate@model_2",
        "report",
        "track",
    ]
    assert [run.data.params["train.C"] for run in runs(built) if run.data.tags["model"] == "model_2"] == ["1.0", "0.1"]
    experiment = runs(built)[-1]
    assert experiment.data.tags["dvc.experiment"] in experiment.info.run_name
    assert experiment.data.tags["git.dirty"] == "true"
    assert "models.model_2.train.C" in built.dvc("params", "diff").stdout
    assert "coefficients.math_courses" in built.dvc("metrics", "diff").stdout
    table = built.stage("experiments").stdout
    assert max(map(len, table.splitlines())) <= 120
    assert experiment.data.tags["dvc.experiment"] in table
    in_readme = re.search(r"^experiment .*\n(?:.+\n){2}", built.text("README.md"), re.MULTILINE)
    assert in_readme
    assert [line.split()[1:] for line in in_readme[0].splitlines()] == [line.split()[1:] for line in table.splitlines()]
    shown = built.dvc("exp", "show", "--csv").stdout.splitlines()[0]
    assert "metrics/model_2.json:test.accuracy" in shown
    assert "coefficients.math_courses" in shown

    built.run("git", "checkout", "--quiet", "params.yaml")
    assert stages_run(built.dvc("repro").stdout) == ["check", "track"]
    assert status(built) == ""
    assert len(runs(built)) == 3


@pytest.mark.long
def test_auto_is_chosen_tracked_and_told(built: Project) -> None:
    changes = ("train.C=auto", "threshold=auto", "evaluate.repeats=1")
    printed = built.dvc(
        "exp", "run", *(word for change in changes for word in ("-S", f"models.model_2.{change}"))
    ).stdout
    assert "model_2: C is chosen by log loss in 5 folds of the training rows" in printed
    assert "and that has chosen its C and threshold without it" in built.text("report/index.html")
    run = runs(built)[-1]
    chosen = files.read_json(built.folder / "models/model_2/choices.json")
    assert (run.data.params["train.C"], run.data.params["threshold"]) == ("auto", "auto")
    assert (run.data.metrics["tuned/C"], run.data.metrics["tuned/threshold"]) == (chosen["C"], chosen["threshold"])
    artifacts = Path(urlsplit(run.info.artifact_uri).path)
    assert (artifacts / "models/model_2/choices.json").is_file()
    assert (artifacts / "plots/model_2/pictures/C.svg").is_file()
    assert "chosen.C" in built.stage("experiments").stdout


@pytest.mark.long
def test_a_queue_of_four_from_a_dirty_tree_fills_a_store_that_was_not_there_and_every_run_is_rebuilt_equal(
    built: Project,
) -> None:
    (built.folder / "mlflow.db").unlink()
    shutil.rmtree(built.folder / "mlruns")
    built.replace("src/passage/evaluation/odds.py", "import math\n", "import math  # not committed\n")
    values = ["0.01", "0.3", "3.0", "100.0"]
    built.dvc("exp", "run", "--queue", "-S", f"models.model.train.C={','.join(values)}")
    built.dvc("queue", "start", "-j", "2")
    assert built.ended_queue().count("Success") == len(values)
    found = runs(built)
    assert {run.info.status for run in found} == {"FINISHED"}
    tracked = [run.data.params["train.C"] for run in found if run.data.tags["model"] == "model"]
    assert sorted(tracked, key=float) == values
    assert len([run for run in found if run.data.tags["model"] == "model_2"]) == 1
    assert {run.data.tags["git.dirty"] for run in found} == {"true"}
    for run in found:
        folder = built.folder / "mlruns" / run.info.run_id / "artifacts"
        assert (folder / f"models/{run.data.tags['model']}/model.json").is_file()
    assert status(built) == " M src/passage/evaluation/odds.py\n"
    said = built.stage("verify", "all").stdout.splitlines()
    assert said[-1] == "5 of 5 runs are equal, 0 differ, 0 cannot be rebuilt"


@pytest.mark.long
def test_a_third_entry_is_a_third_lane_and_leaves_no_trace_once_it_is_gone(built: Project) -> None:
    before = built.text("dvc.lock")
    settings = yaml.safe_load(built.text("params.yaml"))
    third = settings["models"]["model"] | {"threshold": 0.3}
    entry = yaml.safe_dump({"third-1": third}, sort_keys=False).replace("\n", "\n  ").rstrip()
    built.replace("params.yaml", "score:\n", f"  {entry}\nscore:\n")
    built.replace(
        "params.yaml", "mlflow:\n", "  again:\n    model: third-1\n    data: data/raw/guessed_hours.csv\nmlflow:\n"
    )
    built.dvc("repro")
    assert files.read_json(built.folder / "models/third-1/model.json")["threshold"] == 0.3
    assert (built.folder / "predictions/score/again.csv").exists()
    assert [run.info.run_name for run in runs(built)][-1] == "third-1"
    assert len(runs(built)) == 3

    built.run("git", "checkout", "--quiet", "params.yaml")
    printed = built.dvc("repro").stdout
    assert "train@third-1 is no longer in params.yaml" in printed
    assert built.text("dvc.lock") == before
    assert not (built.folder / "models/third-1").exists()
    assert not (built.folder / "metrics/third-1.json").exists()
    assert status(built) == ""
    assert "up to date" in built.dvc("repro").stdout


HOURS, COURSES, GUESSED = (f"data/raw/{name}.csv" for name in ("exam_hours", "exam_hours_courses", "guessed_hours"))


@pytest.mark.parametrize(
    ("stage", "path", "old", "new", "line"),
    [
        (
            "check",
            "params.yaml",
            "C: 1.0",
            "C: -1",
            "params.yaml: models.model.train.C is -1; it should be greater than 0",
        ),
        (
            "check",
            "params.yaml",
            "threshold: 0.5",
            "threshold: 0.5\n    typo: 1",
            "params.yaml: models.model.typo is not a known key",
        ),
        (
            "check",
            HOURS,
            "hours_studied",
            "hours",
            f'{HOURS}: the column "hours_studied", which models.model.features names, is missing',
        ),
        (
            "split model",
            HOURS,
            "7,0",
            "seven,0",
            f'{HOURS}, line 9: hours_studied is "seven", but a feature must be a number',
        ),
        (
            "split model",
            HOURS,
            "7,0",
            ",0",
            f"{HOURS}, line 9: hours_studied is missing, but a feature must be a number",
        ),
        ("split model", HOURS, "7,0", "7,2", f'{HOURS}, line 9: passed_exam is "2", but the target must be 0 or 1'),
        ("check", HOURS, "passed_exam\n", "hours_studied\n", f'{HOURS}: the column "hours_studied" is there twice'),
        ("check", HOURS, None, "", f"{HOURS}: the file is empty"),
        ("split model", HOURS, None, "hours_studied,passed_exam\n", f"{HOURS}: the table has a header and no rows"),
        (
            "split model",
            HOURS,
            None,
            "hours_studied,passed_exam\n1,0\n2,0\n3,0\n4,0\n",
            "passed_exam is 0 in each of the 3 training rows",
        ),
        (
            "split model_2",
            COURSES,
            "0,train",
            "0,learn",
            f'{COURSES}, line 2: split is "learn", but a split column must say train or test',
        ),
        (
            "score guessed_hours",
            GUESSED,
            "11",
            "eleven",
            f'{GUESSED}, line 14: hours_studied is "eleven", but a feature must be a number',
        ),
    ],
)
def test_bad_input_stops_with_one_line(
    built: Project, stage: str, path: str, old: str | None, new: str, line: str
) -> None:
    if old is None:
        (built.folder / path).write_text(new, encoding="utf-8")
    else:
        built.replace(path, old, new)
    done = built.stage(*stage.split(), check=False, DVC_STAGE=stage)
    assert done.returncode == 2
    assert [found for found in done.stderr.splitlines() if line in found], done.stderr
    assert "Traceback" not in done.stderr
    assert "Nothing is lost: `dvc checkout` brings back the last good outputs." in done.stderr


def test_what_a_failed_stage_has_taken_away_comes_back_with_the_command_that_it_names(built: Project) -> None:
    outputs = {
        name: (built.folder / name).read_bytes()
        for name in ("data/split/model/train.parquet", "data/split/model/test.parquet")
    }
    built.replace(HOURS, "7,0", "seven,0")
    done = built.dvc("repro", check=False)
    message = done.stderr
    assert done.returncode == 255
    assert "exited with 2" in message
    assert not [name for name in outputs if (built.folder / name).exists()]
    named = re.search(r"Nothing is lost: `(.*)` brings back the last good outputs", message)
    assert named
    built.run("sh", "-c", named[1])
    assert {name: (built.folder / name).read_bytes() for name in outputs} == outputs
    built.run("git", "checkout", "--quiet", ".")
    built.dvc("repro")
    assert status(built) == ""


def test_a_missing_table_stops_with_one_line(built: Project) -> None:
    (built.folder / HOURS).unlink()
    done = built.dvc("repro", check=False)
    assert f"{HOURS}: there is no such file (models.model.data)" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_stray_file_in_a_lanes_folder_is_refused_not_tracked(built: Project) -> None:
    (built.folder / "models/mine").mkdir()
    (built.folder / "models/mine/model.json").write_text("{}", encoding="utf-8")
    done = built.stage("check", check=False)
    assert done.returncode == 2
    assert "models/mine/model.json: no model or batch in params.yaml makes this; move it or remove it" in done.stderr


def test_another_python_goes_on_in_the_projects_venv_or_says_what_differs(project: Project, tmp_path: Path) -> None:
    fake = project.folder / ".venv/bin/python"
    fake.parent.mkdir(parents=True)
    fake.write_text('#!/bin/sh\necho "venv runs $*"\n', encoding="utf-8")
    fake.chmod(0o755)
    assert project.stage("check").stdout == f"venv runs {project.folder}/src check\n".replace(
        f"{project.folder}/src", "src"
    )
    shutil.rmtree(project.folder / ".venv")
    project.replace("requirements.lock", "pandas==", "pandas==0.")
    done = project.stage("check")
    assert re.search(
        r"^warning: the packages of .* are not those of requirements.lock: pandas .*`make setup`$", done.stderr
    )


def test_without_arguments_or_with_wrong_ones_the_usage_is_shown(project: Project) -> None:
    for arguments in ([], ["nothing"], ["train"], ["check", "x"]):
        done = project.stage(*arguments, check=False)
        assert done.returncode == 2
        assert "usage: python src train MODEL" in done.stderr
    done = project.stage("train", "nobody", check=False)
    assert (done.returncode, done.stderr) == (2, "params.yaml: there is no models.nobody; models has model, model_2\n")
