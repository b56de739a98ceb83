# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours, style sheet and script of the page of an audit. The page loads nothing from elsewhere."""

from __future__ import annotations

#: {name: (light, dark)}. ``-text`` stands on the colour of the same name, ``text`` and ``muted`` on page and card.
PALETTE = {
    "page": ("#ffffff", "#0f1419"),
    "card": ("#f5f7f9", "#18212a"),
    "line": ("#cfd6dd", "#33404c"),
    "text": ("#1b2127", "#e6eaee"),
    "muted": ("#515c67", "#a3aeba"),
    "link": ("#0a4fb3", "#8ab8ff"),
    "error": ("#ffd9d6", "#541a18"),
    "error-text": ("#86120f", "#ffc1bc"),
    "warning": ("#ffefc0", "#453805"),
    "warning-text": ("#5c4100", "#ffdc7a"),
    "info": ("#dcebff", "#12325e"),
    "info-text": ("#0b3d86", "#b3d1ff"),
    "good": ("#dcf2e2", "#12351f"),
    "good-text": ("#0f5124", "#93e2aa"),
    "unknown": ("#e8e1f6", "#312553"),
    "unknown-text": ("#432786", "#d3c4ff"),
    "extra": ("#ffe2ca", "#4b2b0f"),
    "extra-text": ("#742f00", "#ffc391"),
    "plain": ("#e6ecf1", "#25323e"),
    "plain-text": ("#33475a", "#bdccda"),
}

_STYLE = """
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:15px/1.5 system-ui,"DejaVu Sans",sans-serif}
main,header,footer{max-width:1600px;margin:0 auto;padding:0 24px}
header{padding-top:28px}
h1{font-size:26px;margin:0}
h2{font-size:20px;margin:40px 0 12px;padding-top:8px}
h3{font-size:16px;margin:20px 0 8px}
p{margin:8px 0;max-width:75em}
a{color:var(--link)}
nav a{margin-right:18px}
code,.id{font:12.5px/1.4 ui-monospace,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.muted{color:var(--muted)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:12px;margin:20px 0;padding:0}
.tiles li{list-style:none;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px 16px}
.tiles b{display:block;font-size:28px;line-height:1.2}
.tiles .error,.error{background:var(--error);color:var(--error-text)}
.tiles .warning,.warning{background:var(--warning);color:var(--warning-text)}
.tiles .info,.info{background:var(--info);color:var(--info-text)}
.tiles .good,.good{background:var(--good);color:var(--good-text)}
.banner{border-radius:8px;padding:12px 16px;margin:16px 0}
.banner ul{margin:6px 0 0;padding-left:20px}
.badge{display:inline-block;border-radius:10px;padding:0 9px;font-size:13px;font-weight:600;white-space:nowrap}
.plain{background:var(--plain);color:var(--plain-text)}
details{border:1px solid var(--line);border-radius:8px;margin:10px 0;background:var(--card)}
summary{cursor:pointer;padding:10px 14px;font-weight:600}
td code{white-space:nowrap}
.where{white-space:nowrap;font-weight:400}
details>div{padding:0 14px 12px;overflow-x:auto}
table{border-collapse:collapse;width:100%;background:var(--page)}
th,td{border:1px solid var(--line);padding:5px 9px;text-align:left;vertical-align:top}
thead th{background:var(--card);font-weight:600}
.scroll{position:relative;overflow:auto;max-height:85vh;border:1px solid var(--line);border-radius:8px}
#matrix{border-collapse:separate;border-spacing:0}
#matrix th,#matrix td{border-width:0 1px 1px 0}
#matrix thead th{position:sticky;top:0;z-index:2;text-align:center;vertical-align:bottom}
#matrix thead tr+tr th{top:var(--row1,33px)}
#matrix thead th.corner{left:0;z-index:3;text-align:left}
#matrix tbody th{position:sticky;left:0;z-index:1;background:var(--page);font-weight:400}
#matrix tbody th{min-width:290px;max-width:380px}
#matrix .id{font-size:11.5px;white-space:nowrap}
#matrix tbody th b{display:block;overflow-wrap:anywhere}
#matrix td{text-align:center;vertical-align:middle;min-width:38px;font-weight:700}
#matrix td.text{text-align:left;font-weight:400;white-space:nowrap}
#matrix td.number{text-align:right;font-weight:400;white-space:nowrap}
#matrix .up{writing-mode:vertical-rl;transform:rotate(180deg);white-space:nowrap;max-height:150px;margin:0 auto}
#matrix tbody tr:hover td.text,#matrix tbody tr:hover td.number,#matrix tbody tr:hover th{background:var(--card)}
.ok{background:var(--good);color:var(--good-text)}
.unchecked{background:var(--plain);color:var(--plain-text)}
.unknown{background:var(--unknown);color:var(--unknown-text)}
.broken{background:var(--error);color:var(--error-text)}
.copying{background:var(--info);color:var(--info-text)}
.wanted{background:var(--warning);color:var(--warning-text)}
.extra{background:var(--extra);color:var(--extra-text)}
.absent{color:var(--muted)}
#matrix i,.hidden-text{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.legend{display:flex;flex-wrap:wrap;gap:6px 16px;padding:0;margin:10px 0}
.legend li{list-style:none}
.legend span{display:inline-block;min-width:26px;text-align:center;border-radius:4px;font-weight:700;margin-right:6px}
.controls{display:flex;flex-wrap:wrap;gap:10px 20px;align-items:center;margin:12px 0}
.controls[hidden]{display:none}
input,select{font:inherit;color:inherit;background:var(--page);border:1px solid var(--muted)}
input,select{border-radius:6px;padding:5px 9px}
:focus-visible{outline:3px solid var(--link);outline-offset:1px}
svg{width:100%;height:auto;display:block}
details>div,.drawing{position:relative}
.drawing{overflow-x:auto}
.drawing svg{min-width:860px}
svg text{fill:var(--text);font:14px system-ui,"DejaVu Sans",sans-serif}
svg .name{font-size:17px;font-weight:700}
svg .small{font-size:12.5px;fill:var(--muted)}
svg .card{fill:var(--card);stroke:var(--line);stroke-width:1.5}
svg .hub{stroke:var(--link);stroke-width:3}
svg .wire{stroke:var(--muted);stroke-width:2;fill:none}
svg .cut{stroke-dasharray:5 5}
svg .mark{stroke:none}
svg .mark.error{fill:var(--error)}svg .mark.warning{fill:var(--warning)}svg .mark.good{fill:var(--good)}
svg .mark.unknown{fill:var(--unknown)}svg .mark.plain{fill:var(--plain)}
svg text.error{fill:var(--error-text)}svg text.warning{fill:var(--warning-text)}svg text.good{fill:var(--good-text)}
svg text.unknown{fill:var(--unknown-text)}svg text.plain{fill:var(--plain-text)}
svg .word{font-size:12.5px;font-weight:600}
footer{padding:32px 24px;color:var(--muted)}
@media print{
@page{size:A4 landscape;margin:11mm}
body{font-size:10.5px}
main,header,footer{max-width:none;padding:0}
nav,.controls{display:none}
h2{margin:18px 0 6px;break-after:avoid}
.scroll{max-height:none;overflow:visible;border:0}
#matrix thead th,#matrix tbody th{position:static}
#matrix tbody th{min-width:0}
#matrix td{min-width:0}
th,td{padding:2px 5px}
thead{display:table-header-group}
tr,svg,.tiles{break-inside:avoid}
.drawing svg{min-width:0;max-height:165mm}
details{border:0;background:none}
details>div{overflow:visible;padding:0}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
"""

#: Filters the rows of the matrix, and opens everything before it is printed. Without it, the page shows all rows.
SCRIPT = """
(function () {
  "use strict";
  var box = document.getElementById("controls");
  var table = document.getElementById("matrix");
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (item) { item.open = true; });
  });
  if (!box || !table) { return; }
  var text = document.getElementById("filter"), site = document.getElementById("site");
  var wrong = document.getElementById("wrong"), count = document.getElementById("count");
  var rows = Array.prototype.slice.call(table.tBodies[0].rows).map(function (row) {
    var words = Array.prototype.slice.call(row.querySelectorAll("th, td.text"));
    return {
      row: row,
      words: words.map(function (cell) { return cell.textContent; }).join(" ").toLowerCase(),
      bad: " " + (row.getAttribute("data-bad") || "") + " "
    };
  });
  function apply() {
    var words = text.value.toLowerCase().split(/\\s+/), shown = 0;
    rows.forEach(function (item) {
      var fits = words.every(function (word) { return item.words.indexOf(word) >= 0; });
      if (wrong.checked && item.bad.trim() === "") { fits = false; }
      if (site.value !== "" && item.bad.indexOf(" " + site.value + " ") < 0) { fits = false; }
      item.row.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    count.textContent = shown + " of " + rows.length + " images";
  }
  [text, site, wrong].forEach(function (item) { item.addEventListener("input", apply); });
  table.style.setProperty("--row1", table.tHead.rows[0].getBoundingClientRect().height + "px");
  box.hidden = false;
  apply();
}());
"""


def style() -> str:
    """The style sheet, with the colours of a light and of a dark screen. Paper is light."""
    light = ";".join(f"--{name}:{colours[0]}" for name, colours in PALETTE.items())
    dark = ";".join(f"--{name}:{colours[1]}" for name, colours in PALETTE.items())
    dark_rule = f"@media screen and (prefers-color-scheme:dark){{:root{{{dark};color-scheme:dark}}}}"
    return f":root{{{light};color-scheme:light}}{dark_rule}{_STYLE}"
