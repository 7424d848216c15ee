/** Small parts that every page of the console is made of. */

import { serverNow } from "../pages/clock.js";
import { showDialog } from "../pages/dialogs.js";
import { fill, h, icon, iconButton } from "../pages/dom.js";
import { exactTime, relativeTime } from "../pages/format.js";
import { t } from "../pages/messages.js";

/** @import { Consolidation, HeldUp, JobState, TaskType } from "./types.js" */
/** @import { Child } from "../pages/dom.js" */

/** A moment, told relative to now, exact on hover. `tick` keeps it true. @param {number} at */
export function timeElement(at) {
  return h("time", { datetime: new Date(at).toISOString(), title: exactTime(at), "data-at": at }, relativeTime(at, serverNow()));
}

/** Brings every relative time of the page up to now. */
export function tick() {
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("time[data-at]"))) {
    const words = relativeTime(Number(element.dataset["at"]), serverNow());
    if (element.textContent !== words) element.textContent = words;
  }
}

/** @type {Record<JobState, {tone: string, icon: Parameters<typeof icon>[0]}>} */
const STATES = {
  Initializing: { tone: "attention", icon: "clock" },
  InProgress: { tone: "human", icon: "forward" },
  Completed: { tone: "moss", icon: "check" },
  Failed: { tone: "failed", icon: "warning" },
  Stopping: { tone: "attention", icon: "clock" },
  Stopped: { tone: "still", icon: "stop" },
};

/** @param {JobState} state */
export function stateChip(state) {
  const look = STATES[state] ?? { tone: "still", icon: "clock" };
  return h(`span.chip.state.${look.tone}`, {}, icon(look.icon), t(`console.state.${state}`));
}

const TASK_TYPES = new Set(["ImageMultiClass", "ImageMultiClassMultiLabel", "TextMultiClass", "TextMultiClassMultiLabel", "BoundingBox", "SemanticSegmentation", "NamedEntityRecognition", "Custom"]);

/** @param {Consolidation} consolidation */
export const consolidationName = (consolidation) =>
  consolidation.startsWith("hook:")
    ? t("console.consolidation.hook", { name: consolidation.slice("hook:".length) })
    : t(`console.consolidation.${consolidation}`);

/** @param {TaskType|string} taskType */
export const taskTypeName = (taskType) => (TASK_TYPES.has(taskType) ? t(`console.task_type.${taskType}`) : taskType);

/** Puts a text on the clipboard, also where the browser only grants it to a selection. @param {string} text @returns {Promise<boolean>} */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without https the clipboard is not offered, but a selection can still be copied.
    const holder = /** @type {HTMLTextAreaElement} */ (h("textarea.hidden", { readonly: true, "aria-hidden": "true" }));
    holder.value = text;
    const before = document.activeElement;
    (before?.closest("dialog") ?? document.body).append(holder);
    holder.select();
    const copied = document.execCommand("copy");
    holder.remove();
    if (before instanceof HTMLElement) before.focus();
    return copied;
  }
}

/** A button that copies; it says so itself for a moment. @param {string} text @param {string} what of what: "Copy input manifest" */
export function copyButton(text, what) {
  const label = t("console.copy", { what });
  const button = iconButton("copy", label);
  button.addEventListener("click", async () => {
    const copied = await copy(text);
    fill(button, icon(copied ? "check" : "warning"));
    button.setAttribute("aria-label", t(copied ? "console.copied" : "console.copy_failed"));
    setTimeout(() => {
      fill(button, icon("copy"));
      button.setAttribute("aria-label", label);
    }, 1_600);
  });
  return button;
}

/** A button in words that copies many lines, and says so. @param {string} text @param {string} verb */
export function copyAllButton(text, verb) {
  const button = h("button.button.start", { type: "button" }, icon("copy"), verb);
  button.addEventListener("click", async () => {
    const copied = await copy(text);
    fill(button, icon(copied ? "check" : "warning"), h("span", { role: "status" }, t(copied ? "console.copied" : "console.copy_failed")));
  });
  return button;
}

/** A text to be copied, in the typewriter's face, with its button. @param {string} text @param {string} what */
export const copyable = (text, what) => h("span.copyable", {}, h("code", {}, text), copyButton(text, what));

const NOTICE_MS = 8_000;

/**
 * Says something at the foot of the page, with a way back where there is one.
 *
 * @param {string} text @param {{undo?: () => void, tone?: "failed"}} [options]
 */
export function notice(text, { undo, tone } = {}) {
  let place = document.querySelector(".notices");
  if (!place) document.body.append((place = h("div.notices", { role: "status" })));
  const element = h(
    `div.notice${tone ? `.${tone}` : ""}`,
    {},
    h("span", {}, text),
    undo
      ? h("button.link", { type: "button", onclick: () => {
          element.remove();
          undo();
        } }, t("console.undo"))
      : null,
    iconButton("close", t("page.close"), { onclick: () => element.remove() }),
  );
  place.append(element);
  const leave = () => {
    if (element.matches(":hover, :focus-within")) setTimeout(leave, 1_000);
    else element.remove();
  };
  setTimeout(leave, NOTICE_MS);
}

/**
 * Asks before something that nothing brings back.
 *
 * @param {{title: string, text: Child[], verb: string}} question @returns {Promise<boolean>}
 */
export async function confirm({ title, text, verb }) {
  const dialog = /** @type {HTMLDialogElement} */ (
    h(
      "dialog",
      { "aria-labelledby": "confirm-title" },
      h("h2", { id: "confirm-title" }, title),
      ...text.map((paragraph) => h("p", {}, paragraph)),
      h(
        "form.actions",
        { method: "dialog" },
        h("button.button", { value: "", autofocus: true }, t("page.cancel")),
        h("button.button.danger", { value: "yes" }, verb),
      ),
    )
  );
  return (await showDialog(dialog)) === "yes";
}

/** What belongs here, and the next step. @param {string} title @param {string} help @param {...(HTMLElement|null)} next */
export const empty = (title, help, ...next) =>
  h("div.card.empty", {}, h("h2", {}, title), h("p", {}, help), ...next);

/** @param {string} text */
export const problemBanner = (text) => h("p.banner.failed", { role: "alert" }, text);

/** What keeps a job from going on. @param {HeldUp} heldUp */
export const heldUpBanner = (heldUp) =>
  h(
    "p.banner.attention",
    { role: "status" },
    t("console.job.held_up", { reason: heldUp.reason }),
    h("span.under", {}, t("console.job.held_up.since", { time: exactTime(heldUp.since) })),
  );

/**
 * A table whose rows are added by whoever asked for it. On a phone its rows become cards, so the roles are said outright.
 *
 * @param {string} name @param {{title: string, kind?: string}[]} columns `kind`: class of the column, as "figure"
 */
export function table(name, columns) {
  const body = h("tbody", { role: "rowgroup" });
  const element = h(
    "table.table",
    { role: "table", "aria-label": name },
    h(
      "thead",
      { role: "rowgroup" },
      h("tr", { role: "row" }, columns.map(({ title, kind }) => h(`th${kind ? `.${kind}` : ""}`, { scope: "col", role: "columnheader" }, title))),
    ),
    body,
  );
  return { element, body };
}

/** One cell. @param {string} kind @param {...any} content */
export const cell = (kind, ...content) => h(`td${kind ? `.${kind}` : ""}`, { role: "cell" }, ...content);

/** A cell whose figure says nothing by itself: where the column's head is not seen, its title stands before it. @param {string} title @param {string} kind @param {...any} content */
export const titledCell = (title, kind, ...content) => {
  const element = cell(kind, ...content);
  element.dataset["title"] = title;
  return element;
};

/** A row. @param {...(HTMLElement|null)} cells */
export const row = (...cells) => h("tr", { role: "row" }, ...cells);

/** Tabs that are links, one of them the page. @param {string} name @param {{title: string, href: string, current: boolean, count?: string}[]} tabs */
export const tabLinks = (name, tabs) =>
  h(
    "nav.tabs",
    { "aria-label": name },
    tabs.map(({ title, href, current, count }) =>
      h("a", { href, "aria-current": current ? "page" : null }, title, count ? h("span.count", {}, count) : null),
    ),
  );

/** The head of a page. @param {string} title @param {...(HTMLElement|null|undefined)} beside */
export const pageHead = (title, ...beside) =>
  h("header.page-head", {}, h("h1", { tabindex: "-1" }, title), h("span.spacer"), ...beside);
