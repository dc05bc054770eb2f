"""The rows that a table of the page counts."""

from types import SimpleNamespace
from typing import Any

from passage.report import tables


def test_where_rows_are_counted_it_is_said_what_the_rest_is_made_of() -> None:
    metrics: dict[str, Any] = {"rows": {"train": 1_500, "test": 5}}
    one: Any = SimpleNamespace(metrics=metrics, words=SimpleNamespace(rows="birds"))
    assert tables._rows(one) == "1,500, 5"
    metrics["rest"] = [{"label": "Chinstrap", "rows": 68}, {"label": "Gentoo", "rows": 1_240}]
    assert tables._rows(one) == "1,500, 5; the rest is Chinstrap (68 birds) and Gentoo (1,240 birds)"
