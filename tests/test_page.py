"""The report as a reader meets it: on a phone, in the dark, on paper, with a screen reader, without a network."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import browser
import pytest
from conftest import ROOT, Project
from playwright.sync_api import Browser

pytestmark = pytest.mark.xdist_group("browser")

PAGE = "report/index.html"
WIDE = f"<table><tr>{'<td>1234567890</td>' * 20}</tr></table>"
SAMPLE = f"""
<h1>Sample</h1>
<p>Text with a <a href="https://example.org/">link</a>.</p>
<svg role="img" aria-label="A line" viewBox="0 0 9 9" width="90"><path d="M0 0L99 9" stroke="currentColor"/></svg>
<img alt="A dot" src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=">
<div class="scrolls" tabindex="0" role="region" aria-label="Numbers">{WIDE}</div>
<details><summary>More</summary><p>What was closed.</p></details>
"""


def document(main: str, head: str = "") -> str:
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Sample</title>
<style>
:root {{ background: #fff; color: #111 }}
a {{ color: inherit }}
@media (prefers-color-scheme: dark) {{ :root {{ background: #111; color: #eee }} }}
.scrolls {{ overflow-x: auto }}
@media print {{ .scrolls {{ overflow-x: visible }} .scrolls td {{ font-size: 3px }} }}
</style>
{head}
</head>
<body><main>{main}</main></body>
</html>
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.started() as started:
        yield started


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "page.html"


@pytest.mark.parametrize("check", browser.CHECKS)
def test_a_sound_page_has_no(check: browser.Check, chromium: Browser, page: Path) -> None:
    page.write_text(document(SAMPLE), encoding="utf-8")
    assert check(chromium, page) == []


LATE = "<div style='height: 20000px'></div><img alt='' loading='lazy' src='x.png'>"
DIM = "<style>@media (prefers-color-scheme: dark) { h1 { color: #333; background: #222 } }</style>"
NIGHT = "<style>@media (prefers-color-scheme: dark) { body { background: url(x.png) } }</style>"
PRINTED = "<style>@media print { body { background: url(x.png) } }</style>"
FAULTS: dict[str, tuple[browser.Check, str, str]] = {
    "an image from elsewhere": (
        browser.requests,
        document("<img alt='' src='http://127.0.0.1:1/x.png'>"),
        "http://127.0.0.1:1/x.png",
    ),
    "an image far down": (browser.requests, document(LATE), "x.png"),
    "an image in the dark": (browser.requests, document("", NIGHT), "x.png"),
    "an image on paper": (browser.requests, document("", PRINTED), "x.png"),
    "an error": (browser.complaints, document("<script>console.error('alas')</script>"), "error: alas"),
    "a warning": (browser.complaints, document("<script>console.warn('mind')</script>"), "warning: mind"),
    "an exception": (browser.complaints, document("<script>nothing()</script>"), "nothing is not defined"),
    "too wide for a phone": (browser.overflows, document(WIDE), "on a screen of 375 px"),
    "too wide for a desk": (browser.overflows, document(WIDE), "on a screen of 1280 px"),
    "wide once opened": (browser.overflows, document(f"<details>{WIDE}</details>"), "on a screen of 1280 px"),
    "no viewport": (browser.overflows, document("").replace("viewport", "author"), "on a screen of 375 px"),
    "too wide for paper": (browser.cut_in_print, document(WIDE), "on paper of 718 px"),
    "a box cut by paper": (browser.cut_in_print, document(f"<div style='overflow: auto'>{WIDE}</div>"), "<div> hides"),
    "no alt": (browser.barriers, document("<h1>Dog</h1><img src='data:,'>"), "image-alt (375 px, light): ['img']"),
    "dim in the dark": (browser.barriers, document("<h1>Dim</h1>", DIM), "color-contrast (1280 px, dark): ['h1']"),
    "a box without keys": (
        browser.barriers,
        document(f"<h1>Wide</h1><div class='scrolls'>{WIDE}</div>"),
        "scrollable-region-focusable (375 px, light)",
    ),
    "text by script": (browser.needs_scripts, document("<script>document.write('late')</script>"), "'late'"),
    "text without script": (browser.needs_scripts, document("<noscript>early</noscript>"), "without: ['early']"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_checks_find(fault: str, chromium: Browser, page: Path) -> None:
    check, html, told = FAULTS[fault]
    page.write_text(html, encoding="utf-8")
    assert told in "\n".join(check(chromium, page))


@pytest.mark.parametrize(("variable", "outcome"), [("", pytest.skip.Exception), ("required", pytest.fail.Exception)])
def test_without_chromium_the_tests_are_skipped_unless_ci_requires_it(
    variable: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI_BROWSER", variable)
    with pytest.raises(outcome, match=r"no browser found .* apt-get install chromium"):
        browser.command()


@pytest.mark.parametrize("check", browser.CHECKS)
def test_the_report_has_no(check: browser.Check, chromium: Browser, built_once: Path) -> None:
    assert check(chromium, built_once / PAGE) == []


@pytest.fixture
def report(chromium: Browser, built_once: Path) -> Callable[..., Any]:
    """Return what runs a script on the page, as it opens, on a screen."""

    def run(code: str, screen: Any = browser.DESK, opened: bool = False, media: Any = "screen", of: Any = PAGE) -> Any:
        with browser.context(chromium, screen) as profile:
            page = browser.opened(profile, built_once / of)
            page.emulate_media(media=media)
            if not opened:
                page.evaluate("document.querySelectorAll('details').forEach(one => one.open = false)")
            return page.evaluate(code)

    return run


BOTTOMS = "name => [...document.querySelectorAll(name)].map(one => one.getBoundingClientRect().bottom)"


def test_the_first_screen_has_the_answer_and_both_cards_with_their_pictures(report: Callable[..., Any]) -> None:
    for name, count in (("h1", 1), (".lead", 1), (".card", 2), (".card figure svg", 2)):
        bottoms = report(f"({BOTTOMS})('{name}')")
        assert len(bottoms) == count
        assert max(bottoms) <= browser.DESK.height


def test_the_page_is_no_longer_than_six_screens(report: Callable[..., Any]) -> None:
    assert report("document.documentElement.scrollHeight") <= 6 * browser.DESK.height


LETTERS = """() => [...document.querySelectorAll("svg text")].map(one => {
    const svg = one.ownerSVGElement, box = svg.viewBox.baseVal
    const scale = box && box.width ? svg.getBoundingClientRect().width / box.width : 1
    return parseFloat(getComputedStyle(one).fontSize) * scale
}).filter(size => size > 0)"""


@pytest.mark.parametrize("screen", browser.SCREENS)
def test_letters_in_pictures_are_no_smaller_than_11_px(screen: browser.Screen, report: Callable[..., Any]) -> None:
    sizes = report(LETTERS, screen)
    assert len(sizes) > 50
    assert min(sizes) >= 11


def test_on_a_phone_captions_stay_in_sight_and_features_become_cards(report: Callable[..., Any]) -> None:
    assert report("document.querySelectorAll('.scrolls .caption, .scrolls caption').length", browser.PHONE) == 0
    boxes = "[...document.querySelectorAll('.effects')].map(one => one.parentNode)"
    wider = f"{boxes}.map(one => one.scrollWidth - one.clientWidth)"
    assert report(wider, browser.PHONE) == [0, 0]
    cells = "[...document.querySelectorAll('.effects td')].filter(one => one.offsetHeight && one.textContent)"
    assert report(f"{cells}.every(one => one.dataset.name)", browser.PHONE)


BROKEN = """() => {
    const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walk.nextNode()) {
        const node = walk.currentNode
        if (node.parentElement.closest("svg, style")) continue
        for (const word of node.data.matchAll(/[^\\s\\-\u2010\\/]+/g)) {
            const range = document.createRange()
            range.setStart(node, word.index)
            range.setEnd(node, word.index + word[0].length)
            if (new Set([...range.getClientRects()].map(one => one.top)).size > 1) found.push(word[0])
        }
    }
    return found
}"""


@pytest.mark.parametrize("screen", browser.SCREENS)
def test_no_word_is_broken_inside(screen: browser.Screen, report: Callable[..., Any]) -> None:
    assert report(BROKEN, screen, opened=True) == []


def test_paper_holds_no_page_of_parameters(report: Callable[..., Any]) -> None:
    shown = "document.querySelector('.parameters').getBoundingClientRect().height"
    assert report(shown, browser.A4, opened=True, media="print") == 0
    assert report(shown, browser.DESK, opened=True) > 0


NAMED = "hours_studied <small>who studied one hour more</small>"
LONG = f"{'concave points of the nuclei ' * 2}<small>higher by one standard deviation (0.0367)</small>"


@pytest.mark.parametrize(("screen", "media"), [(browser.DESK, "screen"), (browser.A4, "print")])
def test_a_feature_with_a_long_name_takes_a_few_lines(
    screen: browser.Screen, media: Any, report: Callable[..., Any], built_once: Path, page: Path
) -> None:
    said = (built_once / PAGE).read_text(encoding="utf-8")
    assert NAMED in said
    page.write_text(said.replace(NAMED, LONG), encoding="utf-8")
    heights = "[...document.querySelectorAll('.effects tbody tr')].map(one => one.offsetHeight)"
    assert max(report(heights, screen, media=media, of=page)) < 120


@pytest.mark.parametrize("screen", browser.SCREENS)
def test_a_heading_is_larger_than_what_is_below_it(
    screen: browser.Screen, report: Callable[..., Any], built_once: Path, page: Path
) -> None:
    said = (built_once / PAGE).read_text(encoding="utf-8")
    every = "".join(f"<h{level}>of level {level}</h{level}>" for level in (1, 2, 3, 4))
    page.write_text(re.sub(r"(<main[^>]*>).*</main>", rf"\1{every}</main>", said, flags=re.DOTALL), encoding="utf-8")
    script = "[...document.querySelectorAll('h1, h2, h3, h4')].map(one => parseFloat(getComputedStyle(one).fontSize))"
    sizes = report(script, screen, of=page)
    assert len(sizes) == 4
    assert sizes == sorted(set(sizes), reverse=True)


IN_A_SANDBOX = """page => {
    const frame = document.createElement("iframe");
    frame.sandbox = "allow-scripts";
    frame.src = URL.createObjectURL(new Blob([page], {type: "text/html"}));
    document.body.append(frame);
}"""


def test_links_within_the_report_lead_there_where_mlflow_shows_it(chromium: Browser, built_once: Path) -> None:
    """MLflow 3.17 shows an HTML file as a blob in an iframe that may run scripts and do nothing else."""
    with browser.context(chromium, browser.DESK) as profile:
        outer = profile.new_page()
        outer.evaluate(IN_A_SANDBOX, (built_once / PAGE).read_text(encoding="utf-8"))
        inner = outer.frame_locator("iframe")
        link = inner.locator("a[href^='#']").last
        heading = inner.locator(str(link.get_attribute("href")))
        assert heading.evaluate("element => element.getBoundingClientRect().top > innerHeight")
        link.click()
        assert heading.evaluate("element => element.getBoundingClientRect().top < innerHeight")


SCALE = """spec => vegaEmbed(document.createElement("div"), spec)
    .then(({view}) => [view.scale("x").type, view.scale("x").domain()[0]])"""


def test_the_plots_of_dvc_are_drawn_without_a_network_and_odds_start_at_one(chromium: Browser, built: Project) -> None:
    (built.folder / ".venv").symlink_to(ROOT / ".venv")
    built.dvc("plots", "diff", "HEAD")
    path = built.folder / "dvc_plots/index.html"
    assert browser.requests(chromium, path) == []
    specs = re.findall(r"var spec = (.*?);\n *vegaEmbed", path.read_text(encoding="utf-8"), re.DOTALL)
    with browser.context(chromium, browser.DESK) as profile:
        page = browser.opened(profile, path)
        page.evaluate(browser.DRAWN)
        assert page.locator("canvas.marks").count() == len(specs) == 12  # six of each model
        odds = [page.evaluate(SCALE, json.loads(spec)) for spec in specs if '"odds_ratio"' in spec]
    assert odds == [["log", 1], ["log", 1]]
