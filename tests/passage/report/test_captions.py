"""A picture that becomes part of a page."""

import re

import pytest

from passage.evaluation.vocabulary import Vocabulary
from passage.report.captions import ORDER, embedded, words_for

SVG = """<?xml version="1.0"?>
<!DOCTYPE svg>
<svg xmlns:xlink="x" width="374pt" height="266pt" viewBox="0 0 374 266">
 <metadata><rdf>x</rdf></metadata>
 <defs><style type="text/css">*{stroke-linejoin: round}</style></defs>
 <g id="figure_1"><path id="m1" style="fill: #ffffff; stroke: #000000"/><use xlink:href="#m1" clip-path="url(#p1)"/>
 <text>a #00000012 b</text></g>
</svg>"""


def test_its_ids_are_its_own_its_colours_and_size_the_pages() -> None:
    found = embedded(SVG, "model-roc")
    assert found.startswith('<svg aria-hidden="true"')
    assert set(re.findall(r'id="([^"]*)"', found)) == {"model-roc-figure_1", "model-roc-m1"}
    assert 'xlink:href="#model-roc-m1"' in found
    assert "url(#model-roc-p1)" in found
    assert "fill: var(--paper); stroke: currentColor" in found
    assert "width=" not in found
    assert "height=" not in found
    assert 'viewBox="0 0 374 266"' in found
    assert "metadata" not in found
    assert "<style" not in found


@pytest.mark.parametrize("picture", ORDER)
def test_each_picture_has_words_for_those_who_do_not_see_it(picture: str) -> None:
    test = {"true_negatives": 11, "false_positives": 12, "false_negatives": 13, "true_positives": 14, "roc_auc": 0.75}
    words = Vocabulary("students", "passing", ("failed", "passed"), {}, {})
    alt, caption = words_for(picture, {"test": test, "odds": {"hours": {}}}, 0.95, words)
    assert alt
    assert caption.endswith(".")
    if picture == "confusion":
        assert alt == "Of failed, 11 predicted failed and 12 passed; of passed, 13 predicted failed and 14 passed"
