"""The training stage."""

from students import ROWS, fitted


def test_rows_and_iterations_are_counted() -> None:
    _, classifier = fitted()
    assert classifier.rows == len(ROWS)
    assert 1 <= classifier.iterations <= 20
    assert classifier.classes == [0, 1]
