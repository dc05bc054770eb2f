"""What `make setup` refuses to touch."""

import subprocess
from pathlib import Path

from conftest import ROOT


def test_a_link_in_the_place_of_the_environment_is_refused_and_what_it_leads_to_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").touch()
    (tmp_path / ".venv").symlink_to("mine")
    command = ["sh", str(ROOT / "src/tools/setup.sh"), "requirements.lock", ".venv/ready-1/run"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith(
        "setup: .venv is a link, and what it leads to would be emptied or written into; remove "
    )
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]
