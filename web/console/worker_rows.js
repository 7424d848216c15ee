/** Workers as rows, and what can be done with one. */

import { showDialog } from "../pages/dialogs.js";
import { h } from "../pages/dom.js";
import { errorText } from "../pages/errors.js";
import { t } from "../pages/messages.js";
import * as api from "./api.js";
import { number } from "./figures.js";
import { cell, copyable, notice, row, table, timeElement, titledCell } from "./parts.js";
import { address } from "./route.js";

/** @import { Worker } from "./types.js" */

/** @param {{teams: boolean}} options whether their teams are told */
export function workerTable({ teams }) {
  const made = table(t("console.workers"), [
    { title: t("console.workers.name") },
    { title: t("console.jobs.state"), kind: "state-column" },
    ...(teams ? [{ title: t("console.teams"), kind: "wide-only" }] : []),
    { title: t("console.workers.answers"), kind: "figure" },
    { title: t("console.workers.last_seen"), kind: "figure" },
    { title: t("console.failures.action"), kind: "action" },
  ]);
  made.element.classList.add("workers");
  return made;
}

/**
 * @param {Worker} worker
 * @param {{teams: boolean, changed: () => void, own: string, remove?: (worker: Worker) => void}} options `own`: the id of
 *   who is signed in; `remove`: takes the worker out of the team shown
 */
export function workerRow(worker, { teams, changed, own, remove }) {
  const disabled = worker.state === "disabled";
  return row(
    cell(
      "name",
      h("span.person-name", {}, worker.name),
      worker.email && worker.email !== worker.name ? h("span.under", {}, worker.email) : null,
      worker.role !== "worker" ? h("span.under", {}, t(`console.role.${worker.role}`)) : null,
    ),
    cell("state-column", h(`span.chip.${worker.state === "active" ? "moss" : worker.state === "invited" ? "attention" : "still"}`, {}, t(`console.workers.state.${worker.state}`))),
    teams
      ? cell("wide-only", h("span.chips", {}, worker.teams.map((name) => h("a.chip", { href: address(["teams", name]) }, name))))
      : null,
    titledCell(t("console.workers.answers"), "figure", number(worker.answers)),
    titledCell(t("console.workers.last_seen"), "figure.quiet.when", worker.lastSeenAt === null ? t("console.workers.never") : timeElement(worker.lastSeenAt)),
    cell(
      "action",
      h(
        "span.row-actions",
        {},
        disabled ? null : h("button.button.plain", { type: "button", "aria-label": t("console.workers.reset_of", { name: worker.name }), onclick: () => void showResetLink(worker) }, t("console.workers.reset")),
        remove ? h("button.button.plain", { type: "button", "aria-label": t("console.workers.remove_named", { name: worker.name }), onclick: () => remove(worker) }, t("console.workers.remove")) : null,
        worker.id === own
          ? null
          : h(
              "button.button.plain",
              { type: "button", "aria-label": t(disabled ? "console.workers.enable_named" : "console.workers.disable_named", { name: worker.name }), onclick: () => void setDisabled(worker, !disabled, changed) },
              t(disabled ? "console.workers.enable" : "console.workers.disable"),
            ),
      ),
    ),
  );
}

/** @param {Worker} worker @param {boolean} disabled @param {() => void} changed */
async function setDisabled(worker, disabled, changed) {
  try {
    await (disabled ? api.disableWorker(worker.id) : api.enableWorker(worker.id));
    changed();
    notice(t(disabled ? "console.workers.disabled_done" : "console.workers.enabled_done", { name: worker.name }), {
      undo: () => void setDisabled(worker, !disabled, changed),
    });
  } catch (error) {
    notice(errorText(error), { tone: "failed" });
  }
}

/** Makes a link to set a new password and shows it, once. @param {Worker} worker */
async function showResetLink(worker) {
  try {
    const { link, expiresAt, mailed } = await api.resetLink(worker.id);
    await showDialog(
      /** @type {HTMLDialogElement} */ (
        h(
          "dialog",
          { "aria-labelledby": "reset-title" },
          h("h2", { id: "reset-title" }, t("console.workers.reset_of", { name: worker.name })),
          h("p", {}, t(mailed ? "console.reset.mailed" : "console.reset.give"), " ", t("console.reset.until"), " ", timeElement(expiresAt), t("console.full_stop")),
          copyable(link, t("console.reset.link")),
          h("form.actions", { method: "dialog" }, h("button.button.primary", { autofocus: true }, t("console.done"))),
        )
      ),
    );
  } catch (error) {
    notice(errorText(error), { tone: "failed" });
  }
}
