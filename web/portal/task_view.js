/**
 * The task page's own parts: the bar above, the stage with the frames, the bar below. It shows what it is told and
 * reports what is pressed; what follows is `task.js`'s business.
 */

import { fill, h, icon, iconButton, keyCap, setText } from "../pages/dom.js";
import { countdown } from "../pages/format.js";
import { t } from "../pages/messages.js";

/** @import { Command } from "./keys.js" */
/** @import { SaveStatus } from "./status.js" */

/** Nothing is shown for a wait shorter than this. */
const LOADING_MS = 300;

/** A notice that only informs goes by itself. */
const NOTICE_MS = 6_000;

/**
 * @typedef {object} Bars what the two bars show
 * @property {string} title
 * @property {string} team
 * @property {number} done
 * @property {number} left
 * @property {boolean} instructions
 * @property {boolean} canDecline
 * @property {boolean} canSubmit
 * @property {boolean} canGoBack
 * @property {{text: string, open: boolean} | null} review an earlier answer is shown; `open`: it may still be changed
 */

export class TaskView {
  /** Where the frames go. */
  stage = h("div.stage");
  #root;
  #command;
  #header = h("header.task-bar");
  #footer = h("footer.task-foot");
  #cover = h("div.cover", { hidden: true });
  #notices = h("div.notices", { role: "status", "aria-live": "polite" });
  /** Spoken, not shown. */
  #announcer = h("div.hidden", { role: "status", "aria-live": "polite" });
  #status = h("span.save-status");
  #timer = h("span.timer", { role: "timer" });
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #loading;
  /** @type {string} */
  #statusText = "";

  /** @param {Element} root @param {(command: Command) => void} command */
  constructor(root, command) {
    this.#root = root;
    this.#command = command;
  }

  mount() {
    this.stage.append(this.#cover);
    fill(
      this.#root,
      h("div.task-page", {}, this.#header, h("main.stage-holder", {}, this.stage, this.#notices), this.#footer, this.#announcer),
    );
  }

  /** @param {Bars} bars */
  bars(bars) {
    document.title = `${bars.title} · Cairn`;
    const focused = /** @type {HTMLElement|null} */ (document.activeElement)?.dataset["command"];
    const command = (/** @type {Command} */ name) => ({ "data-command": name, onclick: () => this.#command(name) });
    fill(
      this.#header,
      h("a.icon-button", { href: "#", "aria-label": t("portal.task.home"), title: t("portal.task.home") }, icon("back")),
      h("h1", { title: `${bars.title} · ${bars.team}` }, bars.title, h("span.team", {}, ` · ${bars.team}`)),
      h(
        "span.counts",
        {},
        h("span", {}, t("portal.task.done", { count: bars.done })),
        h("span.dot", { "aria-hidden": "true" }, " · "),
        h("span", {}, t("portal.task.left", { count: bars.left })),
      ),
      h("span.spacer"),
      this.#status,
      this.#timer,
      bars.instructions
        ? h(
            "button.bar-button",
            { type: "button", title: `${t("portal.keys.instructions")} (Shift + I)`, ...command("instructions") },
            icon("book"),
            h("span", {}, t("portal.task.instructions")),
          )
        : null,
      iconButton("help", `${t("portal.keys.help")} (?)`, { class: "icon-button wide-only", ...command("help") }),
      iconButton("settings", t("page.settings.title"), command("settings")),
    );
    if (bars.review) {
      fill(
        this.#footer,
        iconTextButton("back", t("portal.review.older"), "←", command("older"), !bars.canGoBack),
        h("span.review-text", {}, bars.review.text),
        h("span.spacer"),
        h("button.button", { type: "button", ...command("escape") }, t("portal.review.back"), keyCap("Esc")),
        h(
          "button.button.primary.submit",
          { type: "button", disabled: !bars.review.open || !bars.canSubmit, ...command("submit") },
          t("portal.review.save"),
          keyCap("⏎"),
        ),
      );
    } else {
      fill(
        this.#footer,
        iconTextButton("decline", t("portal.task.decline"), "", command("decline"), !bars.canDecline),
        iconTextButton("back", t("portal.task.previous"), "←", command("older"), !bars.canGoBack),
        h("span.spacer"),
        h(
          "button.button.primary.submit",
          { type: "button", disabled: !bars.canSubmit, ...command("submit") },
          t("portal.task.submit"),
          keyCap("⏎"),
        ),
      );
    }
    if (focused) /** @type {HTMLElement|null} */ (this.#root.querySelector(`[data-command="${focused}"]`))?.focus();
  }

  /** @param {SaveStatus} status */
  status(status) {
    const key = `${status.tone} ${status.icon} ${status.text}`;
    if (key === this.#statusText) return;
    this.#statusText = key;
    this.#status.className = `save-status ${status.tone}`;
    this.#status.title = status.text;
    fill(this.#status, status.icon ? icon(status.icon) : null, h("span", {}, status.text));
  }

  /** @param {number|null} leftMs null: no countdown now @param {"open"|"warning"|"over"} phase */
  timer(leftMs, phase) {
    setText(this.#timer, leftMs === null ? "" : countdown(leftMs));
    this.#timer.className = `timer ${phase}`;
    this.#timer.title = t("portal.task.time_left");
  }

  /** Says that the stage is empty for a moment; shown only when the moment grows long. */
  loading() {
    this.uncover();
    this.#loading = setTimeout(
      () => this.#put("loading", h("p", { role: "status" }, t("portal.task.loading"))),
      LOADING_MS,
    );
  }

  /**
   * Puts a card over the stage.
   *
   * @param {{title: string, text: string, actions: [string, () => void, boolean?][], note?: string}} card
   *   actions: words, what to do, whether it is the main one
   */
  cover({ title, text, actions, note }) {
    this.uncover();
    this.#put(
      "card-cover",
      h(
        "div.card",
        { role: "alertdialog", "aria-label": title },
        h("h2", {}, title),
        h("p", {}, text),
        note ? h("p.quiet", {}, note) : null,
        h(
          "div.actions",
          {},
          actions.map(([words, run, main]) =>
            h(`button.button${main ? ".primary" : ""}`, { type: "button", onclick: run }, words),
          ),
        ),
      ),
    );
    /** @type {HTMLElement|null} */ (this.#cover.querySelector(".primary, .button"))?.focus();
  }

  uncover() {
    clearTimeout(this.#loading);
    this.#cover.hidden = true;
    this.#cover.replaceChildren();
  }

  get covered() {
    return !this.#cover.hidden;
  }

  /** @param {string} kind @param {HTMLElement} content */
  #put(kind, content) {
    this.#cover.className = `cover ${kind}`;
    fill(this.#cover, content);
    this.#cover.hidden = false;
    this.stage.append(this.#cover);
  }

  /**
   * A line over the stage's foot.
   *
   * @param {"info"|"attention"|"failed"} tone @param {string} text
   * @param {{kind?: string, actions?: [string, () => void][], lasting?: boolean}} [options] a notice replaces one of its kind
   */
  notice(tone, text, options = {}) {
    if (options.kind) this.#notices.querySelector(`[data-kind="${options.kind}"]`)?.remove();
    const element = h(
      `div.notice.${tone}`,
      { "data-kind": options.kind },
      h("span", {}, text),
      (options.actions ?? []).map(([words, run]) =>
        h("button.link", { type: "button", onclick: () => {
          element.remove();
          run();
        } }, words),
      ),
      iconButton("close", t("page.close"), { onclick: () => element.remove() }),
    );
    this.#notices.append(element);
    while (this.#notices.children.length > 3) this.#notices.firstElementChild?.remove();
    if (!options.lasting && tone !== "failed") setTimeout(() => element.remove(), NOTICE_MS);
  }

  /** Takes notices of a kind away. @param {string} kind */
  clearNotice(kind) {
    this.#notices.querySelector(`[data-kind="${kind}"]`)?.remove();
  }

  /** Speaks to a screen reader. @param {string} text */
  announce(text) {
    setText(this.#announcer, text);
  }
}

/**
 * A button whose words give way to its icon on a narrow screen.
 *
 * @param {"back"|"decline"} name @param {string} words @param {string} key @param {Record<string, any>} properties @param {boolean} disabled
 */
function iconTextButton(name, words, key, properties, disabled) {
  return h(
    "button.button.plain",
    { type: "button", disabled, title: words, "aria-label": words, ...properties },
    icon(name),
    h("span", {}, words),
    key ? keyCap(key) : null,
  );
}
