/** Access keys of scripts: the list, making one (its secret is shown once), switching one off. */

import { showDialog } from "../pages/dialogs.js";
import { fill, h, icon } from "../pages/dom.js";
import { errorText } from "../pages/errors.js";
import { t } from "../pages/messages.js";
import * as api from "./api.js";
import { field, ruleText, selectBox, smallForm, textInput } from "./fields.js";
import { PagedList } from "./list.js";
import { cell, copyButton, empty, notice, pageHead, row, table, timeElement, titledCell } from "./parts.js";
import { textProblem } from "./rules.js";
import { block, exportLines, settingsTabs } from "./settings_connect.js";

/** @import { App } from "./index.js" */
/** @import { AccessKey, CreateKey } from "./types.js" */

export class KeysPage {
  #app;
  /** @type {PagedList<AccessKey>|undefined} */
  #list;

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
  }

  open() {
    this.#app.title(t("console.access_keys"));
    const { element, body } = table(t("console.access_keys"), [
      { title: t("console.access_keys.name") },
      { title: t("console.access_keys.id") },
      { title: t("console.jobs.state"), kind: "state-column" },
      { title: t("console.access_keys.role"), kind: "wide-only" },
      { title: t("console.jobs.created"), kind: "figure.wide-only" },
      { title: t("console.access_keys.used"), kind: "figure" },
      { title: t("console.failures.action"), kind: "action" },
    ]);
    element.classList.add("keys");
    this.#list = new PagedList({
      frame: element,
      body,
      load: (wanted) => api.keys(wanted),
      keyOf: (key) => key.id,
      draw: (key) => this.#row(key),
      empty: () => empty(t("console.access_keys.none"), t("console.access_keys.none.help")),
    });
    fill(
      this.#app.content,
      pageHead(t("console.nav.settings"), h("button.button.primary", { type: "button", onclick: () => void this.#create() }, icon("plus"), t("console.access_keys.create"))),
      settingsTabs(this.#app, "keys"),
      this.#list.element,
    );
    void this.#list.refresh();
  }

  close() {
    this.#list?.close();
  }

  /** @param {AccessKey} key */
  #row(key) {
    const disabled = key.state === "disabled";
    return row(
      cell("name", h("span.person-name", {}, key.name)),
      cell("id", h("span.copyable", {}, h("code", {}, key.id), copyButton(key.id, key.id))),
      cell("state-column", h(`span.chip.${disabled ? "still" : "moss"}`, {}, t(`console.access_keys.state.${key.state}`))),
      cell("wide-only.quiet", t(`console.role.${key.role}`)),
      cell("figure.wide-only.quiet.when", timeElement(key.createdAt)),
      titledCell(t("console.access_keys.used"), "figure.quiet.when", key.lastUsedAt === null ? t("console.workers.never") : timeElement(key.lastUsedAt)),
      cell(
        "action",
        h(
          "button.button.plain",
          { type: "button", "aria-label": t(disabled ? "console.workers.enable_named" : "console.workers.disable_named", { name: key.name }), onclick: () => void this.#setDisabled(key, !disabled) },
          t(disabled ? "console.workers.enable" : "console.workers.disable"),
        ),
      ),
    );
  }

  /** @param {AccessKey} key @param {boolean} disabled */
  async #setDisabled(key, disabled) {
    try {
      await (disabled ? api.disableKey(key.id) : api.enableKey(key.id));
      void this.#list?.refresh();
      notice(t(disabled ? "console.access_keys.disabled_done" : "console.access_keys.enabled_done", { name: key.name }), {
        undo: () => void this.#setDisabled(key, !disabled),
      });
    } catch (error) {
      notice(errorText(error), { tone: "failed" });
    }
  }

  async #create() {
    const dialog = /** @type {HTMLDialogElement} */ (h("dialog.invite", { "aria-labelledby": "key-title" }));
    const name = textInput("name", { maxlength: 63, autofocus: true });
    const role = selectBox("role", [["requester", t("console.role.requester")], ["administrator", t("console.role.administrator")]], "requester");
    dialog.append(
      h("h2", { id: "key-title" }, t("console.access_keys.create")),
      smallForm({
        fields: [
          field(t("console.access_keys.name"), name, { help: t("console.access_keys.name.help") }),
          field(t("console.access_keys.role"), role, { help: t("console.access_keys.role.help") }),
        ],
        verb: t("console.access_keys.create"),
        check: () => ({ name: ruleText(textProblem(name.value, 63, true), { max: 63 }) }),
        send: async () => {
          // First what can be asked again: the secret is told only once, and nothing may fail after it.
          const { endpoint, region } = await this.#app.overview();
          const made = await api.createKey({ name: name.value.trim(), role: /** @type {CreateKey["role"]} */ (role.value) });
          const lines = exportLines({ endpoint, region, id: made.key.id, secret: made.secret });
          fill(
            dialog,
            h("h2", { id: "key-title", tabindex: "-1" }, t("console.access_keys.made")),
            h("p.banner.attention", {}, t("console.access_keys.once")),
            block(lines, t("console.connect.shell")),
            h("div.actions", {}, h("button.button.primary", { type: "button", onclick: () => dialog.close() }, t("console.done"))),
          );
          /** @type {HTMLElement|null} */ (dialog.querySelector("h2"))?.focus();
        },
        cancel: () => dialog.close(),
      }),
    );
    await showDialog(dialog, { lasting: true });
    void this.#list?.refresh();
  }
}
