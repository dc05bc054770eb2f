"""Where a store is, without MLflow."""

import shutil
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from passage.base.errors import Unreachable
from passage.tracking.location import locate, without_secrets

ROOT = Path("/home/ada/exam")


def test_without_a_uri_the_store_lies_in_the_root_with_its_artifacts_and_lock() -> None:
    store = locate(None, ROOT)
    assert store.uri == "sqlite:////home/ada/exam/mlflow.db"
    assert store.database == ROOT / "mlflow.db"
    assert store.lock == ROOT / "mlflow.db.lock"
    assert store.artifacts == "file:///home/ada/exam/mlruns"


def test_artifacts_and_lock_of_another_database_lie_beside_it() -> None:
    for uri in ("sqlite:////srv/team/store.db", "sqlite:///../../../srv/team/store.db"):
        store = locate(uri, ROOT)
        assert store.lock.resolve() == Path("/srv/team/store.db.lock")
    assert locate("sqlite:////srv/team/store.db", ROOT).artifacts == "file:///srv/team/mlruns"


def test_a_server_keeps_its_artifacts_and_is_shown_without_the_password() -> None:
    store = locate("https://ada:secret@mlflow.example:5000/x", ROOT)
    assert (store.database, store.artifacts) == (None, None)
    assert store.shown == "https://mlflow.example:5000/x"
    assert store.lock == ROOT / "mlruns/.lock"


@pytest.mark.parametrize("uri", ["htp://x", "http:/x", "https:/x", "mlruns", "file:///srv/mlruns", "sqlite:store.db"])
def test_what_is_no_store_is_refused_in_one_line(uri: str) -> None:
    with pytest.raises(Unreachable, match=f'^MLFLOW_TRACKING_URI is "{uri}", but it must be [^\n]*$'):
        locate(uri, ROOT)


def test_a_database_may_be_reached_by_a_socket() -> None:
    assert locate("postgresql:///runs?host=/run/postgresql", ROOT).database is None


def test_a_clone_has_a_name_of_its_own_that_tells_nothing(tmp_path: Path) -> None:
    here = locate(None, tmp_path / "here").writer
    shutil.copytree(tmp_path / "here", tmp_path / "there")
    assert len(here) == 16
    assert locate("http://x", tmp_path / "here").writer == here
    assert locate(None, tmp_path / "there").writer != here, "a copy"
    shutil.rmtree(tmp_path / "here")
    assert locate(None, tmp_path / "here").writer != here, "one of the same path, on another machine of the same name"


def test_what_is_refused_is_shown_without_the_password() -> None:
    with pytest.raises(Unreachable, match=r'^MLFLOW_TRACKING_URI is "htp://x", but'):
        locate("htp://ada:secret@x", ROOT)


@given(
    st.sampled_from(
        [
            "postgresql://ada:{}@db.example/runs",
            "postgresql+psycopg://db.example:5432/runs?user=ada&password={}",
            "postgresql:///runs?host=/run/postgresql&password={}#x",
            "https://{}@mlflow.example/x",
            "https://mlflow.example/x?token={}",
            "htp://ada:{}@x",
            "sqlite:///runs.db?key={}",
            "ada:{}@mlflow.example",
        ]
    ),
    st.text("a1/?#@:&=%", min_size=1),
)
@example("postgresql://ada:{}@db.example/runs", "pa/ss@w?o#rd")
@example("postgresql+psycopg://db.example:5432/runs?user=ada&password={}", "pa@ss")
@example("ada:{}@mlflow.example", "://")
def test_no_part_of_a_secret_is_shown_wherever_it_stands(uri: str, rest: str) -> None:
    shown = without_secrets(uri.format(f"hunter{rest}hunter"))
    assert "hunter" not in shown
    assert "ada" not in shown


def test_what_is_no_secret_is_shown() -> None:
    for uri in ("postgresql://db.example:5432/runs", "sqlite:////home/a@b/x.db", "http://127.0.0.1:5000", "mlruns"):
        assert without_secrets(uri) == uri
