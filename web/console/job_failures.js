/** The objects of a job that failed, each with its reason and a way to try again. */

import { fill, h, icon } from "../pages/dom.js";
import { errorText } from "../pages/errors.js";
import { t } from "../pages/messages.js";
import * as api from "./api.js";
import { PagedList } from "./list.js";
import { isFinal } from "./live.js";
import { cell, empty, notice, row, table, timeElement } from "./parts.js";
import { thumbnail } from "./shown.js";

/** @import { Failure, Job, Progress, Retry } from "./types.js" */

export class FailuresTab {
  element = h("div.stack");
  /** @type {PagedList<Failure>} */
  #list;
  #job;
  #retried;
  #failed;
  #head = h("div.section-head");

  /** @param {Job} job @param {(progress: Progress) => void} retried */
  constructor(job, retried) {
    this.#job = job;
    this.#retried = retried;
    this.#failed = job.progress.counts.failed;
    const { element, body } = table(t("console.job.tab.failures"), [
      { title: t("console.failures.object") },
      { title: t("console.failures.reason") },
      { title: t("console.failures.when"), kind: "figure" },
      { title: t("console.failures.action"), kind: "action" },
    ]);
    element.classList.add("failures");
    this.#list = new PagedList({
      frame: element,
      body,
      load: (wanted) => api.failures(job.name, wanted),
      keyOf: (item) => item.objectId,
      draw: (item) => this.#row(item),
      empty: () => empty(t("console.failures.none"), t("console.failures.none.help")),
      shown: (items) => this.#drawHead(items),
    });
    this.element.append(this.#head, this.#list.element);
    void this.#list.refresh();
  }

  close() {
    this.#list.close();
  }

  /** @param {Progress} progress */
  heard(progress) {
    this.#job.progress = progress;
    if (progress.counts.failed === this.#failed) return;
    this.#failed = progress.counts.failed;
    void this.#list.refresh();
  }

  /** A job that is over takes nothing back. */
  get #canRetry() {
    return !isFinal(this.#job.progress.state) && this.#job.progress.state !== "Stopping";
  }

  /** @param {Failure[]} items */
  #drawHead(items) {
    const any = this.#canRetry && items.some((item) => item.retryable);
    fill(
      this.#head,
      any ? h("p.quiet", {}, t("console.failures.about")) : items.length > 0 && !this.#canRetry ? h("p.quiet", {}, t("console.failures.over")) : null,
      h("span.spacer"),
      any ? h("button.button", { type: "button", onclick: () => void this.#retry({ all: true }) }, icon("retry"), t("console.failures.retry_all")) : null,
    );
  }

  /** @param {Failure} item */
  #row(item) {
    return row(
      cell("object", h("span.object-cell", {}, thumbnail(item), item.url !== undefined || item.text !== undefined ? h("span.under", {}, item.uri ?? t("console.object", { id: item.objectId })) : null)),
      cell("reason", item.reason),
      cell("figure.quiet.when", timeElement(item.failedAt)),
      cell(
        "action",
        item.retryable && this.#canRetry
          ? h("button.button", { type: "button", "aria-label": t("console.failures.retry_one", { id: item.objectId }), onclick: () => void this.#retry({ objects: [item.objectId] }) }, t("console.failures.retry"))
          : h("span.quiet", {}, item.retryable ? "" : t("console.failures.final")),
      ),
    );
  }

  /** @param {Retry} what */
  async #retry(what) {
    try {
      const { retried, progress } = await api.retry(this.#job.name, what);
      if ("objects" in what) this.#list.change((items) => items.filter((item) => !what.objects.includes(item.objectId)));
      notice(t("console.failures.retried", { count: retried }));
      this.#retried(progress);
      void this.#list.refresh();
    } catch (error) {
      notice(errorText(error), { tone: "failed" });
    }
  }
}
