"""Below data/raw nothing lies that DVC could not read to its end."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from passage.tables import raw

Write = Callable[[str, str], Path]


def pipe() -> None:
    os.mkfifo("data/raw/t.csv")


def device() -> None:
    Path("data/raw/t.csv").symlink_to("/dev/zero")


def link_to_nothing() -> None:
    Path("data/raw/t.csv").symlink_to("nowhere.csv")


def listener() -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("data/raw/t.csv")


@pytest.mark.parametrize("make", [pipe, device, link_to_nothing, listener])
def test_what_is_no_file_is_told(in_folder: Write, make: Callable[[], None]) -> None:
    in_folder("data/raw/fine.csv", "a\n1\n")
    assert list(raw.special_files()) == []
    make()
    (line,) = raw.special_files()
    what = "a link to nothing" if make is link_to_nothing else "not a file"
    assert line == f"data/raw/t.csv: this is {what}, and DVC reads all that is below data/raw; remove it"


def test_files_folders_and_links_to_them_are_fine(in_folder: Write) -> None:
    in_folder("data/raw/folder/t.csv", "a\n1\n")
    Path("data/raw/link.csv").symlink_to("folder/t.csv")
    Path("data/raw/more").symlink_to("folder")
    assert list(raw.special_files()) == []
