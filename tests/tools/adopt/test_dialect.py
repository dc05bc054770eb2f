"""How a table is written: encodings and separators that are found, and those that are refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passage.base.errors import Mistake
from tools.adopt import dialect

TABLE = "größe;preis €\n1;2\n"
PATH = Path("t.csv")


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 with a byte order mark"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_an_encoding_is_found_and_the_text_is_the_same(codec: str, encoding: str) -> None:
    assert dialect.utf8(TABLE.encode(codec), PATH) == (TABLE.encode(), encoding)


@given(st.text("abc ;,0" + "".join(map(chr, range(0xC0, 0x100)))))
def test_latin_1_is_read_to_the_letter(text: str) -> None:
    content = f"größe\n{text}\n".encode("latin-1")
    assert dialect.utf8(content, PATH)[0].decode() == f"größe\n{text}\n"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"a,b\n\x81,1\n", "t.csv, line 2: the byte 0x81 is not Windows-1252, nor is the table in another encoding"),
        ("a\nä\n".encode() + "ö\n".encode("cp1252"), "t.csv, line 3: this is not UTF-8, but other lines are"),
        ("ö\n".encode("cp1252") + "ä\n".encode(), "t.csv, line 1: this is not UTF-8, but other lines are"),
        (b"a,b\n1,2\n\x00,3\n", "t.csv, line 3: there is a byte of 0"),
        (b"\xff\xfea\x00,\x00\x00\xd8\x00", "t.csv, line 1: the byte 0x00 is not UTF-16"),
    ],
)
def test_what_is_in_no_encoding_or_in_two_is_refused_with_its_line(content: bytes, line: str) -> None:
    with pytest.raises(Mistake) as caught:
        dialect.utf8(content, PATH)
    assert str(caught.value).startswith(line)


def test_a_letter_across_two_chunks_is_a_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialect, "CHUNK", 3)
    assert dialect.utf8("abäöüß€".encode(), PATH)[1] == "UTF-8"
    with pytest.raises(Mistake, match="line 2: the byte 0x81"):
        dialect.utf8(b"abcde\nf\x81", PATH)


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("a,y\n1,0\n", ","),
        ("a;y\n1,5;0\n2,5;1\n", ";"),
        ("a\ty\none, two, three\t0\nfour, five\t1\n", "\t"),
        ("a|y\n1;2|0\n", "|"),
        ('"a;b","y"\n"1;2","0"\n', ","),
        ('"a,b";y\n"1,5";0\n', ";"),
        ("date;time,y\n1;2,0\n", ","),
        ("a,b;y\n1,2;0\n", ";"),
        ("y\n1\n0\n", ","),
        ("a, y\n1, 0\n", ","),
    ],
)
def test_the_separator_is_found(text: str, separator: str) -> None:
    assert dialect.separator(text.encode(), "y") == separator


def test_without_the_target_in_the_header_the_even_rows_decide() -> None:
    assert dialect.separator(b"a;b\n1,5;2,5\n1;2\n", "gone") == ";"
    assert dialect.separator(b"a,b;c;d\n1,2;3;4\n", "gone") == ";", "of two that are even, the one that makes more"
    assert dialect.separator(b"a;b\n1;2\n1;2;3\n", "gone") == ";", "that each row is one value is no evenness"


def test_the_first_megabyte_decides_though_a_row_is_cut() -> None:
    row = b'"' + b"x, " * 50 + b'";0\n'
    assert dialect.separator(b"a;y\n" + row * 10_000, "y") == ";"
    far_below = b"1,2;3\n" * 10_000 + b"1;3\n" * 5_000
    assert dialect.separator(b"a,b;c\n" + far_below, "gone") == ";"
