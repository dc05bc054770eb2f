"""A picture that becomes part of a page."""

import re
from pathlib import Path

import pytest

from passage import report
from passage.evaluation.vocabulary import Vocabulary
from passage.report.captions import ORDER, embedded, words_for

SVG = """<?xml version="1.0"?>
<!DOCTYPE svg>
<svg xmlns:xlink="x" width="374pt" height="266pt" viewBox="0 0 374 266">
 <metadata><rdf>x</rdf></metadata>
 <defs><style type="text/css">*{stroke-linejoin: round}</style></defs>
 <g id="figure_1"><path id="m1" style="fill: #ffffff; stroke: #000000"/>
 <path style="stroke: #d55e00; fill: #a8cfe8"/><use xlink:href="#m1" clip-path="url(#p1)"/>
 <text>a: #000000 b: #0072b2</text></g>
</svg>"""


def test_its_ids_are_its_own_its_colours_and_size_the_pages() -> None:
    found = embedded(SVG, "model-roc")
    assert found.startswith('<svg aria-hidden="true"')
    assert set(re.findall(r'id="([^"]*)"', found)) == {"model-roc-figure_1", "model-roc-m1"}
    assert 'xlink:href="#model-roc-m1"' in found
    assert "url(#model-roc-p1)" in found
    assert "fill: var(--paper); stroke: currentColor" in found
    assert "stroke: var(--no); fill: var(--region-4)" in found
    assert "<text>a: #000000 b: #0072b2</text>" in found
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
    if picture in ("curve", "regions"):
        assert "probability of passing" in alt
        assert "probability of passing" in caption
    if picture == "confusion":
        assert alt == "Of failed, 11 predicted failed and 12 passed; of passed, 13 predicted failed and 14 passed"


def colours(scheme: str) -> dict[str, tuple[float, ...]]:
    """Return the page's colours by name, as relative luminances of red, green and blue."""
    css = (Path(report.__file__).parent / "page.css").read_text(encoding="utf-8")
    light, dark = css.split("@media", 2)[:2]
    named = re.findall(r"--([\w-]+): #(\w{6})", light) + (
        re.findall(r"--([\w-]+): #(\w{6})", dark) if scheme == "dark" else []
    )
    return {name: tuple(int(code[place : place + 2], 16) / 255 for place in (0, 2, 4)) for name, code in named}


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Return the contrast of two colours (WCAG 2.2, contrast ratio)."""

    def luminance(colour: tuple[float, ...]) -> float:
        linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    lighter, darker = sorted([luminance(one), luminance(other)], reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("name", ["ink", "soft", "no", "yes", "grey", "alarm", "link"])
def test_lines_and_letters_can_be_seen_in_the_dark(name: str) -> None:
    found = colours("dark")
    assert contrast(found[name], found["paper"]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_can_be_seen_on_their_grounds(scheme: str) -> None:
    found = colours(scheme)
    grounds = [found[f"region-{place}"] for place in range(6)]
    assert min(contrast(found["ink"], ground) for ground in grounds) >= 4.5
    own = {"no": grounds[:3], "yes": grounds[3:]}
    least = min(contrast(found[mark], ground) for mark, of in own.items() for ground in of)
    assert least >= (3 if scheme == "dark" else 1.7)  # in the light form and place tell them, too


def test_by_time_a_picture_is_of_later_rows() -> None:
    words = Vocabulary("students", "passing", ("failed", "passed"), {}, {})
    metrics = {"odds": {"hours": {}}, "cross_validation": {"rows": 12}}
    found = {picture: words_for(picture, metrics, 0.95, words)[1] for picture in ("calibration", "thresholds")}
    assert found["calibration"].startswith("Later students, predicted by fits on earlier ones: on the dotted line")
    assert found["thresholds"].startswith("Later training students, predicted by fits on earlier ones: what another")
