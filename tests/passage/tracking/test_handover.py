"""What a run shows of a result in words."""

import html
import re

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from passage.tracking.handover import JOINER, as_markdown

SHOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
ADDRESS = re.compile(r"https?://\S|www\.\w|[\w.+-]@\w", re.IGNORECASE)  # of which GitHub's Markdown makes a link


@given(st.text("![]()<>`*_~#+-=:/.@|&\\\"' \n1awht$", max_size=40))
@example("![x](http://evil.example/x.png)")
@example("[x](javascript:alert(1)) <img src=x onerror=y>")
@example("[a]: http://x\n\n# head\n\n    code")
@example("`x` **b** _i_ ~~s~~ | a | b |\n|---|---|")
@example("1. one")
@example("&#33;&#91;x](http://x)")
@example("www.x.example and ada@x.example")
def test_a_description_shows_what_it_is_given_and_makes_nothing_of_it(text: str) -> None:
    shown = SHOWN.render(as_markdown(text))
    assert set(re.findall(r"<(\w+)", shown)) <= {"p"}
    plain = html.unescape(re.sub("</?p>", "", shown)).strip()
    assert plain.replace(JOINER, "") == " ".join(text.split())
    assert not ADDRESS.search(plain)


def test_the_lessons_words_need_no_escape() -> None:
    said = "4 of 5 test students are predicted right (80 %). Beware: hours_studied is 0 to 19 there, but 1922!"
    assert as_markdown(said) == said
