/** A worker's own answers to one job, newest first, page by page. */

import * as api from "./api.js";
import { page } from "./chrome.js";
import { append, fill, h } from "../pages/dom.js";
import { errorText } from "../pages/errors.js";
import { answerRow } from "./home.js";
import { t } from "../pages/messages.js";

/** @import { App } from "./index.js" */
/** @import { HistoryItem } from "./types.js" */

const PAGE_SIZE = 30;

export class HistoryPage {
  #app;
  #root;
  #job;
  /** @type {HistoryItem[]} */
  #items = [];
  /** @type {string|number|undefined} */
  #before;
  #loaded = false;
  /** @type {string|null} */
  #problem = null;

  /** @param {App} app @param {Element} root @param {string} job */
  constructor(app, root, job) {
    this.#app = app;
    this.#root = root;
    this.#job = job;
  }

  open() {
    this.draw();
    void this.#more();
  }

  close() {}

  async #more() {
    try {
      const reply = await api.history(this.#job, { before: this.#before, limit: PAGE_SIZE });
      this.#items.push(...reply.items);
      this.#before = reply.next;
      this.#problem = null;
    } catch (error) {
      this.#problem = errorText(error);
    }
    this.#loaded = true;
    this.draw();
  }

  async draw() {
    const job = await this.#app.job(this.#job);
    const title = t("portal.history.title");
    document.title = title;
    const content = h("div", {});
    if (this.#problem) append(content, h("p.banner.failed", { role: "alert" }, this.#problem));
    if (this.#loaded && this.#items.length === 0 && !this.#problem) {
      append(content, h("div.card.empty", {}, h("p", {}, t("portal.history.empty"))));
    }
    if (this.#items.length > 0) append(content, h("ul.rows", {}, this.#items.map((item) => answerRow(item, job))));
    if (this.#before !== undefined && this.#loaded) {
      append(
        content,
        h("button.button", { type: "button", onclick: () => void this.#more() }, t("portal.history.more")),
      );
    }
    fill(
      this.#root,
      page(
        this.#app.chrome(() => void this.draw()),
        h("p.crumbs", {}, h("a", { href: "#" }, t("portal.home.title"))),
        h("h1", {}, title),
        h("p.quiet", {}, `${job.title} · ${job.team}`),
        content,
      ),
    );
  }
}
