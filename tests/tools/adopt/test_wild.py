"""Tables as people have them: what they mean is kept, put right and said, asked for, or refused in one line."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from passage.base import files
from stages import normalize, split, train
from tools import adopt

Write = Callable[[str, bytes], Path]


def csv(**columns: object) -> bytes:
    return pd.DataFrame(columns).to_csv(index=False).encode()


def test_the_gaps_of_a_category_turn_no_direction_round(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    random, plan = np.random.default_rng(1), np.repeat(["low", "middle", None], [330, 300, 500])
    late = random.random(len(plan)) < np.where(plan == "middle", 0.4, np.where(plan == "low", 0.48, 0.1))
    adopt.main(str(write("t.csv", csv(plan=plan, repaid=np.where(late, "yes", "no")))), "repaid")
    assert "- plan  # category: 2 values, low 330, middle 300; 500 missing, which is a category of its own" in (
        capsys.readouterr().out
    )
    for stage in (split, normalize, train):
        stage.main("t")
    coefficients = files.read_json(Path("models/t/model.json"))["coefficients"]
    assert set(coefficients) == {"plan=middle", "plan=missing"}
    assert coefficients["plan=middle"] < 0
