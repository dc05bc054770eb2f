"""A team: an MLflow server with PostgreSQL, a folder for DVC's files, clones of one repository (make test-server)."""

import os
import pwd
import random
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from conftest import Project
from mlflow import MlflowClient
from processes import free_port, running, wait_for

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("own_store")]

WRITERS = 8


def program(name: str) -> str:
    found = [shutil.which(name), *map(str, sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}")))]
    for path in filter(None, found):
        return path
    pytest.fail(f"there is no {name}; on Debian and Ubuntu: apt-get install postgresql")


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URI of a PostgreSQL of our own on 127.0.0.1; it runs as `postgres` where the tests run as root."""
    folder, port = Path(tempfile.mkdtemp(prefix="exam-passage-postgres-")), free_port()
    password = secrets.token_urlsafe()
    (folder / "password").write_text(password, encoding="utf-8")
    options: dict[str, Any] = {}
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        options = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        for path in (folder, folder / "password"):
            os.chown(path, owner.pw_uid, owner.pw_gid)
    secret = ("--username=mlflow", "--auth=scram-sha-256", f"--pwfile={folder}/password")
    data = str(folder / "data")
    subprocess.run([program("initdb"), *secret, data], check=True, capture_output=True, cwd=folder, **options)
    settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "", "fsync": "off"}
    command = [program("postgres"), "-D", data, *(f"--{key}={value}" for key, value in settings.items())]
    log = tmp_path_factory.mktemp("postgres") / "log"
    with running(command, log, cwd=folder, **options):
        wait_for(lambda: "ready to accept connections" in log.read_text(), log)
        yield f"postgresql://mlflow:{password}@127.0.0.1:{port}/postgres"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URI of an MLflow server on 127.0.0.1 that keeps its runs in PostgreSQL and its artifacts in a folder."""
    folder, port = tmp_path_factory.mktemp("server"), free_port()
    where = ["--host", "127.0.0.1", "--port", str(port), "--workers", "2"]
    where += ["--artifacts-destination", str(folder / "kept")]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
    environment |= {"MLFLOW_BACKEND_STORE_URI": database, "MLFLOW_DISABLE_TELEMETRY": "true"}
    environment["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] = "false"  # as docs/team.md says
    log, uri = folder / "log", f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"{uri}/health", timeout=2) as answer:  # noqa: S310 (our own, on 127.0.0.1)
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    with running([sys.executable, "-m", "mlflow", "server", *where], log, env=environment, cwd=folder):
        wait_for(answers, log)
        yield uri


def copy(built: Project, folder: Path, experiment: str) -> Project:
    """A clone of its own, built, whose runs go into `experiment`."""
    shutil.copytree(built.folder, folder, symlinks=True)
    project = Project(folder)
    for left in ("mlflow.db", "mlruns/receipt.json"):
        (folder / left).unlink()
    project.replace("params.yaml", "experiment: exam-passage", f"experiment: {experiment}")
    project.dvc("repro", "report")  # or track refuses a page of another experiment
    return project


def exactly_one_run_for_each_result(uri: str, experiment: str) -> list[str]:
    """Assert it, with all their artifacts and no run or model that somebody left; return the ids."""
    client = MlflowClient(uri)
    [found] = client.search_experiments(filter_string=f"name = '{experiment}'")
    runs = client.search_runs([found.experiment_id])
    assert sorted(run.data.tags["model"] for run in runs) == ["model", "model_2"]
    assert {run.info.status for run in runs} == {"FINISHED"}
    assert len(client.search_logged_models([found.experiment_id])) == 2
    for run in runs:
        names = [entry.path for entry in client.list_artifacts(run.info.run_id)]
        assert {"data", "metrics", "models", "params.yaml", "plots", "predictions", "rebuild", "report"} <= set(names)
    return [run.info.run_id for run in runs]


def track_at_once(projects: list[Project], uri: str) -> None:
    with ThreadPoolExecutor(len(projects)) as pool:
        done = list(pool.map(lambda project: project.stage("track", check=False, MLFLOW_TRACKING_URI=uri), projects))
    assert not [one.stderr for one in done if one.returncode]


def test_eight_clones_at_once_on_a_server_without_the_experiment_leave_one_run_for_each_result(
    built: Project, server: str, tmp_path: Path
) -> None:
    clones = [copy(built, tmp_path / f"clone {number}", "eight") for number in range(WRITERS)]
    track_at_once(clones, server)
    ids = exactly_one_run_for_each_result(server, "eight")
    track_at_once(clones[:2], server)
    assert exactly_one_run_for_each_result(server, "eight") == ids


def test_eight_clones_at_once_on_a_database_that_is_not_there_yet_and_on_one_that_is(
    built: Project, tmp_path: Path
) -> None:
    (tmp_path / "shared").mkdir()
    uri = f"sqlite:///{tmp_path}/shared/store.db"
    clones = [copy(built, tmp_path / f"clone {number}", "eight") for number in range(WRITERS)]
    track_at_once(clones, uri)
    ids = exactly_one_run_for_each_result(uri, "eight")
    assert {path.name for path in (tmp_path / "shared/mlruns").iterdir()} >= set(ids)
    for clone in clones:
        clone.replace("params.yaml", "experiment: eight", "experiment: again")
        clone.dvc("repro", "report")
    track_at_once(clones, uri)
    exactly_one_run_for_each_result(uri, "again")
    assert exactly_one_run_for_each_result(uri, "eight") == ids


def test_killed_while_it_tracks_to_a_server_the_next_one_replaces_what_was_begun(
    built: Project, server: str, tmp_path: Path
) -> None:
    clone, draw = copy(built, tmp_path / "clone", "killed"), random.Random(5)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    variables = os.environ | {"MLFLOW_TRACKING_URI": server, "PATH": path}
    begun = 0

    def running() -> set[str]:
        of = [one.experiment_id for one in MlflowClient(server).search_experiments(filter_string="name = 'killed'")]
        found = MlflowClient(server).search_runs(of, "attributes.status = 'RUNNING'") if of else []
        return {run.info.run_id for run in found}

    for number in range(6):
        with (clone.folder.parent / "log").open("w") as log:
            process = subprocess.Popen(
                ["python3", "src", "track"], cwd=clone.folder, env=variables, stdout=log, stderr=log
            )
        if number % 2:  # anywhere, or while it fills a run
            time.sleep(draw.uniform(1, 4))
        else:
            before = running()
            while process.poll() is None and not running() - before:
                time.sleep(0.02)
            time.sleep(draw.uniform(0, 0.5))
        process.kill()
        process.wait()
        begun += len(running())
    clone.stage("track", MLFLOW_TRACKING_URI=server)
    exactly_one_run_for_each_result(server, "killed")
    assert begun, "no kill hit a run that was being filled"


def test_while_the_server_is_away_all_else_is_built_and_the_next_repro_delivers(
    built: Project, server: str, tmp_path: Path
) -> None:
    clone = copy(built, tmp_path / "clone", "away")
    away = f"http://ada:secret@127.0.0.1:{free_port()}"
    done = clone.dvc("repro", check=False, MLFLOW_TRACKING_URI=away)
    assert done.returncode == 255
    line = r"^MLflow's store http://127.0.0.1:\d+: no answer; is the server running\?$"
    assert re.search(line, done.stderr, re.MULTILINE)
    assert "All else is built; the next `dvc repro` hands the results over." in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "secret" not in done.stdout + done.stderr
    clone.dvc("repro", MLFLOW_TRACKING_URI=server)
    exactly_one_run_for_each_result(server, "away")


def state(uri: str, ids: list[str]) -> list[Any]:
    return [MlflowClient(uri).get_run(run_id).to_dictionary() for run_id in sorted(ids)]


def test_history_fills_a_server_and_verify_rebuilds_what_it_holds_without_touching_it(
    built: Project, server: str
) -> None:
    (built.folder / "mlflow.db").unlink()
    said = built.stage("history", MLFLOW_TRACKING_URI=server).stdout
    assert said == "2 results brought in, 0 were there, 0 cannot be brought in\n"
    ids = exactly_one_run_for_each_result(server, "exam-passage")
    before = state(server, ids)
    said = built.stage("verify", "all", MLFLOW_TRACKING_URI=server).stdout
    assert said.endswith("2 of 2 runs are equal, 0 differ, 0 cannot be rebuilt\n")
    assert state(server, exactly_one_run_for_each_result(server, "exam-passage")) == before
    assert not (built.folder / "mlflow.db").exists()


def test_a_colleague_pulls_builds_nothing_again_and_has_the_same_results(built: Project, tmp_path: Path) -> None:
    # The remote first: of an experiment whose commit does not know it, DVC pushes no files, in silence.
    built.dvc("remote", "add", "--default", "team", str(tmp_path / "team"))
    built.commit("a remote")
    built.dvc("exp", "run", "--name", "weaker", "-S", "models.model.threshold=0.3")
    built.run("git", "checkout", "--quiet", ".")
    built.run("git", "clone", "--quiet", "--bare", ".", str(tmp_path / "bare"))
    built.run("git", "remote", "add", "origin", str(tmp_path / "bare"))
    built.dvc("push", "--all-commits")
    built.dvc("exp", "push", "origin", "weaker")

    colleague = Project(tmp_path / "colleague")
    built.run("git", "clone", "--quiet", str(tmp_path / "bare"), str(colleague.folder))
    colleague.dvc("pull")
    said = colleague.dvc("repro").stdout
    ran = re.findall(r"^Running stage '(.*)':", said, re.MULTILINE)
    assert ran == ["check", "track"], "what is neither in Git nor in the remote, and nothing else"
    assert "up to date" in colleague.dvc("repro").stdout
    assert colleague.run("git", "status", "--porcelain").stdout == ""
    colleague.dvc("exp", "pull", "origin", "weaker")
    assert colleague.stage("history").stdout == "1 results brought in, 3 were there, 0 cannot be brought in\n"
    run = re.search(r"model: tracked as run (\w+)", said)
    assert run
    assert re.search(r": (\d+) of \1 files are equal, byte for byte$", colleague.stage("verify", run[1]).stdout.strip())
