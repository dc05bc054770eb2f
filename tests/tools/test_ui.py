"""What `make ui` shows, and what it keeps to itself."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Project
from mlflow import MlflowClient
from processes import free_port

from passage.base.errors import Mistake
from passage.tracking import results_view
from tools.ui import refuse_taken

# Stands for MLflow: says what it is started with, answers once, and ends some seconds later.
SERVER = """#!{python}
import http.server, os, select, sys
said = [os.environ[name] for name in ("MLFLOW_BACKEND_STORE_URI", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION")]
print(*said, "mlflow", *sys.argv[1:], file=sys.stderr, flush=True)
if "answers" in sys.argv[0]:
    port = int(sys.argv[sys.argv.index("--port") + 1])
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200); self.end_headers()
        def log_message(self, *_): pass
    http.server.HTTPServer(("127.0.0.1", port), Answer).handle_request()
    select.select([sys.stdin], [], [], 60)
"""


@pytest.fixture
def port() -> str:
    return str(free_port())


def ui(tmp_path: Path, uri: str, port: str, kind: str = "silent") -> subprocess.Popen[str]:
    """Start `make ui` for a store, with a server that ends at once, or one that answers."""
    served = tmp_path / kind / "mlflow"
    served.parent.mkdir()
    served.write_text(SERVER.format(python=sys.executable), encoding="utf-8")
    served.chmod(0o755)
    variables = os.environ | {"PATH": f"{served.parent}:{os.environ['PATH']}", "MLFLOW_TRACKING_URI": uri}
    command = [sys.executable, str(ROOT / "src"), "ui", port]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, env=variables, text=True, **pipes)  # type: ignore[call-overload, no-any-return]


def test_a_database_is_served_on_this_machine_alone_and_its_address_is_on_no_command_line(
    tmp_path: Path, port: str
) -> None:
    said, served = ui(tmp_path, "postgresql://ada:secret@127.0.0.1/runs", port).communicate(timeout=60)
    assert said == "", "a server that ended has no address"
    command = f"mlflow ui --host 127.0.0.1 --port {port} --workers 1"
    assert served == f"postgresql://ada:secret@127.0.0.1/runs false {command}\n"


@pytest.mark.parametrize("known", [True, False])
def test_the_address_is_said_once_the_server_answers_and_opens_the_results(
    tmp_path: Path, port: str, ready_store: None, known: bool
) -> None:
    uri, where = f"sqlite:///{tmp_path}/mlflow.db", ""
    if known:
        client = MlflowClient(uri)
        number = client.create_experiment("exam-passage", tags=results_view.TAGS)
        where = f"/{results_view.page(number, results_view.TAGS)}"
        client._tracking_client.store.engine.dispose()
    started = ui(tmp_path, uri, port, "answers")
    assert started.stdout
    assert started.stdout.readline() == f"The results in MLflow (Ctrl-C ends it): http://127.0.0.1:{port}{where}\n"
    started.communicate("", timeout=60)


@pytest.mark.parametrize("address", ["ada:secret@127.0.0.1:{}/exam", "127.0.0.1:{}/exam?token=secret"])
def test_a_server_is_named_without_what_is_secret(tmp_path: Path, port: str, address: str) -> None:
    said, served = ui(tmp_path, f"http://{address.format(port)}", port).communicate(timeout=60)
    assert said == f"MLFLOW_TRACKING_URI is a server already: open http://127.0.0.1:{port}/exam in a browser\n"
    assert served == ""


def test_a_port_that_another_program_has_is_refused_in_a_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        with pytest.raises(Mistake, match=rf"^another program answers on port {taken} .* `make ui PORT={taken + 1}`$"):
            refuse_taken(str(taken), "ui")
    for none in ("", "x", "0", "65536", "-1"):
        with pytest.raises(Mistake, match=r"^PORT is '.*', but it must be a number from 1 to 65535$"):
            refuse_taken(none, "ui")


def test_the_makefile_hands_over_what_was_typed(project: Project) -> None:
    assert 'python3 src ui "5001"' in project.run("make", "-n", "ui", "PORT=5001").stdout
