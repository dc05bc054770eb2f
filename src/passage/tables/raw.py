"""What lies below data/raw, of which DVC reads everything."""

from collections.abc import Iterator

from passage.base import paths


def special_files() -> Iterator[str]:
    """Yield one line for each link to nothing, pipe, socket or device: DVC would fail there, or read for ever."""
    for path in sorted(paths.RAW.rglob("*")):
        if not path.is_file() and not path.is_dir():
            what = "not a file" if path.exists() else "a link to nothing"
            yield f"{path}: this is {what}, and DVC reads all that is below {paths.RAW}; remove it"
