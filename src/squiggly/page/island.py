"""The lab as HTML output: the whole page in an iframe, alive with no kernel, server or network; else a picture."""

from __future__ import annotations

import base64
import gzip
import html as markup
import io
import json
import re
import secrets
from typing import TYPE_CHECKING

import numpy as np

from squiggly.errors import SquigglyError
from squiggly.page.file import html

if TYPE_CHECKING:
    from squiggly.page.lab import Lab

SIZE, DPI = (6.4, 3.6), 80  # of the picture: inches, dots per inch
MOST_DOTS = 2000
MAY = "allow-scripts allow-downloads allow-popups"  # what the iframe may do: not touch the page it stands in
ALLOW = "clipboard-write *"  # what a reader may have copied; * because a page in a sandbox has no origin to name
STYLE = "width:100%;height:900px;border:0;display:block"  # of the iframe, until its page says how tall it is

# Inside the iframe: says how tall the page is, whenever that changes.
TALL = """<script>{
const lab = document.getElementById("squiggly-lab");
const tell = () => parent.postMessage({ squiggly: "KEY", height: Math.ceil(lab.getBoundingClientRect().height) }, "*");
new ResizeObserver(tell).observe(lab);
}</script>
"""

# Around it: hears how tall the page is.
HEAR = """addEventListener("message", ({ source, data }) => {
  if (source === frame.contentWindow && data?.squiggly === "KEY") frame.style.height = `${Number(data.height)}px`;
});"""

FRAME = """<iframe id="squiggly-KEY" title="TITLE" sandbox="MAY" allow="ALLOW" style="STYLE" srcdoc="PAGE"></iframe>
<script>(() => {
const frame = document.getElementById("squiggly-KEY");
HEAR
})()</script>"""

# The page is compressed and in base64: no text in it can end the script, and it takes a third of the room.
ISLAND = """<div id="squiggly-KEY">STILL</div>
<script>(() => {
const place = document.getElementById("squiggly-KEY"), live = LIVE;
if (!place || !window.DecompressionStream) return;
const frame = document.createElement("iframe");
HEAR
const build = async () => {
  const bytes = Uint8Array.from(atob("PAGE"), (c) => c.charCodeAt(0));
  const page = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  frame.title = TITLE;
  frame.setAttribute("sandbox", "MAY");
  frame.allow = "ALLOW";
  frame.style.cssText = "STYLE";
  frame.srcdoc = await new Response(page).text();
  place.replaceChildren(frame);
};
const look = () => {
  const aside = live !== "" && document.querySelector(`[data-squiggly-lab="${live}"]`) !== null;
  place.style.display = aside ? "none" : "";
  const before = place.closest(".jp-OutputArea-child")?.previousElementSibling;
  if (before?.textContent.includes("Error displaying widget")) before.style.display = aside ? "" : "none";
  if (!aside && !frame.title) build();
};
if (live === "") return look();
place.style.display = "none";
for (const second of Array(60).keys()) setTimeout(look, 1000 * (second + 1));
})()</script>"""


def island(lab: Lab, live: str, picture: bytes | None) -> str:
    """HTML that builds the page in an iframe, unless the live widget of this name stands in the same document.

    live: the widget's name, "" for none.  picture: PNG, shown where no script runs.
    """
    key, title = secrets.token_hex(6), title_of(lab)
    parts = {"STILL": "" if picture is None else _image(picture, title), "LIVE": _quoted(live), "TITLE": _quoted(title)}
    page = base64.b64encode(gzip.compress(_page(html(lab), key).encode(), mtime=0)).decode()
    return _filled(ISLAND, {**parts, "HEAR": HEAR.replace("KEY", key), "KEY": key, "PAGE": page})


def frame(page: str, title: str) -> str:
    """HTML with a page in an iframe from the start: for places that run no script outside one."""
    key = secrets.token_hex(6)
    parts = {"TITLE": markup.escape(title), "PAGE": markup.escape(_page(page, key))}
    return _filled(FRAME, {**parts, "HEAR": HEAR.replace("KEY", key), "KEY": key})


def _filled(template: str, parts: dict[str, str]) -> str:
    """The template with its words in capitals replaced, all at once: what is put in is not looked at again."""
    known = {"MAY": MAY, "ALLOW": ALLOW, "STYLE": STYLE, **parts}
    return re.sub(r"\b(" + "|".join(known) + r")\b", lambda word: known[word.group()], template)


def _quoted(words: str) -> str:
    r"""A string of JavaScript that is safe inside a script element.

    >>> _quoted("</script>")
    '"\\u003c/script>"'
    """
    return json.dumps(words).replace("<", "\\u003c")


def picture(lab: Lab) -> bytes | None:
    """The points and the curve as they stand, as a small PNG; None where the curve has no finite value there."""
    from squiggly.page.lab import ranges_of
    from squiggly.picture import DATA, MODEL, sheet, style

    inputs = lab.model.inputs
    ranges = lab.ranges if lab.points is None else ranges_of(lab.points, lab.model)
    x, *rest = (np.linspace(*pair, 300 if len(inputs) == 1 else 60) for pair in ranges)
    across, up = np.meshgrid(x, rest[0]) if rest else (x, None)
    halfway = {n: np.full(across.shape, sum(pair) / 2) for n, pair in zip(inputs[2:], ranges[2:])}
    given = {inputs[0]: across, **({} if up is None else {inputs[1]: up}), **halfway}
    try:
        with np.errstate(all="ignore"):
            y = lab.model.predict(given, **lab.start)
    except SquigglyError:
        return None
    if not np.isfinite(y).any():
        return None
    with style():
        figure, axes = sheet(*SIZE)
        if up is None:
            axes.plot(x, np.where(np.isfinite(y), y, np.nan), color=MODEL, linewidth=2)
        else:
            axes.contourf(across, up, np.ma.masked_invalid(y), 9, cmap="Oranges", alpha=0.6)
            axes.set(xlabel=inputs[0], ylabel=inputs[1])
        if lab.points is not None:
            every = -(-lab.points.n // MOST_DOTS)
            heights = lab.points.y if up is None else lab.points.inputs[inputs[1]]
            axes.plot(lab.points.inputs[inputs[0]][::every], heights[::every], "o", color=DATA, markersize=5)
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=DPI, metadata={"Software": None})
    return file.getvalue()


def _page(page: str, key: str) -> str:
    before, end, after = page.rpartition("</body>")
    return before + TALL.replace("KEY", key) + end + after


def _image(png: bytes, title: str) -> str:
    words = markup.escape(
        f"The points and the curve of {title}, as a picture: its sliders need a page that runs scripts"
    )
    return f'<img alt="{words}" style="max-width:100%" src="data:image/png;base64,{base64.b64encode(png).decode()}">'


def title_of(lab: Lab) -> str:
    return lab.title or lab.model.formula or "lab"
