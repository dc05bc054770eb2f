"""docs/dvc-and-mlflow.md: each trap, run in plain DVC and MLflow, prints what the page shows, and each cure is there.

Its last section, tracking in a project of one's own, is what a small one does here.
"""

import ast
import platform
import re
import shutil
import sqlite3
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pytest
from conftest import ROOT, Project
from walking import steps

PAGE = (ROOT / "docs/dvc-and-mlflow.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## ([^\n]*)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))
PLAIN, OWN = "A plain project", "Into a project of your own"
RACE = "Two processes that make a store at once break it"
PROCESSOR = "Another processor, another dvc.lock"
COST = "Each stage pays for all lines of dvc.lock"
QUEUE = "After `dvc queue stop --kill` the next workers quit early"
APART = (PLAIN, RACE, PROCESSOR, COST, QUEUE, OWN)
SECONDS = r"\d+\.\d+ s"


def printed(folder: Path, heading: str) -> list[str]:
    """Run the commands of a section in one shell, and return what each of them prints."""
    commands = "printf '\\0'\n".join(f"{command}\n" for command, _ in steps(SECTIONS[heading]))
    within = ("timeout", "1200", "bash", "-c", commands)
    done = Project(folder).run(*within, check=False, MLFLOW_DISABLE_TELEMETRY="true", PYTHONWARNINGS="")
    return done.stdout.split("\0")


def shown(heading: str) -> list[str]:
    """Return what the page shows that each command of a section prints."""
    return [text for _, text in steps(SECTIONS[heading])]


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Path:
    """The page's plain project, with a store that MLflow has made already."""
    folder = tmp_path_factory.mktemp("plain")
    assert printed(folder, PLAIN) == shown(PLAIN)
    shutil.copy(empty_store, folder / "mlflow.db")
    return folder


@pytest.fixture
def copy(plain: Path, tmp_path: Path) -> Path:
    return shutil.copytree(plain, tmp_path / "project")


@pytest.mark.long
@pytest.mark.parametrize("heading", [heading for heading in SECTIONS if heading not in APART])
def test_each_trap_prints_what_the_page_shows(copy: Path, heading: str) -> None:
    assert printed(copy, heading) == shown(heading)


@pytest.mark.long
@pytest.mark.skipif(
    platform.machine() != "x86_64" or "avx2" not in Path("/proc/cpuinfo").read_text(encoding="utf-8"),
    reason="the page's processors are others",
)
def test_another_processor_gives_another_lock(copy: Path) -> None:
    assert printed(copy, PROCESSOR) == shown(PROCESSOR)


@pytest.mark.long
def test_stages_take_at_least_twice_as_long_where_the_lock_is_thirty_times_as_long(copy: Path) -> None:
    found, on_page = printed(copy, COST), shown(COST)
    assert [re.sub(SECONDS, "", text) for text in found] == [re.sub(SECONDS, "", text) for text in on_page]
    short, long = (float(text.split()[0]) for text in found[-2:])
    assert long > 2 * short


@pytest.mark.long
def test_a_queue_that_was_stopped_runs_one_task_and_makes_no_run(copy: Path) -> None:
    assert printed(copy, QUEUE) == shown(QUEUE)


@pytest.mark.long
def test_processes_that_make_a_store_at_once_break_it_in_one_of_eight_tries(plain: Path, tmp_path: Path) -> None:
    tries = (shutil.copytree(plain, tmp_path / str(number)) for number in range(8))
    if not any(printed(folder, RACE) == shown(RACE) for folder in tries):
        pytest.skip("this machine's processes never met in eight tries")


def test_the_page_is_of_the_versions_that_are_locked_and_installed() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for name, package in (("DVC", "dvc"), ("MLflow", "mlflow")):
        [shown_version] = re.findall(rf"{name} (\d[\d.]*\d)", PAGE)
        assert re.search(rf"^{package}==(\S+)", lock, re.MULTILINE)[1] == shown_version == version(package)  # type: ignore[index]


def test_each_cure_is_a_function_of_the_file_that_is_named() -> None:
    cures = re.findall(r"(src/[\w/\\]+\.py) \(((?:`\w+`(?:, )?)+)\)", PAGE)
    assert len(cures) > 12
    for path, names in cures:
        tree = ast.parse((ROOT / path.replace("\\", "")).read_text(encoding="utf-8"))
        defined = {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
        assert set(re.findall(r"\w+", names)) <= defined, path


FIT = """
import json, yaml
alpha = yaml.safe_load(open("params.yaml"))["alpha"]
rooms, rents = [1, 2, 3, 4], [410, 640, 790, 1080]
slope = sum(a * b for a, b in zip(rooms, rents)) / (sum(a * a for a in rooms) + alpha)
error = sum((slope * a - b) ** 2 for a, b in zip(rooms, rents)) / len(rooms)
json.dump({"slope": slope}, open("model.json", "w"))
json.dump({"rmse": error**0.5}, open("metrics.json", "w"))
"""

KILLED = """
import os, signal
from passage.tracking import runs, store
import mlflow
with store.writable("rents") as (experiment_id, writer):
    mlflow.start_run(experiment_id=experiment_id, tags={runs.WRITER: writer})
    os.kill(os.getpid(), signal.SIGKILL)
"""


def taken_along() -> list[str]:
    """Return the files of src/passage/tracking that the page says one copies."""
    named = re.search(r"of src/passage/tracking, (.*?) to", SECTIONS[OWN], re.DOTALL)
    assert named
    return re.findall(r"\w+\.py", named[1].replace("\\", ""))


def test_what_is_taken_along_imports_nothing_that_stays() -> None:
    taken = {name.removesuffix(".py") for name in taken_along()}
    imported: set[str] = set()
    for name in taken:
        for node in ast.walk(ast.parse((ROOT / f"src/passage/tracking/{name}.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("passage."):
                room, *rest = str(node.module).split(".")[1:]
                assert room in ("base", "tracking")
                imported |= ({*rest} or {alias.name for alias in node.names}) if room == "tracking" else set()
    assert imported
    assert imported <= taken


@pytest.fixture
def rents(tmp_path: Path, empty_store: Path) -> Project:
    """A regression of another project, with what the page says that one copies and writes; nothing is built."""
    of = Project(tmp_path / "rents")
    shutil.copytree(ROOT / "src/passage/base", of.folder / "passage/base")
    [track] = re.findall(r"^```python\n(.*?)^```$", SECTIONS[OWN], re.DOTALL | re.MULTILINE)
    (of.folder / "passage/tracking").mkdir()
    for name in taken_along():
        shutil.copy(ROOT / "src/passage/tracking" / name, of.folder / "passage/tracking")
    shutil.copy(empty_store, of.folder / "mlflow.db")
    of.run("git", "init", "--quiet")
    of.dvc("init", "--quiet")
    ignored = {".gitignore": "/mlflow.db*\n/mlruns/\n", ".dvcignore": "__pycache__/\n"}
    for path, text in {"fit.py": FIT, "track.py": track, "params.yaml": "alpha: 1\n", **ignored}.items():
        (of.folder / path).write_text(text, encoding="utf-8")
    fit = "dvc stage add -n fit -d fit.py -p alpha -o model.json -M metrics.json python3 fit.py"
    for command in [fit, *(command for command, _ in steps(SECTIONS[OWN]))]:
        of.run("bash", "-c", command)
    of.commit()
    return of


def tracked(of: Project) -> list[tuple[str, str]]:
    """Return alpha and the state of each run in the order in which they were begun."""
    query = "select coalesce(value, ''), status from runs left join params using (run_uuid) "
    query += "where lifecycle_stage = 'active' order by start_time"
    with closing(sqlite3.connect(of.folder / "mlflow.db")) as store:
        return store.execute(query).fetchall()


@pytest.mark.long
def test_what_the_page_takes_along_gives_each_result_of_another_project_one_run(rents: Project, tmp_path: Path) -> None:
    one, two, three = (("1", "FINISHED"), ("2", "FINISHED"), ("3", "FINISHED"))
    rents.dvc("repro")
    assert tracked(rents) == [one]
    rents.replace("params.yaml", "1", "2")
    rents.dvc("repro")
    assert tracked(rents) == [one, two]
    rents.run("python3", "-c", KILLED, check=False)
    assert tracked(rents) == [one, two, ("", "RUNNING")]
    rents.replace("params.yaml", "2", "1")
    rents.dvc("repro")  # from the run cache, but for the stage that tracks
    assert tracked(rents) == [one, two]
    rents.commit()
    rents.dvc("exp", "run", "--temp", "-S", "alpha=3")
    assert tracked(rents) == [one, two, three]
    rents.run("git", "clone", "--quiet", ".", str(tmp_path / "clone"))
    Project(tmp_path / "clone").dvc("repro", MLFLOW_TRACKING_URI=f"sqlite:///{rents.folder}/mlflow.db")
    assert tracked(rents) == [one, two, three]
