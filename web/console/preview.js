/**
 * The worker's page as it will be, beside the form that makes it. The server writes the page, so what is seen here is
 * what workers get; the next state loads out of sight and takes its place in one step.
 */

import { showDialog } from "../pages/dialogs.js";
import { fill, h, iconButton } from "../pages/dom.js";
import { errorText } from "../pages/errors.js";
import { TaskFrame } from "../pages/frames.js";
import { language, t } from "../pages/messages.js";
import { preferences } from "../pages/preferences.js";
import * as api from "./api.js";

/** @import { Preview, PreviewPage } from "./types.js" */

/** How long the form must be still before its page is asked for. */
const PAUSE_MS = 600;

export class PreviewPane {
  #stage = h("div.preview-stage");
  #state = h("p.preview-state", { role: "status" });
  #foot = h("div.preview-foot");
  element = h("section.preview", { "aria-label": t("console.preview") }, this.#stage, this.#foot);
  #submitOnKey = false;
  #object = 0;
  /** @type {PreviewPage|null} */
  #page = null;
  /** @type {TaskFrame|null} */
  #shown = null;
  /** @type {TaskFrame|null} */
  #coming = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #pause;
  #asked = "";
  #generation = 0;
  #active = false;
  /** @type {{wanted: Preview|null, submitOnKey: boolean}} */
  #wish = { wanted: null, submitOnKey: false };

  constructor() {
    this.#stage.append(this.#state);
    this.#say(t("console.preview.waiting"));
  }

  /** Only a preview that can be seen costs anything. @param {boolean} active */
  activate(active) {
    if (active === this.#active) return;
    this.#active = active;
    if (active) this.#later(0);
  }

  /** @param {Preview|null} wanted null while the form has too little for a page @param {boolean} submitOnKey */
  show(wanted, submitOnKey) {
    this.#wish = { wanted, submitOnKey };
    this.#later(PAUSE_MS);
  }

  close() {
    this.#generation++;
    clearTimeout(this.#pause);
    this.#shown?.dispose();
    this.#coming?.dispose();
  }

  /** @param {number} ms */
  #later(ms) {
    clearTimeout(this.#pause);
    if (this.#active) this.#pause = setTimeout(() => void this.#ask(), ms);
  }

  async #ask() {
    const { wanted, submitOnKey } = this.#wish;
    this.#submitOnKey = submitOnKey;
    this.#shown?.send({ type: "settings", submitOnKey });
    if (!wanted) {
      if (!this.#shown) this.#say(t("console.preview.waiting"));
      return;
    }
    const body = { ...wanted, object: this.#object };
    const from = JSON.stringify(body);
    if (from === this.#asked) return;
    const generation = ++this.#generation;
    try {
      const page = await api.preview(body);
      if (generation !== this.#generation) return;
      this.#asked = from;
      this.#page = page;
      this.#load(page.page);
    } catch (error) {
      if (generation !== this.#generation) return;
      this.#say(t("console.preview.failed", { message: errorText(error) }));
    }
    this.#drawFoot();
  }

  /** @param {string} address */
  #load(address) {
    this.#coming?.dispose();
    const frame = new TaskFrame(this.#stage, { id: "preview", page: address }, t("console.preview"), {
      ready: (ready) => {
        ready.send({ type: "settings", language: language(), theme: preferences().theme, submitOnKey: this.#submitOnKey });
        this.#swap(ready);
      },
      failed: (failed) => {
        if (failed !== this.#coming) return;
        failed.dispose();
        this.#coming = null;
        this.#say(t("console.preview.silent"));
      },
      submitRequest: (asking) => asking.send({ type: "submit" }),
      answer: (_, content) => void showAnswer(content),
    });
    this.#coming = frame;
  }

  /** @param {TaskFrame} frame */
  #swap(frame) {
    if (frame !== this.#coming) return;
    // Not `show()`: that would hand the page the keyboard, and somebody is typing in the form.
    frame.element.inert = false;
    frame.element.classList.add("shown");
    this.#shown?.dispose();
    this.#shown = frame;
    this.#coming = null;
    this.#say("");
    this.#drawFoot();
  }

  /** @param {string} words */
  #say(words) {
    if (this.#state.textContent !== words) this.#state.textContent = words;
    this.#state.hidden = words === "";
    this.#state.classList.toggle("over", this.#shown !== null);
  }

  #drawFoot() {
    if (!this.#page || !this.#shown) return fill(this.#foot);
    const { objects, sample } = this.#page;
    const go = (/** @type {number} */ by) => {
      this.#object = (this.#object + by + objects) % objects;
      void this.#ask();
    };
    const had = /** @type {HTMLElement|null} */ (document.activeElement)?.getAttribute("aria-label");
    fill(
      this.#foot,
      h("span.quiet", {}, sample ? t("console.preview.sample") : t("console.preview.object", { count: this.#object + 1, all: objects })),
      objects > 1 ? iconButton("back", t("console.preview.previous"), { onclick: () => go(-1) }) : null,
      objects > 1 ? iconButton("forward", t("console.preview.next"), { onclick: () => go(1) }) : null,
      h("span.spacer"),
      h("button.button", { type: "button", onclick: () => this.#shown?.send({ type: "submit" }) }, t("console.preview.try")),
    );
    for (const button of this.#foot.querySelectorAll("button")) if (had && button.getAttribute("aria-label") === had) button.focus();
  }
}

/** @param {unknown} content */
async function showAnswer(content) {
  await showDialog(
    /** @type {HTMLDialogElement} */ (
      h(
        "dialog",
        { "aria-labelledby": "answer-title" },
        h("h2", { id: "answer-title" }, t("console.preview.answer")),
        h("p", {}, t("console.preview.answer.help")),
        h("pre.answer", { tabindex: "0" }, JSON.stringify(content, null, 2)),
        h("form.actions", { method: "dialog" }, h("button.button", { autofocus: true }, t("page.close"))),
      )
    ),
  );
}
