"""A folder of files as one table, from adopting to a run that is built again."""

import re

import pytest
from conftest import Project


def months(*which: int) -> dict[str, str]:
    """Return exams of some months as CSV, by the name of the file."""
    rows = {month: [(row * 7 % 10 + month / 10, row * month % 3) for row in range(60)] for month in which}
    text = {month: "".join(f"{a},{b},{int(a + b > 6)}\n" for a, b in of) for month, of in rows.items()}
    return {f"2026-{month:02}.csv": f"hours,courses,passed\n{of}" for month, of in text.items()}


@pytest.mark.long
def test_a_folder_of_months_is_adopted_built_tracked_and_built_again_and_a_wrong_row_of_a_new_one_is_told(
    project: Project,
) -> None:
    (project.folder / "months").mkdir()
    for name, text in (months(1, 2) | {"_SUCCESS": "", ".2026-01.csv.crc": "x"}).items():
        (project.folder / "months" / name).write_text(text, encoding="utf-8")
    project.stage("adopt", "months", "passed")
    (project.folder / "data/raw/months/.hidden").write_text("of an editor", encoding="utf-8")
    project.dvc("add", "data/raw/months")
    project.run("rm", "-r", "months")
    project.commit()
    assert "months: tracked as run" in project.dvc("repro").stdout
    project.commit()
    assert re.search(r"path: data/raw/months\n +hash: md5\n +md5: \w{32}\.dir", project.text("dvc.lock"))
    assert project.dvc("status").stdout == "Data and pipelines are up to date.\n"
    assert "3 of 3 runs are equal" in project.stage("verify", "all").stdout

    (new,) = months(3).items()
    (project.folder / "data/raw/months" / new[0]).write_text(new[1].replace("0.3,0,0", "none,0,0", 1), encoding="utf-8")
    done = project.dvc("repro", check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (255, False)
    assert 'data/raw/months/2026-03.csv, line 2: hours is "none", but a feature must be a number' in done.stderr
