"""No path of a machine-written file leads out of what this project's own stages write."""

import tempfile
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from hypothesis import example, given
from hypothesis import strategies as st

from passage.base import files, lock, paths
from passage.base.errors import Mistake

STAGES = ("check", "split", "train", "evaluate", "score", "report", "track", "evil")
parts = st.sampled_from(
    [
        *("", "a\0b", "a\nb", "..", ".", "~", ".git", ".dvc", "hooks", "config", "src", "link", "gone", "score"),
        *("data", "raw", "split", "models", "metrics", "plots", "pictures", "predictions", "report", "exam_hours.csv"),
        *("train.parquet", "model.json", "gone.json", "gone.csv", "roc.svg", "index.html"),
    ]
)
texts = st.builds(lambda root, names: root + "/".join(names), st.sampled_from(["", "/", "//"]), st.lists(parts))
names = parts | st.text()


@given(texts | st.text(), st.sampled_from(STAGES), names)
@example("../gone/models/gone/model.json", "train", "gone")
@example("models/../../model.json", "train", "..")
@example("models/gone/model.json", "train", "gone")
@example("predictions/gone/test.csv", "train", "gone")
@example("data/raw/exam_hours.csv", "split", "gone")
@example("plots/gone/pictures/../../../x.svg", "evaluate", "gone")
@example("plots/gone/pictures/roc.svg", "evaluate", "gone")
def test_no_path_escapes_from_what_a_stage_writes(text: str, stage: str, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root, outside = Path(folder, "root"), Path(folder, "outside")
        for made in (root / "plots/gone", outside / "gone"):
            made.mkdir(parents=True)
        for link in (root / "link", root / "models", root / "plots/gone/pictures"):
            link.symlink_to(outside)
        ours, any_ones = lock.written_by(f"{stage}@{name}", text, root), lock.written(text, root)
        for found in filter(None, (ours, any_ones, lock.below(text, root))):
            assert (root / found).parent.resolve().is_relative_to(root.resolve())
            assert not {".git", ".dvc", ".."} & {*found.parts}
        if any_ones:
            assert any_ones.parts[0] in ("data", "metrics", "models", "mlruns", "plots", "predictions", "report")
            assert any_ones.parts[:2] != ("data", "raw")
        if ours and name:
            assert paths.is_name(name)
            assert name in (*ours.parts, ours.stem), "only its own lane's"


def test_every_output_in_the_committed_lock_is_its_own_stages() -> None:
    stages = yaml.safe_load((ROOT / "dvc.lock").read_text(encoding="utf-8"))["stages"]
    assert lock.foreign(stages) == []
    named = [out["path"] for entry in stages.values() for out in entry.get("outs", [])]
    assert [output.path.as_posix() for output in lock.outputs(stages)] == named
    assert all(lock.written(path) for path in named)
    assert not lock.written_by("train@model", "models/model_2/model.json"), "another lane's"


def test_a_record_of_a_table_may_only_name_a_file_beside_it(tmp_path: Path) -> None:
    record = tmp_path / "data/raw/of 2024/large.csv.dvc"
    files.write_text(record, "outs:\n- md5: a12\n  path: large.csv\n")
    assert list(lock.tables(tmp_path)) == [(record, record.with_name("large.csv"), "a12")]
    for wrong in ("path: ../x.csv", "path: /x.csv", "path: a/x.csv", "path: .git", "path: x\nwdir: .."):
        files.write_text(record, f"outs:\n- md5: a12\n  {wrong}\n")
        with pytest.raises(Mistake, match="it may only name a table beside it"):
            list(lock.tables(tmp_path))
    for wrong in ("outs: 3", "[", "md5: 12", "outs:\n- path: x"):
        files.write_text(record, wrong)
        with pytest.raises(Mistake, match="it does not say which table DVC keeps"):
            list(lock.tables(tmp_path))


def test_a_record_that_two_branches_changed_is_told_as_a_merge_with_the_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sides = "<<<<<<< HEAD\n- md5: a12\n=======\n- md5: b34\n>>>>>>> other\n"
    files.write_text(Path("data/raw/of 2024/large.csv.dvc"), f"outs:\n{sides}  path: large.csv\n")
    told = r"large.csv.dvc, line 2: both sides of a merge .*; choose one: `git checkout --ours 'data/raw/of 2024/large"
    with pytest.raises(Mistake, match=told):
        list(lock.tables())


def test_no_lock_has_no_stages_and_half_of_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert lock.read() == {}
    for text in ("stages: [", "- check"):
        Path("dvc.lock").write_text(text, encoding="utf-8")
        with pytest.raises(
            Mistake, match=r"^dvc\.lock: it is half-written or damaged; `python3 src mend` puts it right$"
        ):
            lock.read()
