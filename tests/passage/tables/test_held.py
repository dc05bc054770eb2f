"""Columns held while a table is divided."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from passage.base import parquet
from passage.tables import held


def test_a_link_in_the_place_of_the_folder_is_removed_and_what_it_leads_to_stays_as_it_is(tmp_path: Path) -> None:
    elsewhere, place = tmp_path / "elsewhere", tmp_path / "split/.columns"
    place.parent.mkdir()
    elsewhere.mkdir()
    (elsewhere / "raw.parquet").write_text("somebody's")
    place.symlink_to(elsewhere)
    with held.folder(place) as given:
        given.mkdir()
        (given / "raw.parquet").write_text("ours")
    assert (elsewhere / "raw.parquet").read_text() == "somebody's"
    assert not place.exists()


def test_of_many_columns_each_has_small_row_groups_since_one_of_each_is_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writing 100,000 rows x 500 took 2.6 GB."""
    monkeypatch.setattr(parquet, "VALUES_TOGETHER", 40)
    table = held.Held(tmp_path, 9)
    table["x"], table["y"] = pd.Series(range(10)), pd.Series(range(10, 20))
    assert [pq.ParquetFile(path).metadata.num_row_groups for path in sorted(tmp_path.iterdir())] == [3, 3]
    assert pd.concat(table.parts(["y", "x"]))["y"].tolist() == [*range(10, 20)]
