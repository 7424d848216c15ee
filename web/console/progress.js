/** The stacked bar of a job, with its counts in words. */

import { h } from "../pages/dom.js";
import { t } from "../pages/messages.js";
import { countsText, number, parts, percent } from "./figures.js";

/** @import { Counts } from "./types.js" */

/** A bar alone, as in a row. @param {Counts} counts */
export function bar(counts) {
  const element = h("div.bar-stack", { role: "img", "aria-label": countsText(counts) });
  for (const { kind, count } of parts(counts)) {
    if (count === 0) continue;
    const part = h(`span.${kind}`);
    part.style.flexGrow = String(count);
    element.append(part);
  }
  return element;
}

/** The four counts under a bar, each with its colour, its shape and its word. @param {Counts} counts */
export function legend(counts) {
  return h(
    "ul.legend",
    {},
    parts(counts).map(({ kind, count, share }) =>
      h(
        "li",
        {},
        h(`span.swatch.${kind}`, { "aria-hidden": "true" }),
        h("strong", {}, number(count)),
        ` ${t(`console.counts.${kind}`)} `,
        h("span.quiet", {}, percent(counts.total > 0 ? share : 0)),
      ),
    ),
  );
}
