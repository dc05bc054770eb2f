"""Where a store is, without MLflow."""

import shutil
from pathlib import Path

import pytest

from passage.base.errors import Unreachable
from passage.tracking.location import locate

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


@pytest.mark.parametrize("uri", ["htp://x", "http:/x", "mlruns", "file:///srv/mlruns", "sqlite:store.db"])
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
