"""The HTML page: what is on it, and that a browser shows all of it, readably, without a complaint."""

from __future__ import annotations

import html as html_module
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from fpgajet.report import Report, html, write_html
from fpgajet.report.svg import Scale

PICTURES = ("waterfall", "resources", "roc", "scores", "boosts", "bits")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

#: Runs in the page: what a reader would see.
PROBE = """
<script>
addEventListener("load", () => {
  document.querySelectorAll("details").forEach(d => d.open = true);
  const texts = [...document.querySelectorAll("main *")].filter(
    e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && !e.closest("title, desc, style"));
  const seen = texts.map(e => {
    const box = e.getBoundingClientRect();
    const scale = e.ownerSVGElement ? e.ownerSVGElement.getBoundingClientRect().width / 360 : 1;
    return {text: e.textContent.trim().slice(0, 60), left: box.left, right: box.right,
            size: parseFloat(getComputedStyle(e).fontSize) * scale, height: box.height,
            hidden: e.closest("thead")?.getBoundingClientRect().width <= 2};
  });
  const pictures = [...document.querySelectorAll("figure")].map(f => {
    const box = f.querySelector("svg").getBoundingClientRect();
    return {id: f.id, width: box.width, height: box.height, label: f.querySelector("desc").textContent,
            marks: f.querySelectorAll("rect, polyline").length};
  });
  const result = {width: innerWidth, overflow: document.documentElement.scrollWidth - innerWidth, seen, pictures};
  const out = document.createElement("pre");
  out.id = "probe"; out.textContent = JSON.stringify(result);
  parent.document.body.append(out);
});
</script>
"""


class Tags(HTMLParser):
    """Checks that tags are closed in order, and collects them."""

    VOID = ("meta", "link", "br", "hr", "img", "rect", "line", "polyline")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_self_contained_and_well_formed(report: Report) -> None:
    page = html(report)
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert not any(tag in ("script", "img", "iframe") for tag, _ in tags.found)
    links = [
        attrs.get("href") or attrs.get("src") for _, attrs in tags.found if "href" in attrs or "src" in attrs
    ]
    assert links == ["data:,"], "an icon of nothing, so that no browser asks for one"
    assert "http" not in page.replace("https://json-schema.org", "")
    ids = [attrs["id"] for _, attrs in tags.found if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_sections_in_order(report: Report) -> None:
    page = html(report)
    titles = re.findall(r"<h2>(.*?)</h2>", page)
    assert titles == [
        "Verdict",
        "Latency and resources",
        "Physics",
        "Types",
        "Certificate",
        "Reproducibility",
    ]
    assert page.index("PASS") < page.index("<h2>Verdict")
    for words in ("70,000", "ab" * 32, "fpgajet build --model toy", "estimate -28.0 %", "0.9510"):
        assert words in page


def test_every_picture_has_words(report: Report) -> None:
    page = html(report)
    for name in PICTURES:
        found = re.search(f'<figure id="{name}"><svg [^>]*role="img".*?<desc[^>]*>(.+?)</desc>', page)
        assert found, name
        assert len(found[1]) > 30


def test_text_is_escaped(values: dict[str, Any]) -> None:
    values["reproducibility"]["command"] = "<script>alert(1)</script>"
    page = html(Report.build(values))
    assert "<script" not in page
    assert "toy &lt;tagger&gt;" in page


def test_least_report(values: dict[str, Any]) -> None:
    least = {key: values[key] for key in ("model", "reproducibility")}
    page = html(Report.build(least))
    assert "Types" in page
    assert "Physics" not in page


def test_limit_inside_and_off_the_scale(values: dict[str, Any]) -> None:
    assert "off scale" in html(Report.build(values))
    values["budget"]["latency_ns"] = 120.0
    page = html(Report.build(values))
    assert "off scale" not in page
    assert "limit 120 ns" in page


def test_scales() -> None:
    linear, log = Scale(0, 10, 100, 200), Scale(0.001, 1, 0, 300, log=True)
    assert [linear(v) for v in (0, 5, 10, 20)] == [100, 150, 200, 200]
    assert linear.ticks() == [0, 2, 4, 6, 8, 10]
    assert [round(log(v)) for v in (0.001, 0.01, 1)] == [0, 100, 300]
    assert log.ticks() == pytest.approx([0.001, 0.01, 0.1, 1])


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_contrast(scheme: int) -> None:
    """WCAG 2.1: 4.5 for text, 3 for the lines of plots."""
    style = (Path(__file__).parents[2] / "fpgajet" / "report" / "style.css").read_text()
    block = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[scheme]
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))

    def contrast(a: str, b: str) -> float:
        high, low = sorted((luminance(colours[a]), luminance(colours[b])), reverse=True)
        return (high + 0.05) / (low + 0.05)

    for text in ("ink", "soft"):
        assert contrast(text, "paper") >= 4.5
        assert contrast(text, "panel") >= 4.5
    for status in ("pass", "marginal", "fail"):
        assert contrast(status, f"{status}-bg") >= 4.5
    assert contrast("limit", "paper") >= 4.5
    for line in ("c1", "c2", "c3"):
        assert contrast(line, "paper") >= 3


def browse(page: str, width: int, folder: Path) -> tuple[dict[str, Any], str]:
    """What headless Chromium makes of a page: the probe's result, and what it logged.

    The page sits in a frame of the wanted width, because a window cannot be narrower than 500 pixels.
    """
    assert CHROMIUM is not None
    inner = html_module.escape(page.replace("</body>", f"{PROBE}</body>"))
    frame = f'<body style="margin:0"><iframe style="border:0" width="{width}" height="4000" srcdoc="{inner}"></iframe>'
    outer = folder / "frame.html"
    outer.write_text(
        f'<!DOCTYPE html><meta charset="utf-8"><link rel="icon" href="data:,">{frame}', encoding="utf-8"
    )
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr",
         f"--user-data-dir={folder / 'profile'}", "--window-size=1400,4100", "--dump-dom", outer.as_uri()],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    found = re.search(r'<pre id="probe">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stderr[-2000:]
    return json.loads(html_module.unescape(found[1])), done.stderr


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
@pytest.mark.parametrize("width", [1280, 400])
def test_in_a_browser(report: Report, tmp_path: Path, width: int) -> None:
    page = tmp_path / "report.html"
    write_html(report, page)
    result, log = browse(page.read_text(encoding="utf-8"), width, tmp_path)
    assert "CONSOLE" not in log, "no complaint"
    assert result["width"] == width
    assert result["overflow"] <= 0, "nothing to scroll sideways"
    pictures = {p["id"]: p for p in result["pictures"]}
    assert sorted(pictures) == sorted(PICTURES)
    assert all(p["width"] > 300 and p["height"] > 100 and p["marks"] > 2 for p in pictures.values())
    visible = [t for t in result["seen"] if not t["hidden"]]
    assert len(visible) > 150
    assert [t for t in visible if t["size"] < 11 or t["height"] < 8] == [], "readable"
    assert [t for t in visible if t["left"] < -0.5 or t["right"] > width + 0.5] == [], "inside the page"
