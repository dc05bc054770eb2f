"""A sweep: what is asked for is refused before anything is queued, and what came of it is told."""

from collections.abc import Iterator

import pytest
from conftest import Project

from passage.base.errors import Mistake
from tools import experiments, sweep


@pytest.fixture
def inside(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(project.folder)
    return project


@pytest.mark.parametrize(
    ("setting", "asked"),
    [
        ("train.C=0.03,0.3,3", "models.model_2.train.C=0.03,0.3,3"),
        ("train.C=auto,1e-3", "models.model_2.train.C=auto,1e-3"),
        ("threshold=0.4", "models.model_2.threshold=0.4"),
    ],
)
def test_what_is_allowed_is_asked_of_dvc_as_it_is(inside: Project, setting: str, asked: str) -> None:
    assert sweep.requested("model_2", setting) == asked


@pytest.mark.parametrize(
    ("model", "setting", "told"),
    [
        ("modle", "train.C=1", r"^MODEL is 'modle', but params.yaml has model, model_2$"),
        ("model", "train.C", "^SET is 'train.C', but it must be a key of the model and its values: "),
        ("model", "train.C=", "^SET is 'train.C=', but"),
        ("model", "train.C=1;true", "^SET is 'train.C=1;true', but"),
        ("model", "train.c=1", r"^params.yaml has no models.model.train.c$"),
        ("model", "train.C.x=1", r"^params.yaml has no models.model.train.C.x$"),
        ("model", "train.C=1,-1", r"^params.yaml: models.model.train.C is -1; it should be greater than 0, or auto$"),
    ],
)
def test_what_is_wrong_is_refused_in_a_line_and_nothing_is_queued(
    inside: Project, model: str, setting: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "dvc", lambda *_: pytest.fail("something was queued"))
    with pytest.raises(Mistake, match=told) as refused:
        sweep.main(model, setting)
    assert len(refused.value.lines) == 1


STATUS = """Task     Name    Created    Status
0a1b2c3  bad     08:30 AM   {}
1b2c3d4  good    08:30 AM   {}
2c3d4e5  older   08:00 AM   Failed
"""


def queue(*steps: tuple[str, str]) -> Iterator[str]:
    yield from (STATUS.format(*step) for step in steps)


def test_it_queues_waits_starts_workers_that_quit_and_says_why_one_failed(
    inside: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    called: list[tuple[str, ...]] = []
    shown = queue(("Queued", "Queued"), ("Running", "Queued"), ("Failed", "Queued"), ("Failed", "Success"))

    def dvc(*arguments: str) -> str:
        called.append(arguments[:2])
        match arguments[:2]:
            case "exp", "run":
                return "Queued experiment 'bad' for future execution.\nQueued experiment 'good' for future execution.\n"
            case "queue", "status":
                return next(shown)
            case "queue", "logs":
                return f"> one\ntwo\n\n> python3 src train\nparams.yaml: {arguments[2]} is too little\nERROR: failed\n"
        return ""

    monkeypatch.setattr(sweep, "dvc", dvc)
    monkeypatch.setattr(sweep, "start_workers", lambda: called.append(("queue", "start")))
    monkeypatch.setattr(sweep, "PAUSE", 0.0)
    monkeypatch.setattr(experiments, "main", lambda: print("the table"))
    assert sweep.main("model", "train.max_iter=1,500") == 1
    told = "bad failed:\n  params.yaml: bad is too little\nthe table\n"
    assert capsys.readouterr().out == f"queued: bad, good\n{told}"
    assert called.count(("queue", "start")) == 2, "at first, and where none is running any more"


def test_who_does_not_wait_is_told_how_it_goes_on(
    inside: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(names: list[str]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sweep, "dvc", lambda *_: "Queued experiment 'good' for future execution.\n")
    monkeypatch.setattr(sweep, "wait", interrupted)
    assert sweep.main("model", "train.max_iter=500") == 1
    assert capsys.readouterr().out == (
        "queued: good\nthey go on without you: `make experiments` shows what came of them, `dvc queue stop` ends them\n"
    )
