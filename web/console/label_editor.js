/** The editor of label categories: one a line, and beside it how they will be read: order, keys, twins. */

import { fill, h } from "../pages/dom.js";
import { t } from "../pages/messages.js";
import { field, textArea } from "./fields.js";
import { labelsOf, labelsProblem } from "./rules.js";

/** Keys of the first categories on the worker's page. */
const KEYS = [..."1234567890qwertyuiop"];

/** @param {string} value one a line @param {() => void} changed */
export function labelEditor(value, changed) {
  const area = textArea("labels", { rows: 5, value, spellcheck: "false", placeholder: t("console.create.labels.example") });
  const chips = h("ol.label-order", { "aria-label": t("console.create.labels.order") });
  const draw = () => {
    const labels = labelsOf(area.value);
    const { wrong } = labelsProblem(labels);
    fill(
      chips,
      labels.slice(0, 60).map((label, index) =>
        h(
          `li.chip${wrong.has(index) ? ".failed" : ""}`,
          {},
          index < KEYS.length ? h("kbd", { title: t("console.create.labels.key") }, KEYS[index].toUpperCase()) : null,
          h("span", {}, label),
          wrong.has(index) ? h("span", {}, t("console.create.labels.again")) : null,
        ),
      ),
      labels.length > 60 ? h("li.quiet", {}, t("console.distribution.more", { count: labels.length - 60 })) : null,
    );
  };
  area.addEventListener("input", () => {
    draw();
    changed();
  });
  draw();
  return {
    element: field(t("console.create.labels"), area, { help: t("console.create.labels.help"), after: chips }),
    get labels() {
      return labelsOf(area.value);
    },
    get text() {
      return area.value;
    },
  };
}
