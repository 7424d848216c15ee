/** The list of workers. */

import { fill, h, icon } from "../pages/dom.js";
import { t } from "../pages/messages.js";
import * as api from "./api.js";
import { searchInput, selectBox } from "./fields.js";
import { inviteWorkers } from "./invite.js";
import { PagedList, whileSeen } from "./list.js";
import { empty, pageHead } from "./parts.js";
import { peopleTabs } from "./people_tabs.js";
import { address } from "./route.js";
import { workerRow, workerTable } from "./worker_rows.js";

/** @import { App } from "./index.js" */
/** @import { Worker } from "./types.js" */

const REFRESH_MS = 15_000;

export class WorkersPage {
  #app;
  #search;
  #state;
  /** @type {PagedList<Worker>|undefined} */
  #list;
  #leaving = new AbortController();

  /** @param {App} app @param {URLSearchParams} query */
  constructor(app, query) {
    this.#app = app;
    this.#search = query.get("search") ?? "";
    this.#state = query.get("state") ?? "";
  }

  open() {
    this.#app.title(t("console.workers"));
    const { element, body } = workerTable({ teams: true });
    const changed = () => void this.#list?.refresh();
    this.#list = new PagedList({
      frame: element,
      body,
      load: (wanted) => api.workers({ ...wanted, search: this.#search, state: this.#state }),
      keyOf: (worker) => worker.id,
      draw: (worker) => workerRow(worker, { teams: true, changed, own: this.#app.person.id }),
      empty: () =>
        this.#search || this.#state
          ? empty(t("console.workers.none_found"), t("console.workers.none_found.help"))
          : empty(t("console.workers.none"), t("console.workers.none.help"), h("button.button", { type: "button", onclick: () => void this.#invite() }, t("console.invite"))),
    });
    fill(
      this.#app.content,
      pageHead(t("console.nav.workers"), h("button.button.primary", { type: "button", onclick: () => void this.#invite() }, icon("plus"), t("console.invite"))),
      peopleTabs("workers"),
      this.#filters(),
      this.#list.element,
    );
    void this.#list.refresh();
    whileSeen(changed, REFRESH_MS, this.#leaving.signal);
  }

  close() {
    this.#leaving.abort();
    this.#list?.close();
  }

  #filters() {
    const found = (/** @type {string} */ text) => {
      this.#search = text;
      this.#filtered();
    };
    const search = searchInput("search", t("console.workers.search"), found, { value: this.#search });
    const state = selectBox(
      "state",
      [["", t("console.jobs.any_state")], .../** @type {[string, string][]} */ (["active", "invited", "disabled"].map((each) => [each, t(`console.workers.state.${each}`)]))],
      this.#state,
      { "aria-label": t("console.jobs.state") },
    );
    state.addEventListener("change", () => {
      this.#state = state.value;
      this.#filtered();
    });
    return h("search.filters", {}, search, state);
  }

  #filtered() {
    if (this.#leaving.signal.aborted) return;
    history.replaceState(null, "", address(["workers"], { search: this.#search, state: this.#state }));
    void this.#list?.reset();
  }

  async #invite() {
    await inviteWorkers(this.#app, []);
    void this.#list?.refresh();
  }
}
