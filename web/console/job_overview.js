/** The first tab of a job: how the labels are distributed, the newest of them, the iterations. */

import { fill, h } from "../pages/dom.js";
import { t } from "../pages/messages.js";
import * as api from "./api.js";
import { number, percent } from "./figures.js";
import { labelItem } from "./job_labels.js";
import { reconcile } from "./list.js";
import { isFinal } from "./live.js";
import { cell, row, table, timeElement } from "./parts.js";
import { jobAddress } from "./route.js";
import { steady } from "./shown.js";

/** @import { Job, Iteration, LabelCount, Labeled, Progress } from "./types.js" */

const NEWEST = 8;
/** Labels may come many a second; their pictures are asked for no oftener than this. */
const NEWEST_EVERY_MS = 3_000;
/** More classes than this fold away. */
const BARS = 12;

export class OverviewTab {
  element = h("div.overview");
  #job;
  #distribution = h("ol.distribution");
  #sentence = h("p.quiet");
  #newest = h("ul.gallery");
  #newestState = h("p.quiet");
  #iterations = h("div");
  #all = false;
  #closed = false;
  #seen = { labeled: -1, askedAt: 0 };
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /** @param {Job} job */
  constructor(job) {
    this.#job = job;
    this.element.append(
      h("section.distribution-section", {}, h("h2", {}, t("console.distribution")), this.#sentence, this.#distribution),
      h(
        "section.newest-section",
        {},
        h("div.section-head", {}, h("h2", {}, t("console.newest")), h("span.spacer"), h("a", { href: jobAddress(job.name, "labels") }, t("console.newest.all"))),
        this.#newestState,
        this.#newest,
      ),
      h("section", {}, h("h2", {}, t("console.iterations")), this.#iterations),
    );
    this.heard(job.progress);
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** @param {Progress} progress */
  heard(progress) {
    this.#job.progress = progress;
    this.#drawDistribution(progress.distribution);
    this.#drawIterations(progress.iterations);
    const labeled = progress.counts.human + progress.counts.machine;
    if (labeled !== this.#seen.labeled) this.#newestLater(labeled);
  }

  /** @param {LabelCount[]} distribution */
  #drawDistribution(distribution) {
    const total = distribution.reduce((sum, { count }) => sum + count, 0);
    const most = Math.max(1, ...distribution.map(({ count }) => count));
    const top = distribution.reduce((best, each) => (each.count > (best?.count ?? 0) ? each : best), /** @type {LabelCount|null} */ (null));
    const sentence = top ? t("console.distribution.most", { label: top.label, share: percent(top.count / total) }) : t(isFinal(this.#job.progress.state) ? "console.newest.none" : "console.distribution.none");
    if (this.#sentence.textContent !== sentence) this.#sentence.textContent = sentence;
    const shown = this.#all ? distribution : distribution.slice(0, BARS);
    const items = shown.map((each) => ({ ...each, total, most }));
    reconcile(this.#distribution, items, (item) => `label ${item.label}`, (item) => this.#bar(item));
    const more = this.#distribution.nextElementSibling;
    if (distribution.length > BARS && !this.#all && !more) {
      this.#distribution.after(h("button.link", { type: "button", onclick: (/** @type {Event} */ event) => {
        this.#all = true;
        /** @type {Element} */ (event.currentTarget).remove();
        this.#drawDistribution(this.#job.progress.distribution);
      } }, t("console.distribution.more", { count: distribution.length - BARS })));
    }
  }

  /** @param {LabelCount & {total: number, most: number}} item */
  #bar({ label, count, total, most }) {
    const fillBar = h("span.fill");
    fillBar.style.width = `${(100 * count) / most}%`;
    return h(
      "li",
      {},
      h(
        "a",
        { href: jobAddress(this.#job.name, "labels", { label }) },
        h("span.name", { title: label }, label),
        h("span.track", { "aria-hidden": "true" }, fillBar),
        h("span.count", {}, number(count)),
        h("span.share.quiet", {}, percent(total > 0 ? count / total : 0)),
      ),
    );
  }

  /** @param {Iteration[]} iterations */
  #drawIterations(iterations) {
    const from = JSON.stringify([iterations, isFinal(this.#job.progress.state)]);
    if (this.#iterations.dataset["from"] === from) return;
    this.#iterations.dataset["from"] = from;
    if (iterations.length === 0) return fill(this.#iterations, h("p.quiet", {}, t(isFinal(this.#job.progress.state) ? "console.iterations.none_over" : "console.iterations.none")));
    const { element, body } = table(t("console.iterations"), [
      { title: t("console.iterations.number"), kind: "figure" },
      { title: t("console.iterations.objects"), kind: "figure" },
      { title: t("console.figure.labeled"), kind: "figure" },
      { title: t("console.iterations.failed"), kind: "figure" },
      { title: t("console.iterations.started"), kind: "figure" },
      { title: t("console.iterations.finished"), kind: "figure" },
    ]);
    element.classList.add("small-table");
    body.append(
      ...iterations.toReversed().map((each) =>
        row(
          cell("figure", number(each.number)),
          cell("figure", number(each.objects)),
          cell("figure", number(each.labeled)),
          cell("figure", number(each.failed)),
          cell("figure", timeElement(each.startedAt)),
          cell("figure", each.finishedAt === null ? t("console.iterations.open") : timeElement(each.finishedAt)),
        ),
      ),
    );
    fill(this.#iterations, h("div.scroll-x", { tabindex: "0", role: "group", "aria-label": t("console.iterations") }, element));
  }

  /** @param {number} labeled */
  #newestLater(labeled) {
    this.#seen.labeled = labeled;
    clearTimeout(this.#timer);
    const wait = Math.max(0, this.#seen.askedAt + NEWEST_EVERY_MS - Date.now());
    this.#timer = setTimeout(async () => {
      this.#seen.askedAt = Date.now();
      try {
        const { items } = await api.labels(this.#job.name, { limit: NEWEST });
        if (!this.#closed) this.#drawNewest(items);
      } catch {
        // The next change asks again; the page says itself when the server is away.
        this.#seen.labeled = -1;
      }
    }, wait);
  }

  /** @param {Labeled[]} items */
  #drawNewest(items) {
    this.#newestState.textContent = items.length === 0 ? t("console.newest.none") : "";
    this.#newestState.hidden = items.length > 0;
    this.#newest.classList.toggle("texts", items.length > 0 && items.every((item) => item.url === undefined));
    reconcile(this.#newest, items.map(steady), (item) => `${item.objectId} ${item.labeledAt}`, labelItem);
  }
}
