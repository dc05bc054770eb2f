"""A table beyond memory, for real: what a limit that is set lower for a test cannot show."""

import sys
import tempfile
from pathlib import Path

import pytest
from conftest import ROOT

from tools.studies import bench_large

ROWS, FEATURES = 7_000_000, 10  # of which 5,250,000 train, more than are fitted in memory
MOST = 1000  # MB


@pytest.mark.long
def test_no_stage_takes_more_than_a_gigabyte_of_seven_million_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with tempfile.TemporaryDirectory() as parent:  # pytest would keep its gigabytes
        peaks = built(Path(parent))
    assert {stage: peak for stage, peak in peaks.items() if peak > MOST} == {}, peaks


def built(parent: Path) -> dict[str, float]:
    """Return the peak memory (MB) of each stage."""
    table, folder, peaks = parent / "large.csv", parent / "clone", {}
    bench_large.make_table(table, ROWS, FEATURES)
    bench_large.make_clone(folder, table, FEATURES, "auto")
    for stage in bench_large.STAGES:
        command = [sys.executable, "src", stage, *(["large"] if stage not in ("check", "report") else [])]
        _, peaks[stage] = bench_large.run(command, folder)
    return peaks
