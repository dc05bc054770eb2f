"""How many different fits are counted."""

import json

from passage.params.train import SAME_EVERYWHERE
from tools.studies import solvers


def test_a_setting_with_two_fits_is_counted_and_those_that_did_not_converge_everywhere_do_not_matter() -> None:
    one = {"saga|cancer|C 1|tol 1e-4": "[1.0]", "lbfgs|cancer|C 1|tol 1e-4": "[1.0]", "lbfgs|cancer|C 2|tol 1": "[3]"}
    other = {"lbfgs|cancer|C 1|tol 1e-4": "[1.1]", "lbfgs|cancer|C 2|tol 1": "[3]"}
    lines = solvers.table([one, other]).splitlines()
    assert lines[2:] == ["| saga | cancer | 1 | 0 | 1 |", "| lbfgs | cancer | 2 | 1 | 2 |"]


def test_each_kernel_comes_with_one_and_two_threads_and_an_old_processor_is_the_last() -> None:
    made = solvers.arithmetics()
    assert len({json.dumps(one, sort_keys=True) for one in made}) == len(made) == 13
    assert {one["OPENBLAS_NUM_THREADS"] for one in made} == {"1", "2"}
    assert set(SAME_EVERYWHERE) < set(solvers.SOLVERS)
