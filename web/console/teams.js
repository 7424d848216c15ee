/** The list of teams, and making one. */

import { showDialog } from "../pages/dialogs.js";
import { fill, h, icon } from "../pages/dom.js";
import { t } from "../pages/messages.js";
import * as api from "./api.js";
import { field, ruleText, smallForm, textInput } from "./fields.js";
import { number } from "./figures.js";
import { PagedList, whileSeen } from "./list.js";
import { cell, empty, pageHead, row, table, timeElement } from "./parts.js";
import { peopleTabs } from "./people_tabs.js";
import { address } from "./route.js";
import { nameProblem, textProblem } from "./rules.js";

/** @import { App } from "./index.js" */
/** @import { Team } from "./types.js" */

const REFRESH_MS = 15_000;

export class TeamsPage {
  #app;
  /** @type {PagedList<Team>|undefined} */
  #list;
  #leaving = new AbortController();

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
  }

  open() {
    this.#app.title(t("console.teams"));
    const { element, body } = table(t("console.teams"), [
      { title: t("console.teams.name") },
      { title: t("console.teams.description"), kind: "wide-only" },
      { title: t("console.teams.members"), kind: "figure" },
      { title: t("console.teams.jobs"), kind: "figure" },
      { title: t("console.jobs.created"), kind: "figure" },
    ]);
    element.classList.add("teams");
    this.#list = new PagedList({
      frame: element,
      body,
      load: (wanted) => api.teams(wanted),
      keyOf: (team) => team.name,
      draw: teamRow,
      empty: () => empty(t("console.teams.none"), t("console.teams.none.help"), h("button.button", { type: "button", onclick: () => void this.#create() }, t("console.teams.create"))),
    });
    fill(
      this.#app.content,
      pageHead(t("console.nav.workers"), h("button.button.primary", { type: "button", onclick: () => void this.#create() }, icon("plus"), t("console.teams.create"))),
      peopleTabs("teams"),
      this.#list.element,
    );
    void this.#list.refresh();
    whileSeen(() => void this.#list?.refresh(), REFRESH_MS, this.#leaving.signal);
  }

  close() {
    this.#leaving.abort();
    this.#list?.close();
  }

  async #create() {
    const team = await createTeam();
    if (!team) return;
    void this.#app.overview({ anew: true });
    location.hash = address(["teams", team.name]);
  }
}

/** @param {Team} team */
function teamRow(team) {
  return row(
    cell("name", h("a.row-link", { href: address(["teams", team.name]) }, team.name)),
    cell("wide-only.quiet", team.description),
    cell("figure", t("console.teams.members_count", { count: team.members })),
    cell("figure", team.jobs > 0 ? t("console.teams.jobs_count", { count: team.jobs }) : h("span.quiet", {}, number(0))),
    cell("figure.quiet.when", timeElement(team.createdAt)),
  );
}

/** Asks for a new team. @returns {Promise<Team|null>} */
export async function createTeam() {
  /** @type {Team|null} */
  let made = null;
  const name = textInput("name", { maxlength: 63, autocapitalize: "none", spellcheck: "false", autofocus: true });
  const description = textInput("description");
  const dialog = /** @type {HTMLDialogElement} */ (h("dialog", { "aria-labelledby": "team-title" }));
  dialog.append(
    h("h2", { id: "team-title" }, t("console.teams.create")),
    smallForm({
      fields: [
        field(t("console.teams.name"), name, { help: t("console.rule.name.help") }),
        field(t("console.teams.description"), description, { help: t("console.teams.description.help") }),
      ],
      verb: t("console.teams.create"),
      check: () => ({ name: ruleText(nameProblem(name.value.trim())), description: ruleText(textProblem(description.value, 200, true), { max: 200 }) }),
      send: async () => {
        made = (await api.createTeam({ name: name.value.trim(), description: description.value.trim() })).team;
        dialog.close();
      },
      cancel: () => dialog.close(),
    }),
  );
  await showDialog(dialog);
  return made;
}
