"""`train` of a model: scikit-learn's settings, and how to choose what is auto."""

import math
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, Lt, MinLen
from pydantic import Field, ValidationInfo, field_validator

from passage.base import blocks
from passage.params import messages
from passage.params.types import AUTO, Folds, NumberOrAuto, Seed, Settings, Share

# Solvers whose ten digits were the same with every kernel and number of threads (docs/reproducibility.md).
SAME_EVERYWHERE = ("newton-cholesky", "sag", "saga")
NEWTON = 200  # columns up to which auto is newton-cholesky


class Tune(Settings):
    """How C and the threshold are chosen where they are auto: by cross-validation of the training rows."""

    C: Annotated[list[Annotated[float, Ge(1e-100), Le(1e100)]], MinLen(2)] = Field(
        default=[0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0],
        description="train.C auto: the values of C that are tried",
    )
    criterion: Literal["accuracy", "balanced_accuracy", "f1"] = Field(
        default="balanced_accuracy", description="threshold auto: what the chosen threshold makes greatest"
    )
    folds: Folds = Field(default=5, description="parts that the training rows are divided into")
    seed: Seed = Field(default=0, description="another seed, another division")


class Train(Settings):
    """The settings of scikit-learn's LogisticRegression, by its names, and how to choose what is auto."""

    C: NumberOrAuto[Annotated[float, Gt(0)]] = Field(
        description="inverse strength of the penalty; .inf (after -S: inf): no penalty; auto: chosen from tune.C by "
        "log loss"
    )
    l1_ratio: Share = Field(description="0: L2 penalty; 1: L1; between: both (elastic net)")
    solver: Literal["lbfgs", "liblinear", "newton-cg", "newton-cholesky", "sag", "saga", "auto"] = Field(
        description="newton-cholesky ends closest to the optimum; the others end near it, and lbfgs, liblinear and "
        "newton-cg not in the same ten digits on each processor; auto: newton-cholesky, or lbfgs for more than 200 "
        "columns of numbers, or saga for an L1 penalty"
    )
    tol: Annotated[float, Gt(0), Lt(1)] = Field(description="when the solver stops")
    max_iter: Annotated[int, Ge(1), Lt(2**31)] = Field(description="iterations that the solver may take")
    seed: Seed = Field(description="random_state; only sag, saga and liblinear use it")
    class_weight: Literal["balanced"] | None = Field(
        description="balanced: both classes weigh the same; null: each row weighs the same"
    )
    tune: Tune = Field(default=Tune(), description="used where C or threshold is auto")

    @field_validator("C")
    @classmethod
    def _within_reach(cls, C: float | str) -> float | str:  # noqa: N803 (scikit-learn's name)
        if not (isinstance(C, str) or 1e-100 <= C <= 1e100 or math.isinf(C)):
            raise messages.wrong(C, "it must be from 1e-100 to 1e100, .inf for no penalty, or auto")
        return C

    @field_validator("solver")
    @classmethod
    def _solves(cls, solver: str, info: ValidationInfo) -> str:
        l1_ratio = info.data.get("l1_ratio", 0)
        if l1_ratio == 1 and solver not in ("liblinear", "saga", AUTO):
            raise messages.wrong(solver, "train.l1_ratio 1 needs liblinear or saga")
        if 0 < l1_ratio < 1 and solver not in ("saga", AUTO):
            raise messages.wrong(solver, f"train.l1_ratio {l1_ratio} needs saga")
        unpenalised = info.data.get("C") == math.inf
        if unpenalised and solver == "liblinear":
            raise messages.wrong(solver, "without a penalty (C of .inf) it must be another solver")
        if unpenalised and l1_ratio > 0:
            raise messages.wrong(solver, "without a penalty (C of .inf) train.l1_ratio must be 0")
        return solver

    def refused_by_blocks(self, key: str) -> str:
        """Return what of this no fit by blocks of rows can do, with the `key` that names it; nothing where it can."""
        many = f"a table of more than {blocks.LARGE:,} numbers"
        if self.l1_ratio:
            return f"{key}.l1_ratio is {self.l1_ratio:g}, but {many} is fitted with an L2 penalty alone: it must be 0"
        if self.solver not in ("newton-cholesky", AUTO):
            return f"{key}.solver is {self.solver}, but {many} is fitted by blocks: it must be newton-cholesky or auto"
        return ""
