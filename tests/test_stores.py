"""Another store, a deleted one, and what may be wrong with one, with the real DVC around it."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from conftest import Project

RECEIPT = "mlruns/receipt.json"


def finished(database: Path) -> int:
    query = "select count(distinct run_uuid) from runs join tags using (run_uuid) where key = 'fingerprint' "
    query += "and status = 'FINISHED' and lifecycle_stage = 'active'"
    with closing(sqlite3.connect(database)) as store:
        return int(store.execute(query).fetchone()[0])


def move_away(database: Path) -> Callable[[], object]:
    gone = database.parent.rename(database.parent.with_name("gone"))
    return lambda: gone.rename(database.parent)


def lock(database: Path) -> Callable[[], object]:
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    return other.close


def make_newer(database: Path) -> Callable[[], object]:
    shutil.copy(database, database.with_name("own.db"))
    with closing(sqlite3.connect(database)) as store, store:
        store.execute("UPDATE alembic_version SET version_num = 'ffff'")
    return lambda: database.with_name("own.db").replace(database)


def spoil(database: Path) -> Callable[[], object]:
    database.rename(database.with_name("own.db"))
    database.write_text("notes\n" * 1000, encoding="utf-8")
    return lambda: database.with_name("own.db").replace(database)


def test_another_store_and_a_deleted_one_get_the_current_results_with_the_documented_command(
    built: Project, tmp_path: Path
) -> None:
    database = tmp_path / "team/store.db"
    database.parent.mkdir()
    for _ in range(2):
        built.dvc("repro", "-sf", "track", MLFLOW_TRACKING_URI=f"sqlite:///{database}")
        assert finished(database) == 2
        database.unlink()


@pytest.mark.long
@pytest.mark.parametrize(
    ("ail", "said"),
    [
        (move_away, "is its disk there?"),
        (lock, "database is locked"),
        (make_newer, "another version of MLflow made it"),
        (spoil, "file is not a database"),
    ],
)
def test_a_store_in_trouble_is_told_in_one_line_and_the_next_repro_delivers(
    built: Project, tmp_path: Path, ail: Callable[[Path], Callable[[], object]], said: str
) -> None:
    database = tmp_path / "team/store.db"
    database.parent.mkdir()
    uri = f"sqlite:///{database}"
    built.stage("track", MLFLOW_TRACKING_URI=uri)
    (built.folder / RECEIPT).unlink()
    heal = ail(database)
    before = built.text("dvc.lock")
    done = built.dvc("repro", check=False, MLFLOW_TRACKING_URI=uri)
    assert done.returncode
    ours = [line for line in done.stderr.splitlines() if line.strip() and not line.startswith("ERROR: ")]
    assert [said in line for line in ours] == [True, False], done.stderr
    assert ours[1] == "All else is built; the next `dvc repro` hands the results over."
    assert built.text("dvc.lock") == before
    heal()
    assert "this result is run" in built.dvc("repro", MLFLOW_TRACKING_URI=uri).stdout
    assert finished(database) == 2
