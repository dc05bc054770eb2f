"""Every page: its links, the commands and files it names, and README's own numbers."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT

from passage.association import effects, firth, margins, points, probability_interval
from passage.model import folds

FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"(`+)(.+?)\1")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def pages() -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return sorted(path for path in listed if (ROOT / path).is_file())


PAGES = pages()


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def prose(page: str) -> str:
    """Return a page without its code."""
    return INLINE.sub("", FENCED.sub("", text(page)))


def code(page: str) -> list[str]:
    """Return each block and each piece of code on a page."""
    found = text(page)
    return [
        *(block for language, block in FENCED.findall(found) if language != "mermaid"),
        *(piece for _, piece in INLINE.findall(FENCED.sub("", found))),
    ]


def anchors(page: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    found: dict[str, int] = {}
    for heading in re.findall(r"^#+ +(.*?) *$", FENCED.sub("", text(page)), re.MULTILINE):
        words = LINK.sub(lambda link: link[0][1 : link[0].index("](")], heading)
        anchor = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        found[anchor] = found.get(anchor, -1) + 1
    return {f"{anchor}-{number}" if number else anchor for anchor, last in found.items() for number in range(last + 1)}


def broken_links(page: str) -> Iterator[str]:
    for link in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        if not target.exists() or (anchor and anchor not in anchors(str(target.resolve().relative_to(ROOT)))):
            yield link


def section(page: str, heading: str) -> str:
    found = re.search(rf"^##? {heading}\n(.*?)(?=^## |\Z)", text(page), re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def rows(page: str, heading: str) -> list[list[str]]:
    """Return the cells of the section's table, without its head."""
    lines = re.findall(r"^\| (.*) \|$", section(page, heading), re.MULTILINE)
    return [line.split(" | ") for line in lines[1:]]


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file_and_to_a_heading_of_it(page: str) -> None:
    assert not list(broken_links(page))


def test_every_page_of_docs_is_listed_for_a_reader() -> None:
    listed = set(LINK.findall(text("docs/README.md")))
    assert {Path(page).name for page in PAGES if page.startswith("docs/")} - {"README.md"} <= listed
    assert "docs/README.md" in LINK.findall(text("README.md"))


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_a_page_names_is_one(page: str) -> None:
    makefile = text("Makefile")
    targets = set(re.findall(r"^([a-z-]+):(?! ?=)", makefile, re.MULTILINE))
    usage = subprocess.run([sys.executable, "src"], cwd=ROOT, capture_output=True, text=True).stderr
    stages_and_tools = set(re.findall(r"^usage: python src (\w+)", usage, re.MULTILINE))
    assert targets
    assert stages_and_tools
    for piece in code(page):
        assert set(re.findall(r"\bmake ([a-z][a-z-]*)", piece)) <= targets
        assert set(re.findall(r"\bpython3? src ([a-z]\w*)", piece)) <= stages_and_tools


@pytest.mark.parametrize("page", PAGES)
def test_every_file_of_the_project_that_a_page_names_is_there(page: str) -> None:
    named = re.findall(r"(?<![\w./-])((?:src|tests|docs|\.ci)/[\w./-]*\w)", text(page).replace("\\", ""))
    written = {"src/stages/NAME.py"}  # stands for one that is to come
    assert not [path for path in named if path not in written and not (ROOT / path).exists()]


def tree() -> dict[str, str]:
    """Return the paths of README's tree, each with its line."""
    [(_, block)] = FENCED.findall(section("README.md", "The tree"))
    found, parent = {}, ""
    for line in block.splitlines():
        name = line.split()[0]
        parent = parent if line.startswith(" ") else name
        found[parent + name if line.startswith(" ") else name] = line
    return found


def test_the_tree_shows_what_is_there_or_will_be_built_and_each_room() -> None:
    shown = tree()
    for path, line in shown.items():
        built = "built by" in line and "in Git" not in line
        ignored = subprocess.run(["git", "check-ignore", "--quiet", path], cwd=ROOT).returncode == 0
        assert built == ignored, path
        assert built or (ROOT / path).exists(), path
    rooms = {f"src/passage/{path.parent.name}/" for path in (ROOT / "src/passage").glob("*/*.py")}
    assert {path for path in shown if path.startswith("src/passage/")} - {"src/passage/"} == rooms


def test_the_rooms_are_those_that_dvc_yaml_lists_for_each_stage() -> None:
    stages = yaml.safe_load(text("dvc.yaml"))["stages"]
    for room, _, importing in rows("CONTRIBUTING.md", "The rooms"):
        using = [name for name, of in stages.items() if room in of.get("do", of)["deps"]]
        assert importing == "all" or sorted(importing.split(", ")) == sorted(using), room


def test_the_first_page_is_short_and_its_first_screen_says_how_a_build_ends() -> None:
    readme = text("README.md")
    assert len(readme.splitlines()) <= 150
    shown = FENCED.findall(readme)[1][1].strip()
    assert all(line in text("Makefile") for line in shown.splitlines())


def test_the_limits_of_searched_intervals_are_those_of_the_code() -> None:
    limits = [re.findall(r"\d+", " ".join(cells)) for cells in rows("docs/large.md", "Intervals without a search")]
    assert [[int(number) for number in of_one] for of_one in limits] == [
        [firth.ROWS, firth.COLUMNS],
        [probability_interval.MOST, effects.MOST],
        [firth.ROWS, points.SEARCHED],
        [margins.CELL],
    ]


def test_how_many_rows_are_drawn_is_what_the_code_draws() -> None:
    _, more_than, drawn, *_ = rows("docs/large.md", "Tables of millions of rows")[0]
    said = [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", f"{more_than} {drawn}")]
    assert said == [folds.ENOUGH, folds.ENOUGH, folds.RARE]


def value(metrics: Any, key: str) -> float:
    for part in key.split("."):
        metrics = metrics[part]
    return float(metrics)


def test_the_six_numbers_of_the_first_page_are_the_models_own() -> None:
    metrics = json.loads(text("metrics/model.json"))
    found = rows("README.md", "Six numbers")
    assert len(found) == 6
    for shown, names, _ in found:
        keys = re.findall(r"`([\w.]+)`", names)
        first = keys[0].rpartition(".")[0]
        values = [value(metrics, key if "." in key else f"{first}.{key}") for key in keys]
        assert re.findall(r"[\d.]+(?: %)?", shown) == [
            f"{round(100 * one)} %" if "%" in shown else f"{one:.3g}" for one in values
        ]
