"""make serve: MLflow's own server with a model of this project, and the same answers in each way to ask for them."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

import psutil
import pytest
from conftest import ROOT, Project
from mlflow import MlflowClient
from processes import free_port

Row = dict[str, str]
PAGE = (ROOT / "docs/serving.md").read_text(encoding="utf-8")


@dataclass
class Server:
    """A model that is served, and what its server has said."""

    address: str
    process: subprocess.Popen[str]

    def post(self, content: str, kind: str = "application/json") -> Any:
        asked = urllib.request.Request(self.address, content.encode(), {"Content-Type": kind})  # noqa: S310
        with urllib.request.urlopen(asked, timeout=60) as answered:  # noqa: S310
            return json.load(answered)["predictions"]

    def refusal(self, content: str) -> tuple[int, str]:
        with pytest.raises(HTTPError) as refused:
            self.post(content)
        return refused.value.code, refused.value.read().decode()


@pytest.fixture
def server(built: Project) -> Iterator[Server]:
    port = str(free_port())
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    process = subprocess.Popen(
        [sys.executable, "src", "serve", "model", port],
        cwd=built.folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")} | {"PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    said = next(line for line in process.stdout if line.startswith("models:/m-"))  # after what the server logs
    assert said.endswith(f": http://127.0.0.1:{port}/invocations\n")
    Thread(target=deque, args=(process.stdout, 0), daemon=True).start()  # it logs requests, and waits for a full pipe
    yield Server(said.split()[-1], process)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture
def rows(built: Project) -> list[Row]:
    """New rows as the project scored them."""
    return list(csv.DictReader(built.text("predictions/score/guessed_hours.csv").splitlines()))


@pytest.mark.long
def test_a_served_model_answers_like_score_refuses_in_words_and_ends_with_ctrl_c(
    built: Project, server: Server, rows: list[Row]
) -> None:
    expected = [float(row["probability"]) for row in rows]
    for hours in (float, str, lambda text: int(float(text))):
        records = [{"hours_studied": hours(row["hours_studied"]), "name": "Ada"} for row in rows]
        found = server.post(json.dumps({"dataframe_records": records}))
        assert [one["probability"] for one in found] == expected
        assert [one["outside_training_range"] for one in found].count(True) == 1
    table = "\n".join(["hours_studied", *(row["hours_studied"] for row in rows)])
    assert [one["probability"] for one in server.post(table, "text/csv")] == expected
    [curl] = re.findall(r"^(curl .*?)^```$", PAGE, flags=re.DOTALL | re.MULTILINE)
    asked = built.run("bash", "-ec", curl.replace("http://127.0.0.1:5001/invocations", server.address)).stdout
    first, second = (json.loads(line)["predictions"] for line in asked.replace("}{", "}\n{").splitlines())
    assert [one["outside_training_range"] for one in first] == [False, True]
    assert [one["probability"] for one in second] == expected
    (built.folder / "asked.csv").write_text(table, encoding="utf-8")
    uri = f"sqlite:///{built.folder}/mlflow.db"
    [run] = MlflowClient(uri).search_runs(["1"], "tags.model = 'model'")
    how = ["-m", f"runs:/{run.info.run_id}/model", "-i", "asked.csv", "-t", "csv", "-o", "answered.json"]
    built.run("mlflow", "models", "predict", *how, "--env-manager", "local", MLFLOW_TRACKING_URI=uri)
    assert [one["probability"] for one in json.loads(built.text("answered.json"))["predictions"]] == expected

    wrong = {"dataframe_records": [{"hours_studied": "a lot"}, {"hours_studied": 7, "name": "secret"}, {}]}
    code, words = server.refusal(json.dumps(wrong))
    assert code == 400
    assert json.loads(words)["message"].splitlines() == [
        'request, row 1: hours_studied is "a lot", but a feature must be a number',
        "request, row 3: hours_studied is missing, but a feature must be a number",
    ]
    assert "secret" not in words
    assert "Traceback" not in words
    os.killpg(server.process.pid, signal.SIGINT)
    server.process.wait(timeout=30)


REQUESTS, CONNECTIONS, SETTLED = 10_000, 8, 2_000
BAD: dict[str, dict[str, str | None]] = {
    'request, row 1: hours_studied is "a lot", but a feature must be a number': {"hours_studied": "a lot"},
    "request, row 1: hours_studied is missing, but a feature must be a number": {"hours_studied": None},
    "request: there is no hours_studied; the columns must be hours_studied, in whatever order": {"name": "secret"},
}


def resident(process: int) -> float:
    """Return how much memory (MB) a process and all that it has started hold."""
    root = psutil.Process(process)
    return float(sum(one.memory_info().rss for one in (root, *root.children(recursive=True)))) / 1e6


@pytest.mark.long
def test_ten_thousand_requests_are_answered_right_and_take_no_more_memory(server: Server, rows: list[Row]) -> None:
    bad, hours = list(BAD.items()), [{"hours_studied": row["hours_studied"]} for row in rows]

    def ask(numbers: range) -> int:
        with closing(HTTPConnection(urlsplit(server.address).netloc, timeout=60)) as connection:
            return sum(is_bad(connection, number) for number in numbers)

    def is_bad(connection: HTTPConnection, number: int) -> bool:
        words, wrong = bad[number // 20 % len(bad)] if number % 20 == 0 else ("", None)
        body = json.dumps({"dataframe_records": [wrong or hours[number % len(rows)]]})
        connection.request("POST", "/invocations", body, {"Content-Type": "application/json"})
        answered = connection.getresponse()
        found = json.load(answered)
        if wrong:
            assert (answered.status, found["message"], "stack_trace" in found) == (400, words, False)
        else:
            assert answered.status == 200
            assert found["predictions"][0]["probability"] == float(rows[number % len(rows)]["probability"])
        return wrong is not None

    def requests(first: int, last: int) -> int:
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            return sum(pool.map(ask, [range(first + start, last, CONNECTIONS) for start in range(CONNECTIONS)]))

    wrong, settled = requests(0, SETTLED), resident(server.process.pid)
    wrong += requests(SETTLED, REQUESTS)
    assert wrong == REQUESTS / 20
    print(f"MB after {SETTLED}: {settled:.1f}, after {REQUESTS}: {resident(server.process.pid):.1f}")
    assert resident(server.process.pid) < 1.02 * settled


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("nobody", "MODEL is nobody, but it must be model and model_2, the id of a run"),
        ("0" * 32, f"exam-passage has no run {'0' * 32} with a model"),
        ("exam@champion", "MLflow's registry has no exam@champion"),
    ],
)
def test_a_model_that_is_nowhere_is_named(built: Project, model: str, words: str) -> None:
    done = built.stage("serve", model, str(free_port()), check=False)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_the_python_of_the_page_answers_like_score(built: Project) -> None:
    [program] = re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.DOTALL | re.MULTILINE)
    answered = built.run(sys.executable, "-c", program).stdout
    assert "505.242820" in answered


ADDRESS = """
import mlflow
import sys
sys.path.insert(0, "src")
from passage.tracking import models, runs
print(models.address("exam@champion", "exam-passage", ["model"]))
runs._delete(mlflow.get_run(sys.argv[1]))
print(mlflow.get_run(sys.argv[1]).info.lifecycle_stage)
"""


def test_a_registered_model_is_found_by_its_alias_which_goes_back_and_its_run_is_not_cleared_away(
    built: Project,
) -> None:
    client = MlflowClient(f"sqlite:///{built.folder}/mlflow.db")
    [run], [newer] = (client.search_runs(["1"], f"tags.model = '{name}'") for name in ("model", "model_2"))
    [block] = re.findall(r"^(export MLFLOW.*?)^make serve", PAGE, flags=re.DOTALL | re.MULTILINE)
    built.run("bash", "-ec", block.replace("RUN/", f"{run.info.run_id}/"))
    later = block.replace("RUN/model", f"{newer.info.run_id}/model_2").replace('"champion", 1', '"champion", 2')
    built.run("bash", "-ec", later)
    assert client.get_model_version_by_alias("exam", "champion").run_id == newer.info.run_id
    export, _, alias = block.splitlines()
    built.run("bash", "-ec", f"{export}\n{alias}")
    client._tracking_client.store.engine.dispose()
    said = built.run(sys.executable, "-c", ADDRESS, run.info.run_id).stdout
    assert said.split() == ["models:/exam/1", "active"]
