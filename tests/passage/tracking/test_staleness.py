"""What is tracked was built from what is at hand, or is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Project

from passage import params
from passage.base import environment, files
from passage.base.errors import Mistake
from passage.tracking.staleness import stale
from stages import track

Change = Callable[[Project], object]
HOURS, COURSES, GUESSED = (f"data/raw/{name}.csv" for name in ("exam_hours", "exam_hours_courses", "guessed_hours"))


def replaced(path: str, old: str, new: str) -> Change:
    return lambda project: project.replace(path, old, new)


def longer(path: str) -> Change:
    return lambda project: files.write_text(project.folder / path, project.text(path) + "\n")


def setting(old: str, new: str) -> Change:
    return replaced("params.yaml", old, new)


def unused_column(project: Project) -> None:
    lines = project.text(GUESSED).splitlines()
    text = "\n".join([f"{lines[0]},more", *(f"{line},1" for line in lines[1:])])
    files.write_text(project.folder / GUESSED, text + "\n")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (setting("C: 1.0", "C: 0.1"), "models.model.train in params.yaml is not the one that train@model was"),
        (setting("seed: 27", "seed: 28"), "models.model.split in params.yaml is not the one that split@model was"),
        (setting("confidence: 0.95", "confidence: 0.9"), "models.model.evaluate.confidence in params.yaml"),
        (setting("threshold: 0.5", "threshold: 0.4"), "models.model.threshold in params.yaml"),
        (setting("repeats: 10", "repeats: 3"), "models.model in params.yaml is not the one that evaluate@model was"),
        (setting("fit_on: train", "fit_on: all"), "models.model.normalize in params.yaml"),
        (setting("passing the exam", "luck"), "models.model in params.yaml is not the one that evaluate@model was"),
        (setting("model: model\n", "model: model_2\n"), "score.guessed_hours in params.yaml"),
        (setting(GUESSED, HOURS), "score.guessed_hours in params.yaml"),
        (setting("  guessed_hours:", "  others:"), "predictions/score/others.csv: there is no such file; `dvc repro`"),
        (setting("# Every knob", "# Each knob"), "params.yaml is not the one that report was built from"),
        (longer(HOURS), f"{HOURS} is not the one that report/index.html was built from"),
        (unused_column, f"{GUESSED} is not the one that report/index.html was built from"),
        (longer("src/stages/train.py"), "src/stages/train.py is not the one that train@model was built from"),
        (longer("src/passage/model/solver.py"), "src/passage/model is not the one that normalize@model was"),
        (longer("src/passage/report/page.html.jinja"), "src/passage/report is not the one that report was built"),
        (longer("src/passage/base/files.py"), "src/passage/base is not the one that check was built from"),
        (longer("requirements.lock"), "requirements.lock is not the one that check was built from"),
        (longer("plots/model/notes.txt"), "plots/model/notes.txt: no stage in dvc.lock made this"),
        (lambda project: (project.folder / "metrics/model.json").unlink(), "metrics/model.json: there is no such file"),
    ],
)
def test_what_was_changed_since_it_was_built_is_named_and_nothing_is_tracked(
    built: Project, monkeypatch: pytest.MonkeyPatch, change: Change, named: str
) -> None:
    monkeypatch.chdir(built.folder)
    (built.folder / "plots/model/notes.txt").touch() if "notes" in named else None
    change(built)
    with pytest.raises(Mistake) as refused:
        track.results(params.load())
    assert str(refused.value).startswith(named)
    assert len(refused.value.lines) == 1


def test_a_page_of_a_table_that_is_another_one_now_is_refused(built: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where all other stages have run again: a column that nobody uses changes no prediction."""
    monkeypatch.chdir(built.folder)
    unused_column(built)
    built.dvc("repro", "score@guessed_hours")
    with pytest.raises(Mistake, match=rf"^{GUESSED} is not the one that report/index.html was built from; `dvc repro`"):
        track.results(params.load())


def test_results_of_other_packages_are_refused_with_the_commands_that_build_them(
    built: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(built.folder)
    monkeypatch.setattr(environment, "differing", lambda: ["pandas 0.1 (lock: 3)"])
    with pytest.raises(Mistake, match="the packages of this Python are not those that the stages ran with"):
        track.results(params.load())


def test_what_no_stage_reads_is_no_reason_to_refuse(built: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("plots/model/.DS_Store", "models/.x.partial", "src/passage/model/__pycache__/x.pyc", "notes.txt"):
        files.write_text(built.folder / path, "x")
    for path in ("src/tools/ui.py", "src/passage/tracking/git.py", "README.md"):
        longer(path)(built)
    files.write_text(built.folder / "data/raw/more.csv", "a\n1\n")
    monkeypatch.chdir(built.folder)
    assert [result.name for result in track.results(params.load())] == ["model", "model_2"]


def test_an_edited_setting_never_becomes_a_run_of_the_old_numbers(built: Project) -> None:
    built.replace("params.yaml", "C: 1.0", "C: 0.1")
    done = built.dvc("repro", "-sf", "track", check=False)
    told = [line for line in done.stderr.splitlines() if line.strip() and not line.startswith("ERROR: ")]
    assert told == [
        "models.model.train in params.yaml is not the one that train@model was built from; `dvc repro` builds it anew "
        "and tracks it",
        "Nothing was tracked.",
    ]


LOCK: dict[str, Any] = {
    "split@m": {"deps": [{"path": "raw.csv", "md5": "r"}], "outs": [{"path": "train.parquet", "md5": "t"}]},
    "train@m": {
        "deps": [{"path": "train.parquet", "md5": "t"}, {"path": "src/fit.py", "md5": "f"}],
        "params": {"params.yaml": {"models.m.train": {"C": 1.0, "tol": 1e-8}}},
    },
}
SETTINGS = {"models": {"m": {"train": {"C": 1.0, "tol": 1e-8}}}}
FILES = {"raw.csv": "r", "src/fit.py": "f"}
STAGES = ["split@m", "train@m"]


def test_a_lock_of_the_same_files_and_parameters_is_not_stale() -> None:
    assert stale(LOCK, SETTINGS, STAGES, FILES.get) == ""


def test_a_stage_whose_table_its_settings_or_itself_is_not_there_is_stale() -> None:
    assert stale(LOCK, SETTINGS, STAGES, dict[str, str]().get) == "raw.csv is not the one that split@m was built from"
    words = "models.m.train in params.yaml is not the one that train@m was built from"
    assert stale(LOCK, {"models": {}}, STAGES, FILES.get) == words
    assert stale(LOCK, SETTINGS, [*STAGES, "evaluate@m"], FILES.get) == "dvc.lock does not know evaluate@m"


def test_a_stage_that_was_built_from_other_rows_than_the_split_now_gives_is_stale() -> None:
    lock = LOCK | {"split@m": LOCK["split@m"] | {"outs": [{"path": "train.parquet", "md5": "other"}]}}
    assert stale(lock, SETTINGS, STAGES, FILES.get) == "train.parquet is not the one that train@m was built from"


def test_what_every_stage_stands_on_is_judged_by_what_check_was_built_from_and_its_tables_are_not() -> None:
    deps = [{"path": "src/passage/base", "md5": "b.dir"}, {"path": "data/raw", "md5": "other.dir"}]
    lock = LOCK | {"check": {"deps": deps, "outs": [{"path": "data/checked", "md5": "c"}]}}
    assert stale(lock, SETTINGS, ["check", *STAGES], (FILES | {"src/passage/base": "b.dir"}).get) == ""
    words = "src/passage/base is not the one that check was built from"
    assert stale(lock, SETTINGS, ["check", *STAGES], (FILES | {"src/passage/base": "now.dir"}).get) == words
