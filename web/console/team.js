/** One team: its members, who joins and who leaves. */

import { showDialog } from "../pages/dialogs.js";
import { fill, h, icon } from "../pages/dom.js";
import { errorText } from "../pages/errors.js";
import { t } from "../pages/messages.js";
import * as api from "./api.js";
import { searchInput } from "./fields.js";
import { inviteWorkers } from "./invite.js";
import { PagedList, whileSeen } from "./list.js";
import { confirm, copyable, empty, notice, problemBanner } from "./parts.js";
import { workerRow, workerTable } from "./worker_rows.js";

/** @import { App } from "./index.js" */
/** @import { Team, Worker } from "./types.js" */

const REFRESH_MS = 15_000;
const FOUND_MAX = 20;

export class TeamPage {
  #app;
  #name;
  /** @type {PagedList<Worker>|undefined} */
  #list;
  #leaving = new AbortController();
  #about = h("div.team-about");

  /** @param {App} app @param {string} name */
  constructor(app, name) {
    this.#app = app;
    this.#name = name;
  }

  open() {
    this.#app.title(this.#name);
    const { element, body } = workerTable({ teams: false });
    const changed = () => void this.#list?.refresh();
    this.#list = new PagedList({
      frame: element,
      body,
      load: (wanted) => api.workers({ ...wanted, team: this.#name }),
      keyOf: (worker) => worker.id,
      draw: (worker) => workerRow(worker, { teams: false, changed, own: this.#app.person.id, remove: () => void this.#remove(worker) }),
      empty: () => empty(t("console.team.none"), t("console.team.none.help")),
    });
    fill(
      this.#app.content,
      h("p.crumbs", {}, h("a", { href: "#/teams" }, t("console.teams"))),
      h(
        "header.page-head",
        {},
        h("h1", { tabindex: "-1" }, this.#name),
        h("span.spacer"),
        h("button.button.plain", { type: "button", onclick: () => void this.#delete() }, t("console.team.delete")),
        h("button.button", { type: "button", onclick: () => void this.#add() }, t("console.team.add")),
        h("button.button.primary", { type: "button", onclick: () => void this.#invite() }, icon("plus"), t("console.invite")),
      ),
      this.#about,
      h("h2", {}, t("console.teams.members")),
      this.#list.element,
    );
    void this.#loadTeam();
    void this.#list.refresh();
    whileSeen(changed, REFRESH_MS, this.#leaving.signal);
  }

  close() {
    this.#leaving.abort();
    this.#list?.close();
  }

  async #loadTeam() {
    try {
      this.#drawAbout((await api.team(this.#name)).team);
    } catch (error) {
      fill(this.#about, problemBanner(errorText(error)));
    }
  }

  /** @param {Team} team */
  #drawAbout(team) {
    fill(
      this.#about,
      team.description ? h("p", {}, team.description) : null,
      h("p.quiet", {}, t("console.teams.jobs_count", { count: team.jobs })),
      copyable(team.arn, t("console.config.workteam_arn")),
    );
  }

  /** @param {Worker} worker */
  async #remove(worker) {
    try {
      await api.removeMember(this.#name, worker.id);
      this.#list?.change((items) => items.filter(({ id }) => id !== worker.id));
      notice(t("console.team.removed", { name: worker.name }), { undo: () => void this.#putIn([worker.id]) });
    } catch (error) {
      notice(errorText(error), { tone: "failed" });
    }
  }

  /** @param {string[]} ids */
  async #putIn(ids) {
    try {
      await api.addMembers(this.#name, ids);
      await this.#list?.refresh();
      return true;
    } catch (error) {
      notice(errorText(error), { tone: "failed" });
      return false;
    }
  }

  async #invite() {
    await inviteWorkers(this.#app, [this.#name]);
    void this.#list?.refresh();
  }

  async #delete() {
    const sure = await confirm({ title: t("console.team.delete.title", { name: this.#name }), text: [t("console.team.delete.text")], verb: t("console.team.delete") });
    if (!sure) return;
    try {
      await api.deleteTeam(this.#name);
      void this.#app.overview({ anew: true });
      location.hash = "#/teams";
    } catch (error) {
      notice(errorText(error), { tone: "failed" });
    }
  }

  /** Looks among all workers for those to put into this team; each goes in as its button is pressed. */
  async #add() {
    const search = searchInput("find", t("console.workers.search"), () => void look(), { autofocus: true });
    const found = h("ul.found", { "aria-live": "polite" });
    const dialog = /** @type {HTMLDialogElement} */ (
      h(
        "dialog.add-members",
        { "aria-labelledby": "add-title" },
        h("h2", { id: "add-title" }, t("console.team.add.title", { name: this.#name })),
        search,
        found,
        h("form.actions", { method: "dialog" }, h("button.button", {}, t("console.done"))),
      )
    );
    /** Who is being put in here, or was: a search that replies meanwhile, or later, must not take that back. @type {Map<string, "adding"|"added">} */
    const added = new Map();
    let asked = 0;
    const look = async () => {
      const mine = ++asked;
      try {
        const { items } = await api.workers({ search: search.value.trim(), limit: FOUND_MAX });
        if (mine !== asked) return;
        const others = items.filter((worker) => added.has(worker.id) || (!worker.teams.includes(this.#name) && worker.state !== "disabled"));
        fill(found, others.length === 0 ? h("li.quiet", {}, t("console.team.add.none")) : others.map((worker) => this.#candidate(worker, found, added)));
      } catch (error) {
        if (mine === asked) fill(found, h("li", {}, problemBanner(errorText(error))));
      }
    };
    void look();
    await showDialog(dialog);
    void this.#loadTeam();
  }

  /** @param {Worker} worker @param {HTMLElement} found @param {Map<string, "adding"|"added">} added */
  #candidate(worker, found, added) {
    const done = () => h("span.chip.moss", {}, icon("check"), t("console.team.added"));
    const button = /** @type {HTMLButtonElement} */ (
      h("button.button", { type: "button", disabled: added.has(worker.id), "data-worker": worker.id, "aria-label": t("console.team.add.named", { name: worker.name }) }, t("console.team.add.one"))
    );
    button.addEventListener("click", async () => {
      button.disabled = true;
      added.set(worker.id, "adding");
      const isIn = await this.#putIn([worker.id]);
      if (isIn) added.set(worker.id, "added");
      else added.delete(worker.id);
      // The list may have been drawn anew meanwhile.
      const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (found.querySelectorAll("button[data-worker]"));
      for (const each of buttons) {
        if (each.dataset["worker"] !== worker.id) continue;
        if (isIn) each.replaceWith(done());
        else each.disabled = false;
      }
    });
    const name = h("span.person", {}, h("span", {}, worker.name), worker.email && worker.email !== worker.name ? h("span.under", {}, worker.email) : null);
    return h("li", {}, name, added.get(worker.id) === "added" ? done() : button);
  }
}
