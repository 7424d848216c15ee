/** The list of jobs: search by name, filter by state, figures that stay fresh. */

import { fill, h, icon } from "../pages/dom.js";
import { t } from "../pages/messages.js";
import * as api from "./api.js";
import { searchInput, selectBox } from "./fields.js";
import { labeled, number } from "./figures.js";
import { PagedList, whileSeen } from "./list.js";
import { cell, empty, pageHead, row, stateChip, table, taskTypeName, timeElement } from "./parts.js";
import { bar } from "./progress.js";
import { address, jobAddress } from "./route.js";

/** @import { App } from "./index.js" */
/** @import { JobState, JobSummary } from "./types.js" */

const REFRESH_MS = 5_000;

/** @type {JobState[]} */
const STATES = ["Initializing", "InProgress", "Completed", "Failed", "Stopping", "Stopped"];

export class JobsPage {
  #app;
  #name;
  #state;
  /** @type {PagedList<JobSummary>|undefined} */
  #list;
  #leaving = new AbortController();

  /** @param {App} app @param {URLSearchParams} query */
  constructor(app, query) {
    this.#app = app;
    this.#name = query.get("name") ?? "";
    const state = query.get("state") ?? "";
    this.#state = STATES.some((each) => each === state) ? state : "";
  }

  open() {
    this.#app.title(t("console.jobs"));
    const { element, body } = table(t("console.jobs"), [
      { title: t("console.jobs.name") },
      { title: t("console.jobs.state"), kind: "state-column" },
      { title: t("console.jobs.task_type"), kind: "wide-only" },
      { title: t("console.jobs.progress"), kind: "bar-column" },
      { title: t("console.jobs.labeled"), kind: "figure" },
      { title: t("console.jobs.created"), kind: "figure" },
    ]);
    element.classList.add("jobs");
    this.#list = new PagedList({
      frame: element,
      body,
      load: (wanted) => api.jobs({ ...wanted, name: this.#name, state: this.#state }),
      keyOf: (job) => job.name,
      draw: jobRow,
      empty: () => this.#empty(),
    });
    fill(
      this.#app.content,
      pageHead(t("console.jobs"), h("a.button.primary", { href: "#/create-job" }, icon("plus"), t("console.jobs.create"))),
      this.#filters(),
      this.#list.element,
    );
    void this.#list.refresh();
    whileSeen(() => void this.#list?.refresh(), REFRESH_MS, this.#leaving.signal);
  }

  close() {
    this.#leaving.abort();
    this.#list?.close();
  }

  #filters() {
    const found = (/** @type {string} */ text) => {
      this.#name = text;
      this.#filtered();
    };
    const search = searchInput("name", t("console.jobs.search"), found, { value: this.#name });
    search.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      /** @type {HTMLElement|null} */ (this.#app.content.querySelector("tbody a"))?.focus();
    });
    const state = selectBox(
      "state",
      [["", t("console.jobs.any_state")], .../** @type {[string, string][]} */ (STATES.map((each) => [each, t(`console.state.${each}`)]))],
      this.#state,
      { "aria-label": t("console.jobs.state") },
    );
    state.addEventListener("change", () => {
      this.#state = state.value;
      this.#filtered();
    });
    return h("search.filters", {}, search, state);
  }

  /** The address says what is filtered, so that it can be kept and sent; the page stays where it is. */
  #filtered() {
    if (this.#leaving.signal.aborted) return;
    history.replaceState(null, "", address(["jobs"], { name: this.#name, state: this.#state }));
    void this.#list?.reset();
  }

  #empty() {
    return this.#name || this.#state
      ? empty(t("console.jobs.none_found"), t("console.jobs.none_found.help"))
      : empty(t("console.jobs.none"), t("console.jobs.none.help"), h("a.button", { href: "#/create-job" }, t("console.jobs.create")), h("a", { href: "#/settings" }, t("console.jobs.none.script")));
  }
}

/** @param {JobSummary} job */
function jobRow(job) {
  return row(
    cell("name", h("a.row-link", { href: jobAddress(job.name) }, job.name), job.title !== job.name ? h("span.under", {}, job.title) : null),
    cell("state-column", stateChip(job.state), job.heldUp ? h("span.under.attention", { title: job.heldUp.reason }, t("console.jobs.held_up")) : null),
    cell("wide-only.quiet", taskTypeName(job.taskType)),
    cell("bar-column", bar(job.counts)),
    cell("figure", job.counts.total === 0 ? h("span.quiet", {}, "–") : h("span", {}, number(labeled(job.counts)), h("span.quiet", {}, ` / ${number(job.counts.total)}`))),
    cell("figure.quiet.when", timeElement(job.createdAt)),
  );
}
