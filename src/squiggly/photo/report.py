"""The report of a recogniser as one page: its score, its mistakes as pictures, likely wrong labels, look-alikes."""

from __future__ import annotations

import io
import math
import os
from base64 import b64encode
from typing import TYPE_CHECKING

import numpy as np

from squiggly.page.file import visible
from squiggly.photo.answering import fingerprint
from squiggly.photo.decoding import PhotoError, decoded, imaging
from squiggly.photo.page import question
from squiggly.photo.review import MOST_SHOWN, Review, Suspect, Wrong, review
from squiggly.photo.wording import of_interval, share

if TYPE_CHECKING:
    from squiggly.photo.collection import Photos
    from squiggly.photo.fitted import PhotoFit

SHOWN_SIDE = 240  # pixels of the longer side of a picture
MOST_MATRIX = 30  # classes, above which only the pairs that are mixed up most are shown
MOST_PAIRS = 24
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
STYLE = """
:root{color-scheme:light dark;--paper:#fcfbf8;--card:#fff;--ink:#20242a;--soft:#5d646e;--line:#e4e1da;
  --hit:194,80,16}
@media(prefers-color-scheme:dark){:root{--paper:#15181c;--card:#1c2026;--ink:#e8e6e1;--soft:#a3a9b2;
  --line:#30353c;--hit:240,140,70}}
body{margin:0 auto;max-width:1080px;padding:24px 16px 60px;background:var(--paper);color:var(--ink);
  font:16px/1.5 system-ui,sans-serif}
h1{font:600 30px/1.2 Georgia,serif;margin:0 0 8px}h2{font:600 21px/1.3 Georgia,serif;margin:38px 0 8px}
p{max-width:66ch;margin:0 0 10px}.soft,figcaption{color:var(--soft)}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:14px}
th,td{padding:4px 12px 4px 0;text-align:left;font-weight:400}td{text-align:right;
  font-variant-numeric:tabular-nums}
.matrix td,.matrix thead th{padding:4px 8px;text-align:center;border:1px solid var(--line)}
.matrix th{overflow-wrap:anywhere}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));gap:16px;list-style:none;
  margin:12px 0 0;padding:0}
.cards li{border:1px solid var(--line);border-radius:12px;background:var(--card);padding:10px;
  overflow-wrap:anywhere;font-size:14px}
.cards b{font-size:16px}.pair{display:flex;gap:6px;align-items:flex-start}figure{margin:0;flex:1;min-width:0}
figcaption{font-size:12px}
.view{position:relative;display:block}.view img{width:100%;display:block;border-radius:6px}
.view img.look{position:absolute;inset:0;height:100%;visibility:hidden}
#looks:checked~.cards .look{visibility:visible}#looks{width:20px;height:20px;vertical-align:-4px}
label{display:inline-block;padding:10px 0;cursor:pointer}
@media print{body{max-width:none}.cards li{break-inside:avoid}}
"""
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="generator" content="squiggly">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def html(fit: PhotoFit, photos: Photos, most: int = MOST_SHOWN) -> str:
    """The report, whole. photos: those it was trained on, as squares of its side; most: pictures in a part of it."""
    imaging()
    found = review(fit, photos, most)
    title = f"{question(fit.classes)} How good the answers are"
    parts = [_score(fit, title), _strangers(fit, photos), _classes(fit), _confusion(fit), _mistakes(fit, photos, found)]
    parts += [_suspects(photos, found), _look_alikes(photos), _training(fit)]
    body = "\n".join(part for part in parts if part)
    return PAGE.format(policy=visible(POLICY).replace("&#x27;", "'"), title=visible(title), style=STYLE, body=body)


def _score(fit: PhotoFit, title: str) -> str:
    score = fit.score
    lines = [
        f"<h1>{visible(title)}</h1>",
        f"<p>Of {score.n:,} photos kept for the score it recognised {score.right:,}: "
        f"<b>{visible(of_interval(score.right, score.n))}</b>, the 95 % interval for photos like "
        "them.</p>",
        "<table><tbody>",
        _row("this recogniser", share(score.accuracy)),
        _row("a weight for each of 16 by 16 pixels", share(fit.by_lines / score.n if score.n else math.nan)),
        _row("always naming the largest class", share(score.common)),
        *([_row("without photos alike to one trained on", share(fit.clean.accuracy))] if fit.clean else []),
        _row("how far stated and true shares of right differ", share(score.gap)),
        "</tbody></table>",
        f"<p>{visible(fit.verdict.kind.capitalize())}: {visible(fit.verdict.words)}.</p>",
    ]
    return "\n".join(lines)


def _strangers(fit: PhotoFit, photos: Photos) -> str:
    """A warning where these are not the photos that the fit knows."""
    if fit.told.get("photos") == fingerprint(photos):
        return ""
    return (
        "<p><b>These are not the photos it was trained on, or some have changed since.</b> The score above is of "
        "those; the pictures below are of these, and some of them it may have been trained on.</p>"
    )


def _row(name: str, *cells: str) -> str:
    return f'<tr><th scope="row">{visible(name)}</th>{"".join(f"<td>{visible(cell)}</td>" for cell in cells)}</tr>'


def _head(*names: str) -> str:
    return "<thead><tr>" + "".join(f'<th scope="col">{visible(name)}</th>' for name in names) + "</tr></thead>"


def _classes(fit: PhotoFit) -> str:
    score = fit.score
    rows = [
        _row(name, share(recall), f"{n:,}", share(precision), f"{fit.counts[name][0]:,}")
        for name, recall, n, precision in zip(
            fit.classes, score.recalls, score.confusion.sum(axis=1).tolist(), score.precisions
        )
    ]
    head = _head("class", "recognised", "of", "when said, right", "trained on")
    return f'<h2>Each class</h2>\n<div class="wide"><table>{head}<tbody>{"".join(rows)}</tbody></table></div>'


def _confusion(fit: PhotoFit) -> str:
    confusion, classes = fit.score.confusion, fit.classes
    if len(classes) > MOST_MATRIX:
        wrong = [(int(n), i, j) for (i, j), n in np.ndenumerate(confusion) if i != j and n]
        wrong.sort(key=lambda one: (-one[0], one[1], one[2]))
        rows = [_row(classes[i], classes[j], f"{n:,}") for n, i, j in wrong[:MOST_PAIRS]]
        table = f"<table>{_head('is', 'is taken for', 'times')}<tbody>{''.join(rows)}</tbody></table>"
    else:
        sums = np.maximum(confusion.sum(axis=1), 1)
        lines = []
        for i, name in enumerate(classes):
            cells = "".join(
                f'<td style="background:rgba(var(--hit),{0.55 * confusion[i, j] / sums[i]:.2f})">'
                f"{int(confusion[i, j]) or ''}</td>"
                for j in range(len(classes))
            )
            lines.append(f'<tr><th scope="row">{visible(name)}</th>{cells}</tr>')
        table = f'<table class="matrix">{_head("", *classes)}<tbody>{"".join(lines)}</tbody></table>'
    words = "<p>Rows are what a photo is, columns what it is taken for.</p>"
    return f'<h2>What is taken for what</h2>\n{words}<div class="wide">{table}</div>'


def _mistakes(fit: PhotoFit, photos: Photos, found: Review) -> str:
    if not found.wrong:
        return "<h2>Mistakes</h2>\n<p>None of the photos kept for the score.</p>"
    shown = "all" if len(found.wrong) == found.n_wrong else f"the {len(found.wrong)} surest"
    with_places = found.wrong[0].looked is not None
    words = (
        f"<p>{found.n_wrong:,} of {fit.score.n:,} photos; here are {shown}, the surest first, each beside the photo it "
        "was trained on that is most like it among those of the class it named.</p>"
    )
    box = '<input type="checkbox" id="looks"> <label for="looks">show where it looked</label>\n' if with_places else ""
    cards = "\n".join(_mistake(fit, photos, one) for one in found.wrong)
    return f'<h2>Mistakes</h2>\n{words}\n{box}<ul class="cards">\n{cards}\n</ul>'


def _mistake(fit: PhotoFit, photos: Photos, one: Wrong) -> str:
    own, said = (fit.classes[k] for k in (photos.labels[one.row], one.said))
    views = _figure(photos, one.row, f"{own}, taken for {said}", photos.names[one.row], one.looked)
    if one.twin >= 0:
        views += _figure(photos, one.twin, f"{said}, trained on", f"most like {photos.names[one.twin]}")
    words = f"<b>{visible(said)}</b> {share(one.chance)}<br>is {visible(own)}, which it gave {share(one.own)}"
    return f'<li>{words}<div class="pair">{views}</div></li>'


def _suspects(photos: Photos, found: Review) -> str:
    if not found.suspects:
        return ""
    shown = "all" if len(found.suspects) == found.n_suspects else f"the {len(found.suspects)} likeliest"
    words = (
        f"<p>{found.n_suspects:,} photos look more like another class than photos of that class do on average, and "
        f"less like their own; here are {shown}. Some are merely hard: look before you move one.</p>"
    )
    cards = "\n".join(_suspect(photos, one) for one in found.suspects)
    return f'<h2>Labels to look at</h2>\n{words}\n<ul class="cards">\n{cards}\n</ul>'


def _suspect(photos: Photos, one: Suspect) -> str:
    own, looks = (photos.classes[k] for k in (photos.labels[one.row], one.looks))
    words = f"<b>{visible(looks)}?</b> {share(one.chance)}<br>lies in {visible(own)}, {share(one.own)}"
    return f"<li>{words}{_figure(photos, one.row, own, photos.names[one.row])}</li>"


def _look_alikes(photos: Photos) -> str:
    """Photos that are alike to the eye and lie in different classes."""
    order = np.argsort(photos.groups, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(photos.groups[order])) + 1)
    mixed = [group for group in groups if len(set(photos.labels[group].tolist())) > 1]
    if not mixed:
        return ""
    cards = []
    for group in mixed[:MOST_PAIRS]:
        first = int(group[0])
        other = next(int(k) for k in group if photos.labels[k] != photos.labels[first])
        views = "".join(
            _figure(
                photos, k, photos.classes[photos.labels[k]], f"{photos.classes[photos.labels[k]]}: {photos.names[k]}"
            )
            for k in (first, other)
        )
        cards.append(f'<li><div class="pair">{views}</div></li>')
    words = f"<p>{len(mixed):,} photos are alike to one of another class: is one of them in the wrong folder?</p>"
    return f'<h2>Alike, and in different classes</h2>\n{words}\n<ul class="cards">\n{"".join(cards)}\n</ul>'


def _training(fit: PhotoFit) -> str:
    rows = [
        _row(str(look.epoch), _loss(look.loss), _loss(look.held_loss), share(look.held_right)) for look in fit.story
    ]
    head = _head("epoch", "loss", "loss of photos to stop by", "of them right")
    notes = "".join(f"<li>{visible(note)}</li>" for note in (fit.how, *fit.notes))
    table = f'<div class="wide"><table>{head}<tbody>{"".join(rows)}</tbody></table></div>'
    return f"<h2>How it was trained</h2>\n<ul>{notes}</ul>\n{table}"


def _loss(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.3f}"


def _figure(photos: Photos, row: int, label: str, caption: str, looked: np.ndarray | None = None) -> str:
    """A photo, small, and over it where was looked."""
    over = "" if looked is None else f'<img class="look" alt="" src="{_shade(looked)}">'
    return (
        f'<figure><span class="view"><img alt="{visible(label)}" src="{_picture(photos, row)}">{over}</span>'
        f"<figcaption>{visible(caption)}</figcaption></figure>"
    )


def _picture(photos: Photos, row: int) -> str:
    """A photo for the page: the file's own, or its square where the file is gone."""
    from PIL import Image

    try:
        image = Image.fromarray(decoded(os.path.join(photos.folder, photos.names[row])).pixels)
    except PhotoError:
        image = Image.fromarray(np.asarray(photos.squares[row]))
    image.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{b64encode(kept.getvalue()).decode()}"


def _shade(looked: np.ndarray) -> str:
    """Dark where it did not look; a few pixels that the page stretches over the photo."""
    from PIL import Image

    pixels = np.zeros((*looked.shape, 4), dtype=np.uint8)
    pixels[..., 3] = np.round(215 * (1 - looked))
    kept = io.BytesIO()
    Image.fromarray(pixels).save(kept, "PNG")
    return f"data:image/png;base64,{b64encode(kept.getvalue()).decode()}"
