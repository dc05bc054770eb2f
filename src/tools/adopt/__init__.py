"""Take a table of the user's into data/raw and write its entry into params.yaml."""

import shlex
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from passage import params
from passage.base import files, paths
from passage.base.errors import Mistake
from passage.base.progress import clock
from passage.base.terminal import printable
from passage.tables import convert, header, parts, read
from passage.tracking import git
from tools.adopt import doubts, entry, intake
from tools.adopt.profile import asked, profile
from tools.adopt.target import is_fraction, outcome, position
from tools.dvc import dvc

LARGE = 5_000_000  # bytes of a table from which on DVC keeps it, not Git
TEMPORARY = Path(".dvc/tmp")  # on the same disk as data/raw, and nobody's business


def main(table: str, target: str, name: str = "", positive: str = "") -> None:
    """Take the table in, write the entry, and print both and what is left to do. All of it is done, or nothing."""
    source, settings = Path(table).expanduser(), params.load()
    name = name or entry.valid_name(source.stem)
    if name in settings.models:
        raise Mistake(f"{paths.PARAMS}: models.{name} is there already; give another name: NAME=...")
    TEMPORARY.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="adopt-", dir=TEMPORARY) as folder:
        taken = intake.take(source, target.strip())
        with clock(f"writing {source.name}"):
            staged = _staged(source, taken, Path(folder))
        place = _place(source, staged, f"{name}{staged.suffix}")
        with clock(f"reading {source.name} as the pipeline does"):
            rows = _as_the_pipeline_reads(staged, taken, source)
        names = list(rows.columns)
        target = names[position(names, target.strip() if taken.suffix == ".csv" else target, str(source))]
        if is_fraction(rows[target]) or (positive and rows[target].nunique() > 2):
            rows[target] = convert.texts(read.table(staged, [target], [target])[target])
        found = outcome(rows[target], positive, str(source))
        columns = profile(rows[rows[target].notna()], target, found.positive)
        new = entry.entry(name, place.as_posix(), target, found, columns, source.name)
        after = entry.added(paths.PARAMS.read_bytes().decode(), new)
        with _all_or_nothing(place):
            if not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                staged.replace(place)
            with clock(f"dvc add {place}"):
                in_dvc = _keep(place)
            files.write_bytes(paths.PARAMS, after.encode())
    texts = [target, *(column.name for column in columns if column.kind == "category")]
    words = doubts.words({name: taken.words[name] for name in texts if name in taken.words})
    look = [*taken.doubts, words, *(f"{target}: {doubt}" for doubt in found.doubts), *asked(columns)]
    print(_told(place, taken.changes, [*filter(None, look)], new.text, len(rows), in_dvc))


def _staged(source: Path, taken: intake.Intake, folder: Path) -> Path:
    """Return the table as it is to lie in data/raw, written into `folder`."""
    staged, start = folder / ("table" if source.is_dir() else f"table{taken.suffix}"), 0
    for place, file in enumerate(taken.files):
        name = file.name if file.suffix == taken.suffix else f"{file.name}{taken.suffix}"
        into = staged / name if source.is_dir() else staged
        if taken.content is not None:
            files.write_bytes(into, taken.content)
        elif taken.table is not None:
            files.write_csv(into, taken.table.slice(start, taken.rows[place]).to_pandas())
            start += taken.rows[place]
        else:
            into.parent.mkdir(exist_ok=True)
            shutil.copyfile(file, into)
    return staged


def _place(source: Path, staged: Path, name: str) -> Path:
    """Return where the table is to lie: where it is, if that is data/raw. Raises Mistake where another one is there."""
    root = Path.cwd()
    inside = source.resolve().is_relative_to(root / paths.RAW)
    place = source.resolve().relative_to(root) if inside else paths.RAW / name
    if place.suffix != staged.suffix and not staged.is_dir():
        raise Mistake(
            f"{place}: its name must end in {staged.suffix}, as this is what it is; rename it, or move it out of "
            f"{paths.RAW} and adopt it from there"
        )
    record = place.with_name(f"{place.name}.dvc")
    if not place.exists() and record.exists():
        raise Mistake(
            f"{record} is there already, its table is not; bring it with `dvc pull`, or give another NAME=..."
        )
    if place.exists() and _hashes(place) != _hashes(staged):
        if inside:
            raise Mistake(f"{place}: it cannot stay as it is; move it out of {paths.RAW} and adopt it from there")
        raise Mistake(f"{place} is there already, and is another table; give another name: NAME=...")
    return place


def _hashes(table: Path) -> list[str]:
    return [files.file_hash("md5", file) for file in parts.files(table)]


def _as_the_pipeline_reads(staged: Path, taken: intake.Intake, source: Path) -> pd.DataFrame:
    try:
        names, rows = header.columns(staged), read.table(staged, taken.padded)
    except Mistake as mistake:
        raise Mistake(line.replace(str(staged), str(source)) for line in mistake.lines) from None
    rows.columns = pd.Index(names)  # not the names that pandas makes up
    if taken.rows and len(rows) != sum(taken.rows):
        raise Mistake(f"{source}: it has {sum(taken.rows):,} rows, of which the pipeline would read {len(rows):,}")
    return rows


@contextmanager
def _all_or_nothing(place: Path) -> Iterator[None]:
    """Put back, where what is done inside does not come to its end, what lay at and beside `place` before."""
    record, ignored = place.with_name(f"{place.name}.dvc"), place.with_name(".gitignore")
    before = ignored.read_bytes() if ignored.exists() else None
    new = [path for path in (place, record, ignored) if not path.exists()]
    try:
        yield
    except BaseException:
        for path in new:
            if path.is_dir():
                shutil.rmtree(path)
            path.unlink(missing_ok=True)
        if before is not None:
            files.write_bytes(ignored, before)
        raise


def _keep(place: Path) -> bool:
    """Let DVC keep a large table that Git does not have; return whether DVC keeps it."""
    if place.with_name(f"{place.name}.dvc").exists():
        return True
    if parts.size(place) <= LARGE or git.run("ls-files", "--", str(place)):
        return False
    dvc("add", str(place), "--quiet")
    return True


def _told(place: Path, changes: Sequence[str], asked: Sequence[str], text: str, rows: int, in_dvc: bool) -> str:
    record = [f"{place}.dvc", f"{place.parent}/.gitignore"] if in_dvc else [str(place)]
    return "\n".join(
        [
            f"{place}: {rows:,} rows, {'kept by DVC, as it is large' if in_dvc else 'for Git to keep'}",
            *(f"  {printable(change)}" for change in changes or ["taken as it is, byte for byte"]),
            *(f"  please look: {printable(doubt)}" for doubt in asked),
            "",
            f"added to {paths.PARAMS}:",
            *(f"  {line}" for line in text.splitlines()),
            "",
            "left to do:",
            f"  {shlex.join(['git', 'add', *record, str(paths.PARAMS)])}",
            "  make repro",
        ]
    )
