"""An entry under `models:` of params.yaml as text, and where it goes: what stands in the file stays as it is.

ruamel, which knows what needs quotes, writes every name and value; the lines are put in between those of the file, as a
whole file written anew would lose how its user has laid it out. DVC, which writes params.yaml anew at each `dvc exp run
-S`, loses what stands between or behind the entries of a list: no comment of an entry is there.
"""

import io
import re
import unicodedata
from collections.abc import Sequence
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from passage import params
from passage.base import paths
from passage.base.errors import Mistake
from passage.base.terminal import printable
from passage.params import train, types
from passage.params.labels import written
from tools.adopt.profile import Column, group
from tools.adopt.target import NEGATIVE, POSITIVE, Label, Outcome

# What every YAML, old or new, reads as the text that stands there.
_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[ ./-][A-Za-z0-9_()]+)*")
_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"])

COMMENT = 160  # characters; a longer one is cut

# The lesson's settings, as params.yaml has them for it, but for what is in braces.
SETTINGS = """\
split:
  method: {method}
  test_size: 0.25
  stratify: true
  seed: 27
normalize:
  method: standard
  fit_on: train
train:
  C: 1.0
  l1_ratio: 0.0
  solver: {solver}
  tol: 1.0e-8
  max_iter: 1000
  seed: 0
  class_weight: null
threshold: 0.5
evaluate:
  confidence: 0.95
  folds: 5
  repeats: {repeats}
  seed: 1
"""
BY_GROUP = "group  # several rows share one, and new rows will be of others; if not: random\n  column: {column}"
REPEATS = {20_000: 10, 200_000: 3}  # of the cross-validation, up to so many rows; beyond them one


class Entry(NamedTuple):
    """An entry as YAML, not indented, and what YAML makes of it."""

    text: str
    content: dict[str, Any]


def entry(name: str, data: str, target: str, found: Outcome, columns: Sequence[Column], source: str) -> Entry:
    """Return the entry `name`, with a comment that says of each column what it was taken for.

    source: the name of the table that it was made from. Raises Mistake where no column is left to predict from.
    """
    used = [column for column in columns if column.kind]
    if not used:
        reasons = [f"{source}: {column.name} is left out: {column.why}" for column in columns]
        raise Mistake([f"{source}: no column is left to predict {target} from", *reasons])
    rows = sum(found.counts.values())
    repeats = next((repeats for most, repeats in REPEATS.items() if rows <= most), 1)
    by = group(columns)
    rest = SETTINGS.format(
        method=BY_GROUP.format(column=_scalar(by)) if by else "random",
        solver="newton-cholesky" if sum(column.numbers for column in used) <= train.NEWTON else types.AUTO,
        repeats=repeats,
    )
    named = {"data": data, "target": target}
    described = [column for column in columns if column.settings]
    of_target = {target: found.rules} if found.rules else {}
    kinds = {"columns": of_target | {column.name: column.settings for column in described}}
    content = {
        **named,
        "positive": found.positive,
        "features": [column.name for column in used],
        **kinds,
        **params.read_yaml(rest),
        **(words := _words(target, found)),
    }
    lines = [
        *_dumped(named),
        f"positive: {_scalar(found.positive)}  # {_comment(found.said)}",
        "# What each column was taken for:",
        *(line for column in columns if not column.offered for line in _reasons(column)),
        "features:",
        *_offered(columns),
        *(f"- {_scalar(column.name)}" for column in used),
        *_dumped(kinds),
        *rest.splitlines(),
        *(["# For people; put your own in the place of these.", *_dumped(words)] if words else []),
    ]
    head = [f"# Adopted from {_comment(source)}, {rows:,} rows.", f"{_scalar(name)}:"]
    return Entry("\n".join([*head, *(f"  {line}" for line in lines)]) + "\n", {name: content})


def _words(target: str, found: Outcome) -> dict[str, Any]:
    """Return the words for people; nothing where names or labels are too long for them."""
    no, yes = (written(label) for label in (found.negative, found.positive))
    classes = [no, yes] if _speak(found) else [f"{target} = {no}", f"{target} = {yes}"]
    words = {
        "question": f"Is {target} {yes} or {no}?",
        "rows": "rows",
        "outcome": f"{target} = {yes}",
        "classes": classes,
    }
    return {"words": words} if max(map(len, [words["question"], *classes])) <= types.LONGEST else {}


def _speak(found: Outcome) -> bool:
    """Return whether the labels say by themselves what they are: passed and failed do, yes and no do not."""
    labels = (found.negative, found.positive)
    said = all(isinstance(label, str) and label.strip() for label in labels)
    return said and not (POSITIVE | NEGATIVE) & {str(label).strip().lower() for label in labels} and not found.others


def _reasons(column: Column) -> list[str]:
    """Return in comments what a column was taken for and, never cut, what is in doubt."""
    asked = [f"#     please look: {printable(column.doubt)}"] if column.doubt else []
    return [f"#   {printable(column.name)}: {_comment(column.said)}", *asked]


def _offered(columns: Sequence[Column]) -> list[str]:
    """Return the features that are left out as comments, which take the name only that `columns` describes already."""
    lines = [f"# - {_scalar(column.name)}  # {_comment(column.said)}" for column in columns if column.offered]
    return ["# To predict from one of these, too, take away the # before it:", *lines] if lines else []


def _scalar(value: Label) -> str:
    return _dumped([value])[0].removeprefix("- ")


def _dumped(content: Any) -> list[str]:
    yaml = YAML()
    yaml.width = 2**20  # no line is folded
    yaml.allow_unicode = True
    out = io.StringIO()
    yaml.dump(_quoted(content), out)
    return out.getvalue().splitlines()


def _quoted(content: Any) -> Any:
    """Return `content` with quotes asked for around each text that is not bare of all doubt."""
    match content:
        case dict():
            return {_quoted(key): _quoted(value) for key, value in content.items()}
        case list():
            return [_quoted(value) for value in content]
        case str() if not _BARE.fullmatch(content) or content.lower() in _WORDS:
            return DoubleQuotedScalarString(content)
        case _:
            return content


def _comment(words: str) -> str:
    shown = printable(words)
    return shown if len(shown) <= COMMENT else f"{shown[: COMMENT - 3]}..."


def added(file: str, new: Entry) -> str:
    """Return the text of params.yaml, `file`, which has models, with one more as the last of them.

    Raises Mistake where it cannot go there, or would not be accepted.
    """
    before = params.read_yaml(file)
    after = _spliced(file, new.text)
    try:
        same = params.read_yaml(after) == before | {"models": before["models"] | new.content}
    except Mistake:
        same = False
    if not same:
        raise Mistake(f"{paths.PARAMS}: models is laid out so that no entry can go below it; write it in blocks")
    params.parse(after)
    return after


def _spliced(file: str, lines_of_entry: str) -> str:
    tree = YAML().load(file)
    keys = list(tree)
    end = "\r\n" if "\r\n" in file else "\n"
    lines = file.splitlines(keepends=True)
    following = keys[keys.index("models") + 1 :]
    place = tree.lc.key(following[0])[0] if following else len(lines)
    while place and (not lines[place - 1].strip() or lines[place - 1].startswith("#")):
        place -= 1  # what stands above the next key belongs to it
    if place and not lines[place - 1].endswith(("\n", "\r")):
        lines[place - 1] += end
    indent = " " * tree["models"].lc.key(next(iter(tree["models"])))[1]
    return "".join([*lines[:place], *(f"{indent}{line}{end}" for line in lines_of_entry.splitlines()), *lines[place:]])


def valid_name(stem: str) -> str:
    """Return a name for a model, made of a file's name: letters, digits, _ and -, not too many, and not score."""
    letters = unicodedata.normalize("NFKD", stem.replace("ß", "ss")).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", letters)[: paths.LONGEST_NAME].strip("_-")
    return name if name and name != "score" else "table"
