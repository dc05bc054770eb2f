"""Put all models on one self-contained page."""

from passage import params
from passage.base import files, paths, terminal
from passage.report import page
from passage.report.sections import section


def main() -> None:
    """Write report/index.html, and print each model's answer in short."""
    settings = params.load()
    sections = [section(name, settings) for name in settings.models]
    files.write_text(paths.PAGE, page.render(sections, settings))
    for one in sections:
        print(terminal.told(one.name, one.brief))
    print(f"the page: {paths.PAGE}")
