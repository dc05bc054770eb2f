"""The house as it was designed: which file imports which, and that dvc.yaml knows."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, entry_point

from passage.base import paths

SRC = ROOT / "src"
GROUND = {path.as_posix() for path in paths.GROUND}
STAGES = sorted(path.stem for path in (SRC / "stages").glob("*.py"))
MODULES = sorted(path.relative_to(SRC) for path in SRC.rglob("*.py"))


def stage(name: str) -> dict[str, Any]:
    found = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"][name]
    return found.get("do", found)  # type: ignore[no-any-return]


def test_every_command_is_one_that_make_or_dvc_calls() -> None:
    callers = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("Makefile", "dvc.yaml"))
    assert set(re.findall(r"python3 src (\w+)", callers)) == entry_point().COMMANDS.keys()


def imported(path: Path) -> set[str]:
    """Return the top names of what a file imports, wherever in it the import stands."""
    names = set()
    for node in ast.walk(ast.parse((SRC / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(str(node.module).partition(".")[0])
    return names


LOADED = """
import json, sys
sys.path.insert(0, "src")
import importlib, __main__
spec = importlib.util.spec_from_file_location("main", "src/__main__.py")
spec.loader.exec_module(importlib.util.module_from_spec(spec))
from passage.base import environment, errors, forkserver, parent
importlib.import_module("stages.NAME")
found = {module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)}
print(json.dumps([sorted(found), sorted(sys.modules)]))
"""


def loaded(name: str) -> tuple[set[str], set[str]]:
    """Return the project's files, and all modules, that are loaded once a stage is imported as `python src` does."""
    code = "import importlib.util\n" + LOADED.replace("NAME", name)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    found, modules = json.loads(done.stdout)
    return {str(Path(path).relative_to(ROOT)) for path in found if path.startswith(str(SRC))} | {
        "src/__main__.py"
    }, set(modules)


def place(path: str) -> str:
    """Return what a file is to dvc.yaml: its room, or the file itself."""
    return "/".join(path.split("/")[:3]) if path.startswith("src/passage/") else path


@pytest.mark.parametrize("name", STAGES)
def test_a_stages_deps_are_the_rooms_that_its_imports_are_in_and_it_waits_for_nothing_else(name: str) -> None:
    ours, modules = loaded(name)
    listed = {dep for dep in stage(name)["deps"] if dep.startswith("src/") or dep == "requirements.lock"}
    used = {place(path) for path in ours} | {"requirements.lock"}
    assert used >= GROUND
    assert listed == (used if name == "check" else used - GROUND)
    assert "data/checked" in (*stage(name)["deps"], *stage(name)["outs"][0])
    assert ("mlflow" in modules) == (name == "track")
    assert ("matplotlib" in modules) == (name == "evaluate")
    if name in ("check", "report"):
        assert not {"pandas", "sklearn"} & modules
    if name in ("predict", "score"):
        assert "sklearn" not in modules


def test_every_stage_of_dvc_yaml_is_a_file_and_the_other_way_round() -> None:
    assert sorted(yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]) == STAGES


# A room imports from itself and from those in front of it; tables and model do not know each other.
LINE = ("base", "params", "tables", "model", "association", "evaluation", "report", "tracking")


def rooms(path: Path) -> set[str]:
    """Return the rooms of src/passage that a file imports from."""
    found = set()
    for node in ast.walk(ast.parse((SRC / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and str(node.module) == "passage":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and str(node.module).startswith("passage."):
            found.add(str(node.module).split(".")[1])
    return found


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_imports_go_one_way(path: Path) -> None:
    ours = imported(path) & {"passage", "stages", "tools"}
    if path.parts[0] == "passage":
        room = path.parts[1]
        assert ours <= {"passage"}
        assert rooms(path) <= set(LINE[: LINE.index(room) + 1]) - ({"tables"} if room == "model" else set())
    else:
        assert ours <= {"passage", "tools"} if path.parts[0] == "tools" else {"passage"}
        assert rooms(path) <= set(LINE)


def test_what_dvc_hashes_of_a_room_is_what_git_keeps_of_it() -> None:
    from dvc.repo import Repo

    tracked = subprocess.run(["git", "ls-files", "src"], cwd=ROOT, capture_output=True, text=True, check=True)
    with Repo(str(ROOT)) as repo:
        hashed = {str(Path(path).relative_to(ROOT)) for path in repo.dvcignore.find(repo.fs, str(ROOT / "src"))}
    assert hashed == {path for path in tracked.stdout.splitlines() if (ROOT / path).is_file()}


def test_git_keeps_no_file_that_the_readme_does_not_know_of_and_none_of_a_kind_of_its_own() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    named = set(re.findall(r"[\w.-]+", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert {name for path in tracked if not (name := path.partition("/")[0]).startswith(".")} <= named
    kinds = {Path(path).suffix for path in tracked if "." in Path(path).name.lstrip(".")}
    assert kinds <= {".css", ".csv", ".jinja", ".json", ".lock", ".md", ".png", ".py", ".sh", ".toml", ".yaml", ".yml"}


def test_no_file_of_src_is_longer_than_a_person_reads_at_a_time() -> None:
    assert max(len((SRC / path).read_text(encoding="utf-8").splitlines()) for path in MODULES) < 300


def test_one_package_imports_mlflow_and_one_module_writes_files() -> None:
    assert {str(path.parent) for path in MODULES if "mlflow" in imported(path)} == {
        "passage/tracking",
        "tools/studies",  # a script without the pipeline
    }
    writing = re.compile(
        r"\.write_text\(|\.write_bytes\(|open\([^)]*[\"'][wax]|to_csv\(|to_parquet\(|json\.dump\(|os\.replace\("
    )
    stages = [path for path in MODULES if path.parts[0] in ("stages", "passage")]
    ours = re.compile(r"files\.write_(text|bytes)\(")
    writers = [str(path) for path in stages if writing.search(ours.sub("", (SRC / path).read_text()))]
    assert writers == ["passage/base/files.py"]


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_fits_on_a_screen(name: str) -> None:
    assert len((SRC / "stages" / f"{name}.py").read_text(encoding="utf-8").splitlines()) <= 70


def test_locks_pin_every_package_once_with_hashes_and_no_address() -> None:
    names = ("requirements.lock", "requirements-cluster.lock", "requirements-dev.lock")
    locks = {name: (ROOT / name).read_text(encoding="utf-8") for name in names}
    for text in locks.values():
        pinned = re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE)
        assert len(pinned) == len(set(pinned)) > 100
        assert len(re.findall(r"^[a-z0-9-]+==[^\n]*\\\n    --hash=sha256:", text, re.MULTILINE)) == len(pinned)
        assert "://" not in text
    pins = [dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", locks[name], re.MULTILINE)) for name in names]
    run, with_cluster, develop = pins
    assert run.items() <= with_cluster.items() & develop.items()
    assert with_cluster | develop == develop | with_cluster  # one .venv may have both


def test_make_lists_its_targets_from_their_own_comments() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = re.findall(r"^([a-z-]+):(?! ?=)", text, re.MULTILINE)
    assert targets
    assert all(re.search(rf"^  make {target} +\S", listed, re.MULTILINE) for target in targets)
    assert set(re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split()) == set(targets)  # type: ignore[index]
