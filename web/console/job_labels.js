/** The labels of a job, newest first, all or those of one class. */

import { h } from "../pages/dom.js";
import { t } from "../pages/messages.js";
import * as api from "./api.js";
import { selectBox } from "./fields.js";
import { PagedList } from "./list.js";
import { empty, timeElement } from "./parts.js";
import { jobAddress } from "./route.js";
import { labelChips, openObject, steady, thumbnail } from "./shown.js";

/** @import { Job, Labeled } from "./types.js" */

export class LabelsTab {
  element = h("div.stack");
  /** @type {PagedList<Labeled>} */
  #list;

  /** @param {Job} job @param {string} label "" for all */
  constructor(job, label) {
    const gallery = h("ul.gallery");
    let chosen = label;
    const categories = job.progress.distribution.map((each) => each.label);
    const select = selectBox("label", [["", t("console.labels.any")], .../** @type {[string, string][]} */ (categories.map((each) => [each, each]))], label, { "aria-label": t("console.labels.filter") });
    select.addEventListener("change", () => {
      chosen = select.value;
      history.replaceState(null, "", jobAddress(job.name, "labels", { label: chosen }));
      void this.#list.reset();
    });
    this.#list = new PagedList({
      frame: gallery,
      body: gallery,
      load: async (wanted) => {
        const page = await api.labels(job.name, { ...wanted, label: chosen });
        gallery.classList.toggle("texts", page.items.length > 0 && page.items.every((item) => item.url === undefined));
        return { ...page, items: page.items.map(steady) };
      },
      keyOf: (item) => item.objectId,
      draw: labelItem,
      empty: () => (chosen ? empty(t("console.labels.none_of", { label: chosen }), t("console.labels.none_of.help")) : empty(t("console.labels.none"), t("console.labels.none.help"))),
    });
    this.element.append(
      h("div.filters", {}, select, h("button.button", { type: "button", onclick: () => void this.#list.refresh() }, t("console.refresh"))),
      this.#list.element,
    );
    void this.#list.refresh();
  }

  close() {
    this.#list.close();
  }
}

/** One labeled object as a card that opens it. @param {Labeled} item */
export function labelItem(item) {
  return h(
    "li",
    {},
    h(
      "button.object-card",
      { type: "button", onclick: () => void openObject(item) },
      thumbnail(item),
      h("span.chips", {}, labelChips(item)),
      h("span.facts", {}, h("span", {}, t("console.labels.answers", { count: item.answers })), timeElement(item.labeledAt)),
    ),
  );
}
