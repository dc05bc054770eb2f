"""docs/your-own-data.md: each of its commands, run one after the other, prints what the page shows."""

import pytest
from conftest import ROOT, Project
from walking import RUN, made_ready, pattern, steps, walk

WALK = (ROOT / "docs/your-own-data.md").read_text(encoding="utf-8")


@pytest.mark.long
def test_each_command_of_the_walk_prints_what_the_page_shows(project: Project) -> None:
    made_ready(project)
    for key in ("name", "email"):
        project.run("git", "config", f"user.{key}", "test")
    walk(project, steps(WALK))


def test_the_page_has_commands_and_says_what_they_print() -> None:
    assert len(steps(WALK)) > 8
    assert sum(bool(shown) for _, shown in steps(WALK)) > 5
    assert len(set(RUN.findall(WALK))) >= 3


def test_what_is_printed_must_be_what_is_shown_but_for_left_out_lines_and_ids_of_runs() -> None:
    run, other = "0" * 31 + "a", "0" * 31 + "b"
    shown = pattern(f"one\n...\nas run {run}.\n", {})
    assert shown.fullmatch(f"one\ntwo\nthree\nas run {other}.\n")
    assert shown.fullmatch(f"one\nas run {other}.\n")
    for wrong in (
        f"one\nas run {other}!\n",
        "one\nas run b.\n",
        f"two\nas run {other}.\n",
        f"one\nas run {other}.\nmore\n",
    ):
        assert not shown.fullmatch(wrong)
    assert not pattern(f"as run {run}.\n", {run: run}).fullmatch(f"as run {other}.\n")
    assert steps("```console\n$ one \\\n  two\nprinted\n```\n") == [("one \\\n  two", "printed\n")]
    assert steps("```console\n$ python3 -c '\nprint(1)'\n1\n$ ls\n```\n") == [
        ("python3 -c '\nprint(1)'", "1\n"),
        ("ls", ""),
    ]
