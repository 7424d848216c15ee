import { Bridge } from "../lib/bridge.js";
import { chooseLanguage, loadLanguage, t } from "../lib/i18n.js";
import { ANSWER, CrowdForm, REFUSED, SUBMIT_WISH } from "./crowd-form/crowd-form.js";
import { Dialog } from "./shared/dialog.js";
import { make, setText, sheet } from "./shared/dom.js";
import { OBJECT_ERROR } from "./shared/image_stage.js";
import { keyboard, keyboardListener, startKeyboard } from "./shared/keyboard.js";
import { keepReadable } from "./shared/readable.js";
import { settings, showNow } from "./shared/settings.js";
import { base } from "./shared/styles.js";
import { unsupportedProblem } from "./unsupported/unsupported.js";

/** How long a page in a frame waits for a portal before it shows its own Submit, in milliseconds. */
const PORTAL_WAIT_MS = 1500;
/** How long the styles and messages may take before the page is called ready without them, in milliseconds. */
const DRESS_WAIT_MS = 4000;
/** When the messages are asked for again after they could not be had, in milliseconds. */
const SECOND_TRY_MS = 1000;

/** Rules for the page itself. They weigh nothing against a template's own. */
const pageStyles = sheet(`
  :where(body) { margin: 0; }
  :where(crowd-form) { display: block; }
  :where(short-instructions, full-instructions, classification-target, worker-comment, short-summary, detailed-instructions, positive-example, negative-example) { display: block; }
  :where(short-instructions, full-instructions, classification-target, worker-comment, short-summary, detailed-instructions, positive-example, negative-example) > :where(:first-child) { margin-block-start: 0; }
  :where(short-instructions, full-instructions, classification-target, crowd-instructions) :where(img, video) { max-width: 100%; }
  :where(crowd-form[data-fill] > form) { display: flex; flex-direction: column; height: 100%; }
  :where(crowd-form[data-fill] > form) > :where(crowd-classifier, crowd-classifier-multi-select, crowd-image-classifier, crowd-image-classifier-multi-select) { flex: 1 1 0; min-height: 0; }
  :where(crowd-form[data-fill] > form) > :where(crowd-alert, div) { flex: none; }
  :where(crowd-form:not([data-fill])) :where(crowd-classifier, crowd-classifier-multi-select) { min-height: 200px; margin-block: 12px; border: 1px solid var(--line); border-radius: 10px; overflow: clip; }
  :where(crowd-form:not([data-fill])) :where(crowd-image-classifier, crowd-image-classifier-multi-select) { margin-block: 12px; border: 1px solid var(--line); border-radius: 10px; overflow: clip; height: max(420px, 78dvh); }
`);

/**
 * Starts the frame: the look, `defineAll`, the keys, the talk with the portal.
 * @param {() => void} defineAll defines the elements
 */
export function startFrame(defineAll) {
  document.adoptedStyleSheets.push(pageStyles);
  // Without it a phone that opens the page by itself lays it out for a desk.
  if (!document.querySelector("meta[name=viewport]")) document.head.append(make("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }));
  const dressed = Promise.race([Promise.allSettled([loadTheme(), speak(chooseLanguage(navigator.languages))]), after(DRESS_WAIT_MS)]);
  defineAll();
  startKeyboard();
  const framed = window.parent !== window;
  const bridge = framed ? startBridge(window.parent) : undefined;
  listen(bridge, dressed);
  whenParsed(async () => {
    for (const form of forms()) form.checkElements();
    document.dispatchEvent(new Event("all-crowd-elements-ready"));
    await dressed;
    keepReadable();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", keepReadable);
    if (!bridge) return showNow();
    bridge.ready({ title: document.title, keys: keyboard.overview, instructions: instructionHolders().length > 0 });
    await after(PORTAL_WAIT_MS);
    if (bridge.alive) return;
    showOwnSubmit(true);
    showNow();
  });
}

/** @param {Window} portal */
function startBridge(portal) {
  const bridge = new Bridge(window, portal, {
    output: () => form()?.output ?? {},
    problem: () => form()?.problem ?? missingForm(),
    restore: (content) => form()?.restore(content),
    submit: () => {
      const first = form();
      if (first) first.trySubmit();
      else bridge.refused(missingForm());
    },
    shown: () => {
      window.focus();
      showNow();
    },
    applySettings,
    openInstructions: () => instructionHolders()[0]?.open(),
    alive: () => showOwnSubmit(false),
  });
  showOwnSubmit(false);
  return bridge;
}

/**
 * @param {Bridge | undefined} bridge
 * @param {Promise<unknown>} dressed settles when there are words to speak with
 */
function listen(bridge, dressed) {
  keyboardListener.submit = () => form()?.wish();
  keyboardListener.unused = (event) => bridge?.key(event);
  document.addEventListener(SUBMIT_WISH, (event) => {
    if (!bridge?.alive) return;
    event.preventDefault();
    bridge.submitRequest();
  });
  document.addEventListener(ANSWER, (event) => {
    const content = /** @type {CustomEvent} */ (event).detail;
    bridge?.answered(content);
    if (!bridge?.alive) showAnswer(content);
  });
  document.addEventListener(REFUSED, (event) => bridge?.refused(/** @type {CustomEvent} */ (event).detail));
  for (const type of ["input", "change"]) document.addEventListener(type, () => bridge?.changed());
  document.addEventListener("visibilitychange", () => bridge?.seen(!document.hidden));
  const report = (/** @type {string} */ url) => void dressed.then(() => bridge?.objectError(url, t("element.error-image")));
  document.addEventListener(OBJECT_ERROR, (event) => report(/** @type {CustomEvent} */ (event).detail));
  // Errors of images and players do not bubble; those that happened before this module ran leave their trace.
  addEventListener("error", (event) => reportMedia(event.target, report), { capture: true });
  whenParsed(() => {
    for (const image of document.images) if (image.complete && image.naturalWidth === 0 && image.getAttribute("src")) reportMedia(image, report);
  });
}

/**
 * Reports an object of the page that could not be loaded. Pictures of the instructions are not what is being labeled.
 * @param {EventTarget | null} target
 * @param {(url: string) => void} report
 */
function reportMedia(target, report) {
  if (!(target instanceof Element) || target.closest("short-instructions, full-instructions, crowd-instructions, crowd-card")) return;
  if (target instanceof HTMLSourceElement) {
    const player = target.closest("audio, video");
    // Only when no source was of use.
    if (player instanceof HTMLMediaElement) setTimeout(() => player.networkState === player.NETWORK_NO_SOURCE && report(target.src));
  } else if (target instanceof HTMLImageElement || target instanceof HTMLMediaElement) {
    report(target.currentSrc || target.src);
  }
}

/** @param {import("../lib/bridge.js").Settings} wanted */
function applySettings({ language, theme, submitOnKey, keysByPosition }) {
  if (language) speak(language);
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  else if (theme === "system") delete document.documentElement.dataset.theme;
  if (theme) keepReadable();
  if (keysByPosition !== undefined) keyboard.byPosition = keysByPosition;
  if (submitOnKey !== undefined) settings.submitOnKey = submitOnKey && form()?.fieldCount === 1;
}

/** Whether the page's language is ours to set: the template gave none. */
const setsPageLanguage = !document.documentElement.hasAttribute("lang");

/** @param {import("../lib/i18n.js").Language} language */
async function speak(language) {
  // Without its words the page is mute, so a stumbling network gets a second chance.
  await loadLanguage(language).catch(() => after(SECOND_TRY_MS).then(() => loadLanguage(language)));
  if (setsPageLanguage) document.documentElement.lang = language;
}

/** Loads the tokens of the look unless the page has them already. */
async function loadTheme() {
  const href = new URL("../theme.css", import.meta.url).href;
  if ([...document.styleSheets].some((styles) => styles.href === href)) return;
  const link = make("link", { rel: "stylesheet", href, blocking: "render" });
  await new Promise((resolve) => {
    link.addEventListener("load", resolve);
    link.addEventListener("error", resolve);
    // First, so that a template's own rules come after.
    document.head.prepend(link);
  });
}

/** @returns {CrowdForm[]} */
function forms() {
  return [...document.querySelectorAll("crowd-form")].filter((element) => element instanceof CrowdForm);
}

/** The form whose answer is the task's: the first. */
function form() {
  return forms()[0];
}

/** Why a page without a form cannot be answered. */
function missingForm() {
  return unsupportedProblem(document) || t("element.no-form");
}

/** What holds instructions, in the page's order. @returns {{ open(): void }[]} */
function instructionHolders() {
  return [...document.querySelectorAll("*")].flatMap((/** @type {any} */ element) => {
    if (element.localName === "crowd-instructions") return [element];
    return element.instructions?.any ? [element.instructions] : [];
  });
}

/** @param {boolean} own */
function showOwnSubmit(own) {
  whenParsed(() => {
    for (const each of forms()) each.setOutsideSubmit(!own);
  });
}

/**
 * Outside a portal nothing can be sent: shows the answer instead, for whoever writes the template.
 * @param {Record<string, unknown>} content
 */
function showAnswer(content) {
  const dialog = new Dialog({ closed: () => host.remove() });
  const host = make("div", { id: "cairn-answer" });
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [base, sheet(`pre { margin: 12px 0 0; overflow: auto; font-family: var(--font-code); white-space: pre-wrap; overflow-wrap: anywhere; } p { margin: 0; }`)];
  const note = make("p");
  setText(note, t("element.preview-note"));
  dialog.content.append(note, make("pre", {}, JSON.stringify(content, null, 2)));
  dialog.update(t("element.preview-answer"));
  root.append(dialog.element);
  document.body.append(host);
  dialog.open();
}

/**
 * Runs `then` once the page is parsed and its own listeners for that have run.
 * @param {() => void} then
 */
function whenParsed(then) {
  const [navigation] = performance.getEntriesByType("navigation");
  const parsed = navigation instanceof PerformanceNavigationTiming && navigation.domContentLoadedEventStart > 0;
  if (document.readyState !== "complete" && !parsed) {
    document.addEventListener("DOMContentLoaded", () => setTimeout(then), { once: true });
  } else setTimeout(then);
}

/** @param {number} ms */
function after(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
