"""Put all models on one self-contained page."""

from passage import files, page, params, paths


def main() -> None:
    """Write report/index.html."""
    files.write_text(paths.PAGE, page.render(params.load()))
    print(f"the page: {paths.PAGE}")
