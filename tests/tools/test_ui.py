"""What `make ui` shows, and what it keeps to itself."""

import os
import subprocess
from pathlib import Path

from conftest import ROOT


def ui(tmp_path: Path, uri: str) -> tuple[str, str]:
    """Return what ui.sh says for a store, and with what environment and command it serves it."""
    served = tmp_path / "mlflow"
    served.write_text('#!/bin/sh\necho "$MLFLOW_BACKEND_STORE_URI" mlflow "$@" >&2\n', encoding="utf-8")
    served.chmod(0o755)
    variables = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "MLFLOW_TRACKING_URI": uri}
    command = ["sh", str(ROOT / "src/tools/ui.sh"), "5001"]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
    return done.stdout, done.stderr


def test_a_database_is_served_on_this_machine_alone_and_its_address_is_on_no_command_line(tmp_path: Path) -> None:
    said, served = ui(tmp_path, "postgresql://ada:secret@127.0.0.1/runs")
    assert "http://127.0.0.1:5001" in said
    assert "secret" not in said
    assert served == ("postgresql://ada:secret@127.0.0.1/runs mlflow ui --host 127.0.0.1 --port 5001 --workers 1\n")


def test_a_server_is_named_without_its_password(tmp_path: Path) -> None:
    said, served = ui(tmp_path, "https://ada:secret@runs.example/exam")
    assert said == "MLFLOW_TRACKING_URI is a server already: open https://runs.example/exam in a browser\n"
    assert served == ""


def test_a_server_is_named_without_what_stands_in_its_query(tmp_path: Path) -> None:
    said, _ = ui(tmp_path, "https://runs.example/exam?token=secret")
    assert said == "MLFLOW_TRACKING_URI is a server already: open https://runs.example/exam in a browser\n"
