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
from conftest import ROOT

SRC = ROOT / "src"
STAGES = sorted(path.stem for path in (SRC / "stages").glob("*.py"))
MODULES = sorted(path.relative_to(SRC) for path in SRC.rglob("*.py"))


def stage(name: str) -> dict[str, Any]:
    found = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"][name]
    return found.get("do", found)  # type: ignore[no-any-return]


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
from passage import environment, errors, orphan, warm
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


@pytest.mark.parametrize("name", STAGES)
def test_a_stages_deps_are_exactly_the_files_it_imports_and_the_lock_and_it_waits_for_nothing_else(name: str) -> None:
    ours, modules = loaded(name)
    listed = {dep for dep in stage(name)["deps"] if dep.startswith("src/") or dep == "requirements.lock"}
    templates = (SRC / "passage").rglob("*.jinja") if name == "report" else ()
    assert listed == ours | {str(path.relative_to(ROOT)) for path in templates} | {"requirements.lock"}
    assert ("mlflow" in modules) == (name == "track")
    assert ("matplotlib" in modules) == (name == "evaluate")
    if name in ("check", "report"):
        assert not {"pandas", "sklearn"} & modules
    if name in ("predict", "score"):
        assert "sklearn" not in modules


def test_every_stage_of_dvc_yaml_is_a_file_and_the_other_way_round() -> None:
    assert sorted(yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]) == STAGES


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_imports_go_one_way(path: Path) -> None:
    allowed = {"__main__.py": {"passage"}, "passage": {"passage"}, "stages": {"passage"}, "tools": {"passage"}}
    ours = imported(path) & {"passage", "stages", "tools"}
    assert ours <= allowed[path.parts[0]]


def test_one_package_imports_mlflow_and_one_module_writes_files() -> None:
    assert {str(path.parent) for path in MODULES if "mlflow" in imported(path)} == {"passage/tracking"}
    writing = re.compile(
        r"\.write_text\(|\.write_bytes\(|open\([^)]*[\"'][wax]|to_csv\(|to_parquet\(|json\.dump\(|os\.replace\("
    )
    stages = [path for path in MODULES if path.parts[0] in ("stages", "passage")]
    ours = re.compile(r"files\.write_(text|bytes)\(")
    writers = [str(path) for path in stages if writing.search(ours.sub("", (SRC / path).read_text()))]
    assert writers == ["passage/files.py"]


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_fits_on_a_screen(name: str) -> None:
    assert len((SRC / "stages" / f"{name}.py").read_text(encoding="utf-8").splitlines()) <= 70


def test_locks_pin_every_package_once_with_hashes_and_no_address() -> None:
    locks = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("requirements.lock", "requirements-dev.lock")}
    for text in locks.values():
        names = re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE)
        assert len(names) == len(set(names)) > 100
        assert len(re.findall(r"^[a-z0-9-]+==[^\n]*\\\n    --hash=sha256:", text, re.MULTILINE)) == len(names)
        assert "://" not in text
    pins = {name: set(re.findall(r"^[a-z0-9-]+==[^ ]+", text, re.MULTILINE)) for name, text in locks.items()}
    assert pins["requirements.lock"] <= pins["requirements-dev.lock"]


def test_make_lists_its_targets_from_their_own_comments() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = re.findall(r"^([a-z-]+):(?! ?=)", text, re.MULTILINE)
    assert targets
    assert all(re.search(rf"^  make {target} +\S", listed, re.MULTILINE) for target in targets)
    assert set(re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split()) == set(targets)  # type: ignore[index]
