"""Predictions beside the truth."""

from students import ROWS, fitted, scaled

from stages import predict


def test_each_row_keeps_its_own_units_beside_what_is_predicted() -> None:
    _, classifier = fitted()
    _, normalized = scaled()
    table = predict.predict(classifier, ROWS, normalized, "passed")
    assert list(table) == ["hours", "courses", "actual", "log_odds", "probability", "predicted"]
    assert table["hours"].tolist() == ROWS["hours"].tolist()
    assert table["actual"].tolist() == ROWS["passed"].tolist()


def test_no_test_rows_give_a_table_with_columns_and_no_rows() -> None:
    _, classifier = fitted()
    _, normalized = scaled()
    table = predict.predict(classifier, ROWS.iloc[:0], normalized.iloc[:0], "passed")
    assert table.empty
    assert "log_odds" in table
