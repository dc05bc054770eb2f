"""Lines of a table, as the docs have them."""


def line(*cells: object) -> str:
    """Return a line with these cells."""
    return f"| {' | '.join(map(str, cells))} |"


def head(*names: str) -> str:
    """Return the two lines that a table with these columns begins with."""
    return f"{line(*names)}\n|{'---|' * len(names)}"
