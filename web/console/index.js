/** The console: who is signed in, what stands around the pages, and which page is shown (`route.js` reads the address). */

import { errorText, knowErrors } from "../pages/errors.js";
import { fill, h, icon, iconButton, mark } from "../pages/dom.js";
import { firstLanguage, onLanguageChosen, speak, t } from "../pages/messages.js";
import { applyPreferences } from "../pages/preferences.js";
import { openSettings } from "../pages/settings.js";
import { firstPasswordPage, resetPage, signInAgain, signInPage } from "../pages/sign_in.js";
import * as api from "./api.js";
import { CreateJobPage } from "./create_job.js";
import { JobPage } from "./job.js";
import { JobsPage } from "./jobs.js";
import { openKeyOverlay, pressedCommand } from "./keys.js";
import { tick } from "./parts.js";
import { parseRoute } from "./route.js";
import { ConnectPage } from "./settings_connect.js";
import { KeysPage } from "./settings_keys.js";
import { TeamPage } from "./team.js";
import { TeamsPage } from "./teams.js";
import { WorkersPage } from "./workers.js";

/** @import { Overview, Person } from "./types.js" */
/** @import { Route } from "./route.js" */

/**
 * One page. `open` draws into the app's `content`; `navigate` takes an address of the same page without losing what is
 * on it, or says no.
 *
 * @typedef {object} ConsolePage
 * @property {() => void} open
 * @property {() => void} close
 * @property {(route: Route) => boolean} [navigate]
 */

knowErrors("console", ["no_access", "not_found", "foreign_origin", "name_taken", "no_such_bucket", "no_such_object", "no_such_team", "no_such_worker", "team_in_use", "job_over", "own_account", "reserved", "one_of_two", "out_of_range", "unsupported", "too_long", "too_few", "duplicate", "pattern", "template", "too_many_people", "not_ready"]);

const root = /** @type {HTMLElement} */ (document.getElementById("console"));
const TICK_MS = 15_000;

const door = {
  signIn: async (/** @type {string} */ name, /** @type {string} */ password) => (await api.signIn(name, password)).person,
  changePassword: api.changePassword,
  resetPassword: api.resetPassword,
};

export class App {
  /** @type {Person} */
  person;
  /** Where pages draw. */
  content = h("main.content", { id: "content", tabindex: "-1" });
  /** @type {ConsolePage|null} */
  #page = null;
  /** @type {Promise<Overview>|null} */
  #overview = null;
  #nav = h("nav.rail-nav");

  /** @param {Person} person */
  constructor(person) {
    this.person = person;
  }

  start() {
    api.onSessionEnd(() => signInAgain(this.person, door, t("console.again.why")));
    setInterval(tick, TICK_MS);
    addEventListener("hashchange", () => this.#route(true));
    addEventListener("keydown", (event) => this.#key(event));
    this.#draw();
    this.#route(false);
  }

  get isAdministrator() {
    return this.person.role === "administrator";
  }

  /** What is known of the server; asked once, and again after `anew`. @param {{anew?: boolean}} [options] */
  overview({ anew = false } = {}) {
    if (anew || !this.#overview) {
      const asked = api.overview();
      this.#overview = asked;
      asked.catch(() => {
        if (this.#overview === asked) this.#overview = null;
      });
    }
    return this.#overview;
  }

  /** Sets the title of the window. @param {string} title */
  title(title) {
    document.title = `${title} · Cairn`;
  }

  #draw() {
    this.#nav.setAttribute("aria-label", t("console.nav"));
    fill(
      root,
      h(
        "div.shell",
        {},
        h("a.skip", { href: "#content", onclick: (/** @type {Event} */ event) => {
          event.preventDefault();
          this.content.focus();
        } }, t("page.skip")),
        h(
          "header.rail",
          {},
          h("a.brand", { href: "#/jobs" }, mark(), "Cairn"),
          this.#nav,
          h("span.spacer"),
          h(
            "div.account",
            {},
            h("span.who", { title: this.person.name }, icon("person"), h("span", {}, this.person.name)),
            iconButton("help", t("console.keys.title"), { onclick: () => void openKeyOverlay() }),
            iconButton("settings", t("console.preferences"), {
              onclick: () => void openSettings({ title: t("console.preferences"), changed: () => this.#redraw(), signOut: () => void this.#signOut() }),
            }),
          ),
        ),
        this.content,
      ),
    );
  }

  /** Everything again, as in another language. */
  #redraw() {
    this.#draw();
    this.reopen();
  }

  /** Draws the page shown from nothing. */
  reopen() {
    this.#page?.close();
    this.#page = null;
    this.#route(false);
  }

  /** @param {boolean} moved the person went somewhere, so the page's head takes the focus */
  #route(moved) {
    const route = parseRoute(location.hash);
    this.#drawNav(route);
    if (this.#page?.navigate?.(route)) return;
    this.#page?.close();
    fill(this.content);
    this.#page = this.#pageOf(route);
    this.#page.open();
    if (!moved) return;
    scrollTo(0, 0);
    /** @type {HTMLElement|null} */ (this.content.querySelector("h1"))?.focus({ preventScroll: true });
  }

  /** @param {Route} route @returns {ConsolePage} */
  #pageOf(route) {
    switch (route.page) {
      case "jobs":
        return new JobsPage(this, route.query);
      case "job":
        return new JobPage(this, route);
      case "create-job":
        return new CreateJobPage(this);
      case "teams":
        return new TeamsPage(this);
      case "team":
        return new TeamPage(this, route.name);
      case "workers":
        return new WorkersPage(this, route.query);
      case "connect":
        return new ConnectPage(this);
      case "keys":
        return this.isAdministrator ? new KeysPage(this) : new ConnectPage(this);
      case "nowhere":
        return new NowherePage(this);
    }
  }

  /** @param {Route} route */
  #drawNav(route) {
    /** @type {[string, string, Parameters<typeof icon>[0], boolean][]} */
    const items = [
      ["jobs", "#/jobs", "jobs", ["jobs", "job", "create-job"].includes(route.page)],
      ["workers", "#/teams", "people", ["teams", "team", "workers"].includes(route.page)],
      ["settings", "#/settings", "settings", ["connect", "keys"].includes(route.page)],
    ];
    fill(
      this.#nav,
      items.map(([name, href, glyph, current]) =>
        h("a", { href, "aria-current": current ? "page" : null }, icon(glyph), h("span", {}, t(`console.nav.${name}`))),
      ),
    );
  }

  async #signOut() {
    this.#page?.close();
    await api.signOut().catch(() => undefined);
    location.hash = "";
    location.reload();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const command = pressedCommand(event);
    if (!command) return;
    const search = /** @type {HTMLInputElement|null} */ (this.content.querySelector("input[type=search]"));
    if (command === "search" && !search) return;
    event.preventDefault();
    if (command === "search") search?.focus();
    else if (command === "help") void openKeyOverlay();
    else if (command === "create") location.hash = "#/create-job";
    else location.hash = `#/${command}`;
  }
}

class NowherePage {
  #app;

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
  }

  open() {
    this.#app.title(t("console.nowhere"));
    fill(this.#app.content, h("h1", { tabindex: "-1" }, t("console.nowhere")), h("p", {}, h("a", { href: "#/jobs" }, t("console.to_jobs"))));
  }

  close() {}
}

/** @param {string} title @param {...any} content */
const sheet = (title, ...content) =>
  fill(root, h("main.sheet", {}, h("div.brand", {}, mark(), "Cairn"), h("div.card", {}, h("h1", {}, title), ...content)));

/** Who the session belongs to, or null. Waits with a way to try again while the server is away. @returns {Promise<Person|null>} */
async function current() {
  for (;;) {
    try {
      return (await api.me()).person;
    } catch (error) {
      if (error instanceof api.ApiError && error.status === 401) return null;
      if (error instanceof api.ApiError && error.code === "no_access") {
        await wrongRole();
        return null;
      }
      await new Promise((resolve) =>
        sheet(t("page.unreachable"), h("p", {}, errorText(error)), h("button.button.primary.wide", { type: "button", onclick: resolve }, t("page.try_again"))),
      );
    }
  }
}

/** A worker who opened the console: to the portal, or somebody else signs in. */
function wrongRole() {
  return new Promise((resolve) =>
    sheet(
      t("console.wrong_role"),
      h("p", {}, t("console.wrong_role.help")),
      h("a.button.primary.wide", { href: "/_/portal" }, t("console.wrong_role.portal")),
      h("button.button.wide", { type: "button", onclick: async () => {
        await api.signOut().catch(() => undefined);
        resolve(undefined);
      } }, t("console.wrong_role.other")),
    ),
  );
}

async function main() {
  applyPreferences();
  await speak(firstLanguage());
  const token = new URLSearchParams(location.hash.slice(1)).get("reset");
  if (token) {
    // Out of the address bar and the history at once: whoever holds it may set the password.
    history.replaceState(null, "", location.pathname);
    await resetPage(root, door, token);
  }
  let person = await current();
  if (person?.mustChangePassword) await firstPasswordPage(root, door, undefined);
  person ??= await signInPage(root, door);
  onLanguageChosen(api.chooseLanguage);
  await speak(firstLanguage(person.language));
  new App(person).start();
}

await main();
