"""Runs that are built again, and how unequal ones are told."""

import dataclasses
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import pytest
import skops.io
from conftest import ROOT, Project
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag
from mlflow.store.artifact.models_artifact_repo import REGISTERED_MODEL_META_FILE_NAME
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from mlflow.utils.mlflow_tags import MLFLOW_DATASET_CONTEXT

from passage.base import files
from passage.base.errors import Mistake
from passage.tracking import results_view, runs
from passage.tracking.runs import Kept
from tools import verify
from tools.rebuild import clone
from tools.rebuild.clone import Source

TABLES = {
    "data/raw/raw.csv": "7b8d90b631886d7b37b3bc6eeec4ede0",
    "data/raw/other.csv": "db483c04bf692ae094f9db18b070db46",
}  # each holds its own name; with the MD5 of that
COMMIT, GONE = "c" * 40, "d" * 40
SAME, OTHER, LARGE = "models/m/model.json", "metrics/m.json", "data/split/m/train.parquet"


@pytest.fixture
def run(tmp_path: Path) -> Kept:
    """What a run keeps of three outputs, the last one by its hash alone."""
    kept = tmp_path / "run"
    for path in (SAME, OTHER, LARGE, "params.yaml"):
        files.write_text(kept / path, f"{path}\n")
    hashes = {path: files.file_hash("sha256", kept / path) for path in (SAME, OTHER, LARGE)}
    files.write_json(kept / "rebuild/outputs.json", hashes)
    shutil.copytree(kept, tmp_path / "rebuilt")
    (kept / LARGE).unlink()
    tags = {"model": "m", "git.commit": COMMIT, "git.dirty": "false", "data.md5": "d"}
    return Kept("id", "m", tags, {"data": "data/raw/raw.csv"}, kept)


def differences(run: Kept) -> dict[str, str | None]:
    return {one.path: one.difference for one in verify.compare(run, run.folder.parent / "rebuilt")}


def test_what_differs_is_told_by_its_first_difference(run: Kept) -> None:
    rebuilt = run.folder.parent / "rebuilt"
    for path in (OTHER, LARGE):
        files.write_text(rebuilt / path, "another\n")
    files.write_text(rebuilt / "models/m/more.json", "{}\n")
    (rebuilt / SAME).unlink()
    assert differences(run) == {
        SAME: "the rebuild does not have it",
        OTHER: "line 1: the run has `metrics/m.json`, the rebuild `another`",
        LARGE: "of this file, the run keeps the hash alone",
        "models/m/more.json": "only the rebuild has it",
    }
    lines = verify.table(verify.Verdict(run, verify.compare(run, rebuilt)), every_file=True).splitlines()
    assert f"  DIFFERS  {OTHER}: line 1: the run has `metrics/m.json`, the rebuild `another`" in lines
    assert lines[-1] == "m (id): 0 of 4 files are equal, byte for byte"


def test_a_file_that_is_compared_by_its_hash_alone_says_so(run: Kept) -> None:
    verdict = verify.Verdict(run, verify.compare(run, run.folder.parent / "rebuilt"))
    count = "m (id): 3 of 3 files are equal, byte for byte, 1 of them by the hash"
    assert verify.table(verdict, every_file=True).splitlines() == [
        f"  equal    {LARGE} (by its hash: the run keeps no copy)",
        f"  equal    {OTHER}",
        f"  equal    {SAME}",
        count,
    ]
    assert verify.table(verdict, every_file=False) == count


def test_a_run_from_before_there_was_a_list_is_held_to_the_files_it_keeps(run: Kept) -> None:
    (run.folder / runs.OUTPUTS).unlink()
    files.write_text(run.folder / runs.CHANGES, "what differed from the commit")
    files.write_text(run.folder.parent / "rebuilt" / OTHER, "another\n")
    assert {path for path, difference in differences(run).items() if difference} == {OTHER}
    assert len(differences(run)) == 2


def test_a_run_that_does_not_say_what_it_was_built_from_cannot_be_rebuilt(run: Kept) -> None:
    assert verify.source(run).commit == COMMIT
    empty = run.folder.parent / "empty"
    for said, changed in {
        "outside Git": {"tags": {"model": "m"}},
        "does not keep": {"tags": run.tags | {"git.dirty": "true"}},
        r"git.left_out is cut off: \[\"data/raw/l$": {"tags": run.tags | {"git.left_out": '["data/raw/l'}},
        "its tags and parameters lack data, data.md5": {"tags": {"model": "m", "git.commit": COMMIT}, "params": {}},
        "name no commit": {"tags": run.tags | {"git.commit": "--orphan=x"}},
        "no model: .*'../x'": {"tags": run.tags | {"model": "../x"}},
        "no table below data/raw/": {"params": {"data": "/etc/hostname"}},
        r"its artifacts are gone: no params\.yaml": {"folder": empty},
        "its artifacts cannot be read: no answer": {"folder": empty, "problem": "no answer"},
    }.items():
        with pytest.raises(Mistake, match=said):
            verify.source(dataclasses.replace(run, **changed))  # type: ignore[arg-type]


def test_of_a_run_whose_one_change_was_too_large_for_a_patch_the_file_is_named(run: Kept) -> None:
    tags = run.tags | {"git.dirty": "true", "git.left_out": '["data/raw/large.csv"]'}
    assert verify.source(dataclasses.replace(run, tags=tags)).left_out == ("data/raw/large.csv",)


def test_a_run_whose_outputs_are_gone_or_whose_list_is_damaged_is_not_equal_to_anything(run: Kept) -> None:
    rebuilt = run.folder.parent / "rebuilt"
    for damaged in ('{"models/m', "null", "[1]"):
        files.write_text(run.folder / "rebuild/outputs.json", damaged)
        assert verify.verdict(run, rebuilt).problem == "its rebuild/outputs.json is damaged"
    shutil.rmtree(run.folder)
    files.write_text(run.folder / "params.yaml", "")
    assert verify.verdict(run, rebuilt).problem == "its outputs are gone"


@pytest.mark.parametrize("path", ["/etc/hostname", "../../x", ".git/config", "models/m/../../x", "data/raw/x.csv"])
def test_what_a_run_lists_and_no_stage_writes_is_not_read(run: Kept, path: str) -> None:
    files.write_json(run.folder / "rebuild/outputs.json", {path: "0"})
    with pytest.raises(Mistake, match=r"^its rebuild/outputs.json names .*, which no stage of this project writes$"):
        verify.compare(run, run.folder.parent / "rebuilt")


def test_runs_of_one_state_share_a_build_also_where_their_tables_differ(
    run: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And only the run whose table is another one goes without a verdict on its files."""
    built: list[Path] = []

    def prepare(what: Source, folder: Path, repository: Path, own_environment: bool) -> dict[str, str]:
        shutil.copytree(tmp_path / "rebuilt", folder)
        for name in TABLES:
            files.write_text(folder / name, Path(name).name)
        return {}

    def of(name: str, table: str, md5: str, commit: str = COMMIT) -> Kept:
        tags = run.tags | {"data.md5": md5, "git.commit": commit}
        return dataclasses.replace(run, id=name, tags=tags, params={"data": table})

    monkeypatch.setattr(verify, "prepare", prepare)
    monkeypatch.setattr(verify, "build", lambda folder, variables: built.append(folder))
    monkeypatch.setattr(verify, "with_records", lambda verdicts, *_: verdicts)
    raw, other = TABLES
    same = [of("one", raw, TABLES[raw]), of("two", other, TABLES[other]), of("changed", raw, TABLES[other])]
    verdicts = list(verify.verify([*same, of("later", raw, TABLES[raw], "d" * 40)], False, tmp_path))
    assert {verdict.run.id: (len(verdict.files), verdict.problem[:17]) for verdict in verdicts} == {
        "one": (3, ""),
        "two": (3, ""),
        "changed": (0, "its table data/ra"),
        "later": (3, ""),
    }
    assert len(built) == 2
    assert not any(folder.exists() for folder in built)


Call = Callable[..., int]


@pytest.fixture
def store_with(run: Kept, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Call]:
    """Return `main` for a store that holds the runs which are given, each of which is rebuilt as `rebuilt` is."""

    @contextmanager
    def readable(_: str) -> Iterator[str]:
        yield "0"

    def prepare(what: Source, folder: Path, repository: Path, own_environment: bool) -> dict[str, str]:
        if what.commit == GONE:
            raise Mistake("its commit is gone")
        shutil.copytree(run.folder.parent / "rebuilt", folder)
        return {}

    def holding(*of: Kept) -> Call:
        stored = {f"{number:032x}": one for number, one in enumerate(of)}
        monkeypatch.setattr(runs, "finished", lambda experiment: list(stored))
        monkeypatch.setattr(runs, "fetch", lambda run_id, folder: stored[run_id])
        return verify.main

    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(verify, "readable", readable)
    monkeypatch.setattr(verify, "prepare", prepare)
    monkeypatch.setattr(verify, "build", lambda folder, variables: None)
    monkeypatch.setattr(verify, "with_records", lambda verdicts, *_: verdicts)
    monkeypatch.setattr(verify, "_problem", lambda run, folder: "")
    return holding


def test_one_run_that_cannot_be_read_leaves_the_others_their_verdicts(
    run: Kept, store_with: Callable[..., Call], capsys: pytest.CaptureFixture[str]
) -> None:
    bad = [
        dataclasses.replace(run, title="gone", folder=run.folder / "gone"),
        dataclasses.replace(run, title="cut", tags=run.tags | {"git.left_out": '["'}),
        dataclasses.replace(run, title="elsewhere", params={}),
    ]
    assert store_with(bad[0], run, *bad[1:])("all") == 2
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(" ")[0] for line in lines if "cannot be rebuilt: " in line] == ["gone", "cut", "elsewhere"]
    assert lines[-1] == "1 of 4 runs are equal, 0 differ, 3 cannot be rebuilt"
    assert len(lines) == 5, "of all runs, no file that is equal is listed"


def test_a_state_that_cannot_be_had_again_leaves_others_their_verdicts(
    run: Kept, store_with: Callable[..., Call], capsys: pytest.CaptureFixture[str]
) -> None:
    lost = dataclasses.replace(run, title="lost", tags=run.tags | {"git.commit": GONE})
    assert store_with(lost, run)("all") == 2
    lines = capsys.readouterr().out.splitlines()
    assert "lost (id): cannot be rebuilt: its commit is gone" in lines
    assert lines[-1] == "1 of 2 runs are equal, 0 differ, 1 cannot be rebuilt"


def test_records_are_of_the_rebuild_that_wrote_the_same_model_and_the_nearer_ones_count(
    run: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = iter([{"metric a": "1", "metric b": "2"}, {"metric a": "1"}, {"metric a": "1", "metric c": "3"}])
    monkeypatch.setattr(verify, "differences", lambda *_: next(found))
    told, gone = verify.Verdict(run, []), verify.Verdict(run, [], "its table is gone")
    assert verify._fewer(told, {"other": run}) == told
    assert verify._fewer(gone, {"m": run}) == gone
    for count in (2, 1, 1):
        told = verify._fewer(told, {"m": run})
        assert len(told.records or {}) == count


def test_a_run_that_differs_ends_with_1_and_equal_ones_with_0(
    run: Kept, store_with: Callable[..., Call], capsys: pytest.CaptureFixture[str]
) -> None:
    main = store_with(run, run)
    assert (main("all"), main("0" * 32)) == (0, 0)
    files.write_text(run.folder.parent / "rebuilt" / SAME, "another\n")
    assert (main("all"), main("0" * 32)) == (1, 1)
    assert "0 of 2 runs are equal, 2 differ, 0 cannot be rebuilt" in capsys.readouterr().out


def test_a_store_without_runs_proves_nothing(store_with: Callable[..., Call]) -> None:
    with pytest.raises(Mistake, match=r"^exam-passage has no finished run to verify; `dvc repro -sf track` brings in"):
        store_with()("all")


@pytest.fixture(scope="session")
def rebuilt(built_once: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[object, dict[str, Kept]]]:
    """The state that all tests share, built and recorded again in a clean clone; its runs, by who wrote them."""
    folder = tmp_path_factory.mktemp("rebuilt") / "clone"
    commit = Project(built_once).run("git", "rev-parse", "HEAD").stdout.strip()
    state = Source(commit, b"", (built_once / "params.yaml").read_bytes(), ())
    variables = clone.prepare(state, folder, built_once, own_environment=False)
    clone.build(folder, variables)
    return folder, {write: verify.written(write, folder, variables) for write in (clone.record, clone.record_again)}


class Store:
    """A store with the runs of the project, to falsify."""

    def __init__(self, project: Project, first: Path) -> None:
        self.project, self.uri = project, f"sqlite:///{project.folder}/mlflow.db"
        for table, column in (("runs", "artifact_uri"), ("logged_models", "artifact_location")):
            self.sql(f"update {table} set {column} = replace({column}, '{first}', '{project.folder}')")  # noqa: S608
        [self.run] = [run.info.run_id for run in self.client.search_runs(["1"], "tags.model = 'model'")]

    @property
    def client(self) -> MlflowClient:
        return MlflowClient(self.uri)

    @property
    def artifacts(self) -> Path:
        return Path(self.project.folder, "mlruns", self.run, "artifacts")

    def sql(self, statement: str) -> None:
        with closing(sqlite3.connect(self.project.folder / "mlflow.db")) as store, store:
            store.execute(statement)

    def tag(self, name: str, value: str) -> None:
        self.client.set_tag(self.run, name, value)

    def replace(self, artifact: str, old: str, new: str) -> None:
        Project(self.artifacts).replace(artifact, old, new)

    def change_page_and_list(self) -> None:
        page = self.artifacts / "report/index.html"
        before = files.file_hash("sha256", page)
        self.replace("report/index.html", "80", "90")
        self.replace(runs.OUTPUTS, before, files.file_hash("sha256", page))

    @property
    def model(self) -> Path:
        [model] = self.client.search_logged_models(["1"], f"source_run_id = '{self.run}'")
        return Path(str(model.artifact_location).removeprefix("file://"))

    def change_code(self) -> None:
        """Change the code that answers, and not what the archive claims of it, at which Python does not look."""
        content = (self.model / "passage.zip").read_bytes()
        old, new = b'"probability": rounded(', b'"probability": 1 - abs('
        assert old in content
        (self.model / "passage.zip").write_bytes(content.replace(old, new, 1))

    def hide_code(self) -> None:
        """Add code that Python runs, and that an archive which says how long its files are hides from zipfile."""
        with ZipFile(self.model / "passage.zip") as archive:
            sources = {name: archive.read(name) for name in archive.namelist()}
        with ZipFile(self.model / "passage.zip", "w") as archive:
            for name, content in sources.items():
                archive.writestr(ZipInfo(name), content if name.endswith("/") else content + b"# more\n")
                archive.filelist[-1].file_size, archive.filelist[-1].CRC = len(content), zlib.crc32(content)
        with ZipFile(self.model / "passage.zip") as archive:
            assert {name: archive.read(name) for name in archive.namelist()} == sources

    def add_model(self) -> None:
        self.client.create_logged_model("1", "other", self.run)
        self.sql("update logged_models set creation_timestamp_ms = 1 where name = 'other'")

    def change_model(self) -> None:
        file = self.model / "model.skops"
        pipeline = skops.io.load(file)
        pipeline.named_steps["regression"].coef_ *= 1.001
        skops.io.dump(pipeline, file)

    def fetched(self, folder: Path) -> Kept:
        try:
            return runs.fetch(self.run, folder, self.uri)
        finally:
            for engine in SqlAlchemyStore._engine_map.values():
                engine.dispose()


ELSEWHERE = Dataset("rows.csv", "0000", "http", '{"url": "http://elsewhere/rows.csv"}')
SECOND = DatasetInput(ELSEWHERE, [InputTag(MLFLOW_DATASET_CONTEXT, "training")])
NUMBER = '"hours_studied": 1.573193703\n  },'
FORGED = '"hours_studied": 9.9\n  },\n  "coefficients.hours_studied": 1.573193703,'
COPY = "the run's copy is not the file that its rebuild/outputs.json lists"
FALSIFIED: dict[str, tuple[Callable[[Store], object], str]] = {
    "metric": (
        lambda store: store.sql("update latest_metrics set value = 0.9 where key = 'test_accuracy'"),
        "metric test_accuracy: the run has `0.9; at step 0: 0.8`, the rebuild `0.8`",
    ),
    "a metric's chart": (
        lambda store: store.client.log_metric(store.run, "test_accuracy", 0.95, step=-1),
        "metric test_accuracy: the run has `0.8; at step -1: 0.95`, the rebuild `0.8`",
    ),
    "another metric": (lambda store: store.client.log_metric(store.run, "auc", 1.0), "metric auc: only the run has it"),
    "param": (
        lambda store: store.sql("update params set value = '7.0' where key = 'train.C'"),
        "parameter train.C: the run has `7.0`, the rebuild `1.0`",
    ),
    "tag": (lambda store: store.tag("data.md5", "0" * 32), "tag data.md5: the run has `000"),
    "missing warning": (
        lambda store: store.client.delete_tag(store.run, "warning.outside_training_range.guessed_hours"),
        "tag warning.outside_training_range.guessed_hours: only the rebuild has it",
    ),
    "dirty": (lambda store: store.tag("git.dirty", "true"), "tag git.dirty: the run has `true`, the rebuild `false`"),
    "data set": (
        lambda store: store.sql("update datasets set digest = '0000' || substr(digest, 5)"),
        "data set training: the run has `0000",
    ),
    "where a data set is from": (
        lambda store: store.sql('update datasets set dataset_source = \'{"uri": "http://elsewhere/rows.csv"}\''),
        "data set training: the run has `",
    ),
    "how many rows a data set has": (
        lambda store: store.sql("update datasets set dataset_profile = replace(dataset_profile, '15', '1500')"),
        "data set training: the run has `",
    ),
    "description": (
        lambda store: store.tag(results_view.DESCRIPTION, "All right."),
        "description: the run has `All right.`",
    ),
    "kept metrics": (lambda store: store.replace("metrics/model.json", "0.8", "0.9"), f"metrics/model.json: {COPY}"),
    "page and list": (lambda store: store.change_page_and_list(), "report/index.html: line "),
    "its numbers": (
        lambda store: Project(store.model).replace("numbers/model.json", '"threshold": 0.5', '"threshold": 0.4'),
        "model model.json.threshold: the run has `0.4`",
    ),
    "a number of its own, and the true one by what looks like its name": (
        lambda store: Project(store.model).replace("numbers/model.json", NUMBER, FORGED),
        "model model.json.coefficients.hours_studied: the run has `9.9 and 1.573193703`",
    ),
    "what loads it, and the true one by what looks like its name": (
        lambda store: Project(store.model).replace(
            "MLmodel", "flavors:\n", "flavors:\n  python_function.loader_module: passage.tracking.served\n"
        ),
        "model MLmodel.flavors.python_function.loader_module: the run has `'passage.tracking.served' and 'passage",
    ),
    "an earlier model of the run": (lambda store: store.add_model(), "model's name: the run has `model and other`"),
    "a registered version that is of another model": (
        lambda store: (
            store.client.create_registered_model("exam"),
            store.client.create_model_version("exam", f"{store.model.parent}/m-other/artifacts", store.run),
        ),
        "model's version 1 as exam: only the run has it",
    ),
    "a second data set of one kind": (
        lambda store: store.client.log_inputs(store.run, [SECOND]),
        "data set training: the run has `",
    ),
    "its code": (lambda store: store.change_code(), "model passage.zip: the run has `"),
    "code that its archive hides": (lambda store: store.hide_code(), "model passage.zip: the run has `"),
    "its packages": (
        lambda store: Project(store.model).replace("requirements.txt", "mlflow==", "mlf1ow=="),
        "model requirements.txt.0: the run has `'mlf1ow==",
    ),
    "a file beside them": (
        lambda store: (store.model / "sitecustomize.py").touch(),
        "model files: the run has `",
    ),
    "metric of the logged model": (
        lambda store: store.sql(
            "update logged_model_metrics set metric_value = 0.999 where metric_name = 'cv/accuracy'"
        ),
        "model's metric cv/accuracy: the run has `0.999`",
    ),
    "parameter of the logged model": (
        lambda store: store.sql("update logged_model_params set param_value = '99' where param_key = 'train.C'"),
        "model's parameter train.C: the run has `99`",
    ),
    "logged model": (lambda store: store.change_model(), "model skops.steps.1.1.coef_: the run has `float64 [["),
}


@pytest.fixture
def falsifiable(
    built: Project,
    built_once: Path,
    rebuilt: tuple[Path, dict[object, dict[str, Kept]]],
    monkeypatch: pytest.MonkeyPatch,
) -> Store:
    monkeypatch.setattr(verify, "written", lambda write, *_: rebuilt[1][write])
    return Store(built, built_once)


def verdict_on(store: Store, rebuilt: Path, folder: Path) -> verify.Verdict:
    [verdict] = verify.with_records([verify.verdict(store.fetched(folder), rebuilt)], rebuilt, {})
    return verdict


@pytest.mark.parametrize("which", FALSIFIED)
def test_whatever_is_falsified_in_a_run_is_noticed(
    falsifiable: Store, rebuilt: tuple[Path, object], tmp_path: Path, which: str
) -> None:
    falsify, told = FALSIFIED[which]
    falsify(falsifiable)
    verdict = verdict_on(falsifiable, rebuilt[0], tmp_path / "kept")
    assert verdict.is_different
    lines = verify.table(verdict, every_file=False).splitlines()
    assert [line.startswith(f"  DIFFERS  {told}") for line in lines[:-1]].count(True) == 1, lines


def test_a_true_run_is_equal_also_with_tags_a_name_and_notes_of_a_persons_own_and_a_registered_model(
    falsifiable: Store, rebuilt: tuple[Path, object], tmp_path: Path
) -> None:
    falsifiable.tag("reviewed.by", "Ada")
    falsifiable.tag("mlflow.runName", "the best one")
    (falsifiable.model / REGISTERED_MODEL_META_FILE_NAME).write_text("model_name: exam\nmodel_version: 1\n")
    note = falsifiable.client.get_run(falsifiable.run).data.tags[results_view.DESCRIPTION]
    falsifiable.tag(results_view.DESCRIPTION, f"{note}\n\nLooks good to me.")
    lines = verify.table(verdict_on(falsifiable, rebuilt[0], tmp_path / "kept"), every_file=True).splitlines()
    assert not [line for line in lines if "DIFFERS" in line]
    assert lines[-2] == f"  equal    {verify.RECORDS}"
    assert lines[-1].endswith("27 of 27 files are equal, byte for byte")


def test_a_run_that_later_code_brought_in_is_held_to_what_that_writes(
    run: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def written(write: object, *_: object) -> dict[str, Kept]:
        asked.append("own" if write is clone.record else "later")
        return {"m": dataclasses.replace(run, params={"C": asked[-1]})}

    monkeypatch.setattr(verify, "written", written)
    rebuilt, both = run.folder.parent / "rebuilt", ["own", "later"]
    for params, equal, by in (("own", True, ["own"]), ("later", True, both), ("x", False, both)):
        asked.clear()
        told = verify.verdict(dataclasses.replace(run, params={"C": params}), rebuilt)
        [verdict] = verify.with_records([told], rebuilt, {})
        assert (verdict.is_different, asked) == (not equal, by)
    told_both = [verify.verdict(dataclasses.replace(run, params={"C": params}), rebuilt) for params in both]
    assert not any(verdict.is_different for verdict in verify.with_records(told_both, rebuilt, {}))


def test_a_rebuild_whose_store_cannot_be_read_says_so_and_proves_the_files(
    run: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(*_: object) -> None:
        raise Mistake("another version of MLflow made it")

    monkeypatch.setattr(verify, "written", refusing)
    rebuilt = run.folder.parent / "rebuilt"
    [verdict] = verify.with_records([verify.verdict(run, rebuilt)], rebuilt, {})
    assert not verdict.is_different
    assert verify.table(verdict, every_file=False).splitlines()[0] == (
        f"  not compared: {verify.RECORDS}: another version of MLflow made it"
    )


@pytest.mark.long
def test_all_runs_of_a_dirty_tree_are_rebuilt_equal_and_the_store_is_not_touched(built: Project) -> None:
    for path in ("mlflow.db", "mlruns/receipt.json"):
        (built.folder / path).unlink()
    files.write_text(built.folder / "data/raw/own.csv", "hours_studied\n3\n")  # untracked
    changes = ("~models.model_2", "~score.guessed_hours", "+score.own.model=model", "+score.own.data=data/raw/own.csv")
    built.dvc("exp", "run", *(word for change in changes for word in ("-S", change)))
    before = (built.folder / "mlflow.db").read_bytes()
    done = built.stage("verify", "all")
    assert done.stdout.splitlines()[-1] == "1 of 1 runs are equal, 0 differ, 0 cannot be rebuilt"
    assert "27 of 27 files are equal, byte for byte" in done.stdout
    assert (built.folder / "mlflow.db").read_bytes() == before


@pytest.mark.long
def test_a_run_with_other_packages_names_them_and_is_rebuilt_in_an_environment_of_its_own(built: Project) -> None:
    """A package that nothing needs is in the run's lock file and not in this environment."""
    (built.folder / "mlflow.db").unlink()
    lock = built.text("requirements.lock")
    lock += "toml==0.10.2 \\\n    --hash=sha256:806143ae5bfb6a3c6e736a764057db0e6a0e05e338b5630894a5f779cabb4f9b\n"
    files.write_text(built.folder / "requirements.lock", lock)
    built.commit("one package more")
    assert "toml is missing" in built.dvc("repro").stderr
    refused = built.stage("verify", "all", check=False)
    assert refused.returncode == 2
    assert "cannot be rebuilt: its requirements.lock has other packages than this Python: toml is missing" in (
        refused.stdout
    )
    said = built.stage("verify", "all", "--env").stdout
    assert said.endswith("2 of 2 runs are equal, 0 differ, 0 cannot be rebuilt\n")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("all", "--all"), "^--all is not known; --env builds with the packages of the run's own lock file$"),
        (("model",), r"^model: a run is named by its id, 32 letters and digits \(in MLflow: Run ID\), or all$"),
    ],
)
def test_what_names_no_run_is_refused(typed: tuple[str, ...], told: str) -> None:
    with pytest.raises(Mistake, match=told):
        verify.main(*typed)
