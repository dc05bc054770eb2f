"""What the comparison on a large table is made of; the times themselves are no test."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tools.studies import bench_large


def test_the_drawn_table_is_one_that_the_plain_script_learns_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench_large, "AT_ONCE", 700)
    bench_large.make_table(tmp_path / "large.csv", 2000, 3)
    rows = pd.read_csv(tmp_path / "large.csv")
    assert list(rows) == ["x1", "x2", "x3", "y"]
    assert (len(rows), set(rows["y"])) == (2000, {0, 1})
    assert rows["x1"].is_unique
    plain = [sys.executable, str(Path(bench_large.__file__).with_name("plain.py")), str(tmp_path / "large.csv"), "y"]
    told = subprocess.run(plain, capture_output=True, text=True, check=True).stdout
    assert 0.55 < float(told.split("accuracy ")[1].split()[0]) < 0.9


def test_ratios_are_those_of_a_round_and_aims_stand_beside_them() -> None:
    found = {"plain script": [(4.0, 1000.0), (8.0, 1000.0)], "changed C": [(4.0, 500.0), (4.0, 500.0)]}
    plain, changed = bench_large.lines(3_000_000, 10, found)
    assert plain == "| 3,000,000 x 10 | plain script | 6.0 s | 1.00 | 1,000 MB | 1.00 |  |"
    assert changed == "| 3,000,000 x 10 | changed C | 4.0 s | 0.75 | 500 MB | 0.50 | 1.0, 0.5 |"


@pytest.mark.parametrize("outlives", [False, True])
def test_a_command_is_measured_with_the_largest_of_its_processes(tmp_path: Path, outlives: bool) -> None:
    if outlives and sys.platform != "linux":
        pytest.skip("Linux alone hands such a process on")
    inner = """import subprocess, sys; subprocess.run([sys.executable, '-c', 'x = b"x" * 1_200_000_000'], check=True)"""
    if outlives:  # as what DVC's first stage leaves behind
        inner = "import os; os.fork() and os._exit(0); " + inner
    wall, peak = bench_large.run([sys.executable, "-c", inner], tmp_path)
    assert wall > 0
    assert 1200 < peak < 1500
    with pytest.raises(RuntimeError, match="failed in"):
        bench_large.run([sys.executable, "-c", "raise SystemExit(3)"], tmp_path)


def test_a_category_of_so_many_levels_is_drawn_beside_the_numbers(tmp_path: Path) -> None:
    bench_large.make_table(tmp_path / "large.csv", 300, 1, levels=7)
    assert pd.read_csv(tmp_path / "large.csv")["level"].nunique() == 7


@pytest.mark.long
def test_the_time_of_each_stage_is_a_row_of_a_table(tmp_path: Path) -> None:
    shape, *seconds = bench_large.stages(tmp_path, 300, 1, "newton-cholesky", 3).strip("| ").split(" | ")
    assert shape == "300 x 1 and 3 levels"
    assert len(seconds) == len(bench_large.STAGES)
    assert min(map(float, seconds)) > 0
