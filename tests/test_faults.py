"""kill -9, a full disk: whatever hits a build, the next one ends as if nothing had been.

`make test-long` kills sixty times.
"""

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, Project
from ruamel.yaml import YAML

KILLS = 12  # in one chain: a build that is killed, called again and killed again
BUILT = ("data/split", "data/normalized", "models", "plots", "predictions", "report", ".dvc/cache", ".dvc/tmp")

pytestmark = pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="needs /proc to find processes")


def recipe() -> str:
    """Return what `make repro` runs once everything is set up."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    found = re.search(r"^repro: .*\n\t@(.*)$", makefile, re.MULTILINE)
    assert found
    return found[1]


class Build:
    """A build that was started and may be killed."""

    def __init__(self, project: Project, command: str) -> None:
        self.folder = project.folder
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW_", "DVC_", "GIT_"))
        }
        environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
        environment["DVC_SITE_CACHE_DIR"] = str(project.folder / ".dvc/tmp/site_cache")
        self.log = project.folder.parent / "build.log"
        with self.log.open("w") as log:
            self.shell = subprocess.Popen(
                ["sh", "-c", command], cwd=self.folder, env=environment, stdout=log, stderr=log, start_new_session=True
            )

    def processes(self) -> Iterator[tuple[int, str]]:
        """Yield every living process that works in the project's folder, with its command."""
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and (entry / "cwd").readlink() == self.folder:
                    command = (entry / "cmdline").read_text().replace("\0", " ")
                    if command:  # none left of a process that has ended
                        yield int(entry.name), command
            except OSError:
                continue

    def kill(self, what: str) -> str:
        """Kill the stage, DVC or both at this moment, and return the command of what was hit."""
        patterns = {"stage": r"python3? src \w+|/python src \w+", "dvc": r"bin/dvc ", "both": r"src \w+|bin/dvc "}
        hit = [
            (number, command)
            for number, command in self.processes()
            if re.search(patterns[what], command) and number != self.shell.pid
        ]
        for number, _ in hit:
            try:
                os.kill(number, signal.SIGKILL)
            except ProcessLookupError:
                continue
        return " and ".join(command.strip() for _, command in hit)

    def wait_until_nobody_works(self) -> None:
        """Wait for the build's shell, and fail where a process goes on working afterwards."""
        self.shell.wait(timeout=300)
        deadline = time.monotonic() + 3
        while (left := list(self.processes())) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not left, f"orphans work on: {left}"


def kill_again_and_again(project: Project, command: str, seed: int, longest: float) -> list[str]:
    """Start a build, kill it after at most `longest` seconds, start it again, KILLS times; return what was hit."""
    draw = random.Random(seed)
    hits: list[str] = []
    while len(hits) < KILLS:
        build = Build(project, command)
        ends_at = time.monotonic() + draw.uniform(0.3, longest)
        while time.monotonic() < ends_at and build.shell.poll() is None:
            time.sleep(0.005)
        hit = build.kill(draw.choice(["stage", "dvc", "both"]))
        hits += [hit] if hit else []
        build.wait_until_nobody_works()
        said = build.log.read_text()
        if not hit and build.shell.returncode:
            # plain dvc repro stops at a dvc.lock that a kill has cut, and needs the one command that the docs name
            assert command == "dvc repro", f"seed {seed}, {hits}: it failed by itself:\n{said}"
            assert project.stage("mend").stderr, f"seed {seed}, {hits}: nothing to mend, but:\n{said}"
        if build.shell.returncode == 0:  # it was faster than the kill: once more from a cold start
            start_anew(project)
    return hits


def start_anew(project: Project) -> None:
    """Take away all that DVC has built and cached; what MLflow has stays."""
    for path in BUILT:
        shutil.rmtree(project.folder / path, ignore_errors=True)
    project.run("git", "checkout", "--quiet", ".")


def is_as_if_nothing_had_been(project: Project, lock: str, models: int) -> None:
    """Compare the lock, the cache, Git's status and the store with those of an undisturbed build."""
    # A kill while DVC writes its lock can take stages from it, which DVC then adds again at its end.
    assert yaml.safe_load(project.text("dvc.lock")) == yaml.safe_load(lock)
    same = project.text("dvc.lock") == lock
    assert project.run("git", "status", "--porcelain").stdout == ("" if same else " M dvc.lock\n")
    assert "up to date" in project.dvc("status").stdout
    assert "every file in DVC's cache, and every output, is what its checksum says" in project.stage("audit").stdout
    assert not list(project.folder.rglob("*.partial"))
    with closing(sqlite3.connect(project.folder / "mlflow.db")) as store:
        query = "select status, count(*), count(distinct value) from runs join tags using (run_uuid) "
        query += "where key = 'fingerprint' and lifecycle_stage = 'active' group by status"
        assert store.execute(query).fetchall() == [("FINISHED", models, models)]
        ids = [run for (run,) in store.execute("select run_uuid from runs where lifecycle_stage = 'active'")]
        logged = store.execute("select count(*) from logged_models where lifecycle_stage = 'active'").fetchone()
    assert logged == (models,)
    for run in ids:
        kept = project.folder / "mlruns" / run / "artifacts"
        assert len([path for path in kept.rglob("*") if path.is_file()]) >= 24


@pytest.fixture
def one_model(built: Project) -> tuple[Project, str]:
    """A project with `model` alone, cold, and the dvc.lock of its undisturbed build."""
    settings = YAML().load(built.text("params.yaml"))
    del settings["models"]["model_2"]
    YAML().dump(settings, built.folder / "params.yaml")
    built.dvc("repro")
    built.commit("one model")
    lock = built.text("dvc.lock")
    start_anew(built)
    for path in ("mlflow.db", "mlruns"):
        left = built.folder / path
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    return built, lock


def chain(project: Project, lock: str, command: str, seed: int, longest: float) -> None:
    hits = kill_again_and_again(project, command, seed, longest)
    if command == "dvc repro":
        project.stage("mend")
    last = Build(project, command)
    last.wait_until_nobody_works()
    assert last.shell.returncode == 0, f"seed {seed}, {hits}:\n{last.log.read_text()}"
    is_as_if_nothing_had_been(project, lock, models=1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 7))
def test_sixty_kills_leave_no_trace(one_model: tuple[Project, str], seed: int) -> None:
    chain(*one_model, recipe() if seed % 3 else "dvc repro", seed, longest=3 + seed / 2)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of 64 MB, for a project."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting takes root")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.mark.long
@pytest.mark.parametrize("room", [0, 40_000, 300_000])
def test_a_full_disk_is_told_in_one_line_and_nothing_is_lost(built_once: Path, small_disk: Path, room: int) -> None:
    """room: bytes that are left when the build begins: for nothing, for a stage or two, for all but the store."""
    project = Project(small_disk / "project")
    shutil.copytree(built_once, project.folder, symlinks=True)
    lock = project.text("dvc.lock")
    start_anew(project)
    (project.folder / "mlflow.db").unlink()  # which keeps its artifacts where it was made
    shutil.rmtree(project.folder / "mlruns")
    left = shutil.disk_usage(small_disk).free - room
    (small_disk / "filler").write_bytes(bytes(left // 4096 * 4096))
    done = project.run("sh", "-c", recipe(), check=False)
    assert done.returncode
    # The last is what SQLite says in which DVC lists its files.
    assert re.search("No space left on device|is full|disk I/O error", done.stdout + done.stderr)
    assert "Traceback" not in done.stderr
    (small_disk / "filler").unlink()
    project.run("sh", "-c", recipe())
    is_as_if_nothing_had_been(project, lock, models=2)
