"""Columns held while a table is divided."""

from pathlib import Path

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
