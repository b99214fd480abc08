// SPDX-License-Identifier: Apache-2.0
#include "bench/html_parts.h"

namespace unpark::bench::html {

// The six colours stand 4.5:1 from their background at least, and differ to those who see no red or
// green; each has a dash of its own as well.
std::string style() {
  return R"(
:root{color-scheme:light dark;--paper:#fff;--card:#f6f8fa;--ink:#1b2026;--soft:#57606a;--rule:#d0d7de;
--good:#116329;--bad:#a40e26;--warn:#fff4d6;--warn-ink:#5c3c00;--warn-rule:#bf8700;
--c0:#0a5dc2;--c1:#ad5200;--c2:#15705a;--c3:#8250df;--c4:#a8326b;--c5:#57606a}
@media (prefers-color-scheme:dark){:root{--paper:#0f1419;--card:#171d24;--ink:#e4e9ee;--soft:#9fabb7;
--rule:#36404a;--good:#6fdd8b;--bad:#ff9a8f;--warn:#33280a;--warn-ink:#f6dc9c;--warn-rule:#c69026;
--c0:#6db3ff;--c1:#ffb066;--c2:#5ed3ab;--c3:#c9a3ff;--c4:#ff9ac2;--c5:#aab4be}}
@media print{:root{color-scheme:light;--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--rule:#bbb;
--good:#116329;--bad:#a40e26;--warn:#fff;--warn-ink:#000;--warn-rule:#000;
--c0:#0a5dc2;--c1:#ad5200;--c2:#15705a;--c3:#8250df;--c4:#a8326b;--c5:#57606a}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0 auto;max-width:78rem;padding:1rem;background:var(--paper);color:var(--ink);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI","Liberation Sans",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.6rem;line-height:1.2;margin:.5rem 0}
h2{font-size:1.25rem;margin:2.5rem 0 .75rem;padding-bottom:.25rem;border-bottom:1px solid var(--rule)}
h3{font-size:1.05rem;line-height:1.3;margin:0 0 .25rem}
p{margin:.25rem 0 .75rem;max-width:46rem}
code{font-family:ui-monospace,"Liberation Mono",monospace;font-size:.875em}
a{color:var(--c0)}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:1rem 0}
.soft{color:var(--soft)}
.warning{background:var(--warn);color:var(--warn-ink);border:1px solid var(--warn-rule);
border-left-width:.4rem;border-radius:.3rem;padding:.75rem 1rem;margin:1rem 0}
.warning h2{border:0;margin:0;padding:0;font-size:1.05rem}
.warning ul{margin:.25rem 0 0;padding-left:1.2rem}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}
caption{text-align:left;color:var(--soft);padding-bottom:.25rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .5rem;border-bottom:1px solid var(--rule);font-weight:400}
thead th{color:var(--soft);border-bottom-width:2px}
.number{text-align:right}
.strong{font-weight:600}
td.figure,span.figure,thead th{white-space:nowrap}
.number{overflow-wrap:normal}
.met{color:var(--good);font-weight:600}.missed{color:var(--bad);font-weight:600}
.tiles{display:flex;flex-wrap:wrap;gap:.75rem;margin:0 0 1rem}
.tiles div{background:var(--card);border:1px solid var(--rule);border-radius:.3rem;padding:.5rem .9rem}
.tiles dt{color:var(--soft);font-size:.85rem}.tiles dd{margin:0;font-size:1.5rem;line-height:1.2}
.ratios{width:100%}
.ratios .strip{width:36%;padding:0 .5rem}
.strip svg{display:block;width:100%;height:2.4rem}
.strip .one{stroke:var(--soft);stroke-width:1;vector-effect:non-scaling-stroke}
.strip .target{stroke:var(--ink);stroke-width:2;stroke-dasharray:2 2;vector-effect:non-scaling-stroke}
.strip .span{stroke-width:6;opacity:.45;vector-effect:non-scaling-stroke}
.strip .value{stroke-width:4;vector-effect:non-scaling-stroke}
.strip text{fill:var(--soft);font-size:11px}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:1rem}
.bench{border:1px solid var(--rule);border-radius:.4rem;padding:1rem;margin:0 0 1rem;background:var(--card);
scroll-margin-top:.5rem;min-width:0}
.bench .percentiles{margin:.25rem 0;max-width:100%;justify-self:start;align-self:start}
.bench .spread{display:grid;grid-template-columns:minmax(0,1fr);gap:.75rem 1.5rem}
@media (min-width:46rem){.bench .spread{grid-template-columns:1fr 1fr}.spread .percentiles{grid-column:1/-1}}
@media (min-width:64rem){.bench .spread{grid-template-columns:auto minmax(0,1fr) minmax(0,1fr)}
.spread .percentiles{grid-column:auto}}
figure{margin:0;min-width:0}
figcaption{font-size:.85rem;color:var(--soft);margin-bottom:.25rem}
.legend{display:flex;flex-wrap:wrap;gap:.1rem 1rem;list-style:none;margin:.25rem 0;padding:0;font-size:.9rem}
.legend svg,.chip{width:1.8rem;height:.7rem;vertical-align:middle;margin-right:.35rem}
svg.plot{display:block;width:100%;height:auto}
.plot text{fill:var(--soft);font-size:12px;font-family:inherit}
.frame{fill:none;stroke:var(--soft);stroke-width:1}
.grid{fill:none;stroke:var(--rule);stroke-width:1}
.line{fill:none;stroke-width:2;stroke-linejoin:round}
.area{stroke:none;opacity:.16}
.whisker{stroke-width:1.5;stroke-dasharray:none;opacity:.8}
.dot{stroke:var(--card);stroke-width:1}
.p0.line,.p0.span,.p0.value{stroke:var(--c0)}.p0.area,.p0.dot,.p0.bar{fill:var(--c0)}
.p1.line,.p1.span,.p1.value{stroke:var(--c1)}.p1.area,.p1.dot,.p1.bar{fill:var(--c1)}
.p2.line,.p2.span,.p2.value{stroke:var(--c2)}.p2.area,.p2.dot,.p2.bar{fill:var(--c2)}
.p3.line,.p3.span,.p3.value{stroke:var(--c3)}.p3.area,.p3.dot,.p3.bar{fill:var(--c3)}
.p4.line,.p4.span,.p4.value{stroke:var(--c4)}.p4.area,.p4.dot,.p4.bar{fill:var(--c4)}
.p5.line,.p5.span,.p5.value{stroke:var(--c5)}.p5.area,.p5.dot,.p5.bar{fill:var(--c5)}
.p1.line:not(.whisker){stroke-dasharray:7 3}.p2.line:not(.whisker){stroke-dasharray:2 2.5}
.p3.line:not(.whisker){stroke-dasharray:9 3 2 3}.p4.line:not(.whisker){stroke-dasharray:4 4}
.scroll{overflow-x:auto;max-width:100%}
.facts{width:100%}.facts th{width:11rem;color:var(--soft)}
summary{cursor:pointer;margin:.5rem 0}
:focus-visible{outline:2px solid var(--c0);outline-offset:2px}
@media (max-width:40rem){body{padding:.75rem}.ratios .strip{display:none}th,td{padding:.3rem .3rem}table{font-size:.85rem}
.bench{padding:.75rem}.facts th{width:7rem}}
@media print{body{max-width:none;padding:0;font-size:10pt}nav,details{display:none}
.bench,figure,tr,.warning{break-inside:avoid}h2,h3{break-after:avoid}.cards{grid-template-columns:1fr 1fr}
a{color:inherit;text-decoration:none}}
)";
}

}  // namespace unpark::bench::html
