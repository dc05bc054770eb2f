"""What `check` says of params.yaml that is allowed, and still worth a word."""

import pytest
from conftest import ROOT

from passage import params
from stages.check import not_the_same_everywhere

TEXT = (ROOT / "params.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("solver", "warned"), [("lbfgs", True), ("newton-cg", True), ("liblinear", True), ("sag", False), ("saga", False)]
)
def test_a_solver_whose_digits_differ_between_processors_is_told_with_its_key(solver: str, warned: bool) -> None:
    assert list(not_the_same_everywhere(params.parse(TEXT))) == []
    lines = list(not_the_same_everywhere(params.parse(TEXT.replace("newton-cholesky", solver, 1))))
    assert [line.startswith(f"warning: models.model.train.solver is {solver}: ") for line in lines] == [True] * warned
