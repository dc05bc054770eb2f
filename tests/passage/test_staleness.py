"""Whether a dvc.lock belongs to its commit."""

from typing import Any

import pytest

from passage.staleness import stale

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


@pytest.mark.parametrize(
    ("settings", "files", "stages", "words"),
    [
        (SETTINGS, FILES | {"src/fit.py": "g"}, STAGES, "src/fit.py is not the one that train@m was built from"),
        (SETTINGS, {"src/fit.py": "f"}, STAGES, "raw.csv is not the one that split@m was built from"),
        ({"models": {}}, FILES, STAGES, "models.m.train in params.yaml is not the one that train@m was built from"),
        (SETTINGS, FILES, [*STAGES, "evaluate@m"], "dvc.lock does not know evaluate@m"),
    ],
)
def test_what_changed_since_is_named(
    settings: dict[str, Any], files: dict[str, str], stages: list[str], words: str
) -> None:
    assert stale(LOCK, settings, stages, files.get) == words


def test_a_stage_that_was_built_from_other_rows_than_the_split_now_gives_is_stale() -> None:
    lock = LOCK | {"split@m": LOCK["split@m"] | {"outs": [{"path": "train.parquet", "md5": "other"}]}}
    assert stale(lock, SETTINGS, STAGES, FILES.get) == "train.parquet is not the one that train@m was built from"
