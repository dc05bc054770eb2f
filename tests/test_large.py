"""A table beyond memory, for real: what a limit that is set lower for a test cannot show."""

import sys
import tempfile
from pathlib import Path

import pytest
from conftest import ROOT

from tools.studies import bench_large

MANY = (7_000_000, 10)  # rows and features; of the rows 5,250,000 train, more than are fitted in memory
WIDE = (100_000, 500)  # of which 75,000 train, in memory
MOST = 1000  # MB


@pytest.mark.long
@pytest.mark.parametrize("shape", [MANY, WIDE])
def test_no_stage_takes_more_than_a_gigabyte_of_a_large_table(
    shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    with tempfile.TemporaryDirectory() as parent:  # pytest would keep its gigabytes
        peaks = built(Path(parent), *shape)
    assert {stage: peak for stage, peak in peaks.items() if peak > MOST} == {}, peaks


def built(parent: Path, rows: int, features: int) -> dict[str, float]:
    """Return the peak memory (MB) of each stage."""
    table, folder, peaks = parent / "large.csv", parent / "clone", {}
    bench_large.make_table(table, rows, features)
    bench_large.make_clone(folder, table, features, "auto")
    for stage in bench_large.STAGES:
        command = [sys.executable, "src", stage, *(["large"] if stage not in ("check", "report") else [])]
        _, peaks[stage] = bench_large.run(command, folder)
    return peaks
