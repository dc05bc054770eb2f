"""A page in the system's Chromium: what it asks for, what it says, how wide it is, whom it shuts out."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

COMMANDS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",  # root cannot have one
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


class Screen(NamedTuple):
    """A size in CSS pixels; on a phone a page without `<meta name="viewport">` is laid out 980 wide."""

    width: int
    height: int
    phone: bool = False


PHONE = Screen(375, 667, phone=True)
DESK = Screen(1280, 800)
SCREENS = (PHONE, DESK)
A4 = Screen(718, 1047)  # 210 by 297 mm at 96 dpi, without margins of 1 cm

SHOW_ALL = """() => {
    document.querySelectorAll("details").forEach(details => details.open = true);
    document.querySelectorAll("[loading=lazy]").forEach(late => late.loading = "eager");
}"""
DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
WIDER_THAN_PAPER = """() => [...document.querySelectorAll("body *")]
    .filter(e => e.clientWidth > 1 && e.scrollWidth > e.clientWidth && getComputedStyle(e).overflowX != "visible")
    .map(e => `<${e.localName}> hides ${e.scrollWidth - e.clientWidth} px`)"""


def command() -> str:
    """Return the path of the system's Chromium; without one skip the test, or fail it when CI_BROWSER=required."""
    for name in COMMANDS:
        if found := shutil.which(name):
            return found
    reason = f"no browser found (looked for: {', '.join(COMMANDS)}); on Debian: apt-get install chromium"
    if os.environ.get("CI_BROWSER") == "required":
        pytest.fail(f"CI_BROWSER=required, but {reason}")
    pytest.skip(reason)


@contextmanager
def started() -> Iterator[Browser]:
    """Start Chromium, and end it."""
    path = command()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def context(browser: Browser, screen: Screen, scripts: bool = True) -> Iterator[BrowserContext]:
    """Yield a profile of its own, with nothing stored."""
    made = browser.new_context(
        viewport={"width": screen.width, "height": screen.height},
        is_mobile=screen.phone,
        color_scheme=SCHEMES[0],
        java_script_enabled=scripts,
    )
    with made:
        yield made


def opened(profile: BrowserContext, path: Path) -> Page:
    """Return the page, loaded, with its details open and no image waiting to be scrolled to."""
    page = profile.new_page()
    page.goto(path.resolve(strict=True).as_uri())
    page.evaluate(SHOW_ALL)
    return page


def heard(browser: Browser, path: Path) -> tuple[list[str], list[str]]:
    """Return which other addresses the page asks for, and what it complains about, on any screen and on paper."""
    asked: list[str] = []
    said: list[str] = []
    with context(browser, DESK) as profile:
        profile.on("request", lambda request: asked.append(request.url))
        profile.on("console", lambda line: said.append(f"{line.type}: {line.text}"))
        profile.on("weberror", lambda fault: said.append(f"error: {fault.error}"))
        page = opened(profile, path)
        page.evaluate(DRAWN)
        page.emulate_media(color_scheme="dark")
        page.evaluate(DRAWN)
        page.set_viewport_size({"width": PHONE.width, "height": PHONE.height})
        page.evaluate(DRAWN)
        page.emulate_media(media="print")
        page.evaluate(DRAWN)
        page.wait_for_load_state("networkidle")
    own = path.resolve().as_uri()
    return [url for url in asked if url != own], [line for line in said if line.startswith(("error", "warning"))]


def requests(browser: Browser, path: Path) -> list[str]:
    """Return the addresses that the page asks for, its own aside."""
    return heard(browser, path)[0]


def complaints(browser: Browser, path: Path) -> list[str]:
    """Return the errors and warnings in the console."""
    return heard(browser, path)[1]


def overflows(browser: Browser, path: Path) -> list[str]:
    """Return the screens that the page is too wide for; what scrolls in a box of its own is not counted."""
    found = []
    for screen in SCREENS:
        with context(browser, screen) as profile:
            width = opened(profile, path).evaluate("document.documentElement.scrollWidth")
        if width > screen.width:
            found.append(f"{width} px wide on a screen of {screen.width} px")
    return found


def cut_in_print(browser: Browser, path: Path) -> list[str]:
    """Return what is wider than the paper, where nobody can scroll."""
    with context(browser, A4) as profile:
        page = opened(profile, path)
        page.emulate_media(media="print")
        width = page.evaluate("document.documentElement.scrollWidth")
        hidden: list[str] = page.evaluate(WIDER_THAN_PAPER)
    return hidden + [f"{width} px wide on paper of {A4.width} px"] * (width > A4.width)


def barriers(browser: Browser, path: Path) -> list[str]:
    """Return axe-core's violations, all default rules, on each screen in each colour scheme."""
    found = []
    for screen in SCREENS:
        with context(browser, screen) as profile:
            page = opened(profile, path)
            page.evaluate(AXE_SCRIPT)
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                for violation in page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]:
                    what = f"{violation['id']} ({screen.width} px, {scheme})"
                    found += [f"{what}: {node['target']} {violation['help']}" for node in violation["nodes"]]
    return found


def needs_scripts(browser: Browser, path: Path) -> list[str]:
    """Return the lines of visible text that are there only with JavaScript, or only without."""
    texts = []
    for scripts in (True, False):
        with context(browser, DESK, scripts=scripts) as profile:
            texts.append(opened(profile, path).inner_text("body").splitlines())
    if texts[0] == texts[1]:
        return []
    return [f"with JavaScript: {texts[0]}", f"without: {texts[1]}"]


Check = Callable[[Browser, Path], list[str]]
CHECKS: tuple[Check, ...] = (requests, complaints, overflows, cut_in_print, barriers, needs_scripts)
