import { onLanguageChange, t } from "../../lib/i18n.js";
import { ZOOM_STEP, actualSize, fit, panBy, resized, wheelFactor, zoomAt } from "../../lib/zoom.js";
import { make, setAttribute, setText, sheet } from "./dom.js";
import { icon } from "./icons.js";
import { keyboard } from "./keyboard.js";

/** Dispatched on the host, bubbling and composed, when the image cannot be had; `detail` is its address. */
export const OBJECT_ERROR = "cairn-object-error";

/** From this scale on, picture pixels are shown as squares. */
const PIXELATED_FROM = 4;
/** An SVG image without a size of its own gets this one, in pixels. */
const SIZE_OF_SIZELESS = { width: 512, height: 512 };
const TONE = { min: 50, max: 200, step: 10, start: 100 };

/**
 * An image one can look at: zoom at the pointer, pan, fit, 1 : 1, and brightness and contrast for the eye only. What is
 * drawn over the image goes into `layer`, in picture pixels.
 */
export class ImageStage {
  /** @type {import("../../lib/zoom.js").Place} */
  #place = { scale: 1, x: 0, y: 0 };
  #view = { width: 0, height: 0 };
  #picture = { width: 0, height: 0 };
  /** Whether the place is the fitting one, which then stays so when the view changes its size. */
  #fitted = true;
  #state = /** @type {"empty" | "loading" | "shown" | "failed"} */ ("empty");
  #tone = { brightness: TONE.start, contrast: TONE.start };
  /** @type {Map<number, { x: number, y: number }>} */
  #pointers = new Map();
  #keys = new AbortController();
  /** Called after every change of place. @type {Set<(place: import("../../lib/zoom.js").Place) => void>} */
  #watchers = new Set();

  #image = make("img", { draggable: "false", decoding: "async" });
  layer = make("div", { class: "layer" }, this.#image);
  #failure = make("div", { class: "failure", role: "alert", hidden: true });
  #failureText = make("p", {});
  #retry = make("button", { type: "button", class: "button", onclick: () => this.#load(this.#image.src) });
  #scaleText = make("output", { class: "scale" });
  #panel = make("div", { class: "tone", hidden: true });
  #buttons = {
    "zoom-out": this.#tool("remove", () => this.#zoomBy(1 / ZOOM_STEP), "-"),
    "zoom-in": this.#tool("add", () => this.#zoomBy(ZOOM_STEP), "+"),
    "zoom-fit": this.#tool("fit", () => this.fit(), "Control+0"),
    "zoom-actual": this.#tool("", () => this.actualSize(), "Control+1"),
    adjust: this.#tool("contrast", () => this.#togglePanel(), "Shift+B Shift+C"),
  };
  #tools = make(
    "div",
    { class: "tools", role: "toolbar" },
    this.#buttons["zoom-out"],
    this.#scaleText,
    this.#buttons["zoom-in"],
    this.#buttons["zoom-fit"],
    this.#buttons["zoom-actual"],
    this.#buttons.adjust,
    this.#panel,
  );
  element = make("div", { class: "stage" }, this.layer, this.#failure, this.#tools);

  /** @param {HTMLElement} host for its events */
  constructor(host) {
    this.host = host;
    this.#buttons["zoom-actual"].textContent = "1:1";
    this.#buttons["zoom-actual"].classList.add("actual");
    this.#failure.append(icon("report-problem", 32), this.#failureText, this.#retry);
    this.#image.addEventListener("load", () => this.#loaded());
    this.#image.addEventListener("error", () => this.#failed());
    this.element.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.element.addEventListener("pointerdown", (event) => this.#pointerDown(event));
    this.element.addEventListener("pointermove", (event) => this.#pointerMove(event));
    for (const end of ["pointerup", "pointercancel"]) this.element.addEventListener(end, (event) => this.#pointerEnd(/** @type {PointerEvent} */ (event)));
    this.element.addEventListener("pointerenter", () => this.#takeKeys());
    this.element.addEventListener("focusin", () => this.#takeKeys());
    this.element.addEventListener("dblclick", (event) => this.#onPicture(event) && this.fit());
    this.element.addEventListener("auxclick", (event) => event.preventDefault());
    this.#buildPanel();
  }

  /** Whether the image cannot be had. */
  get failed() {
    return this.#state === "failed";
  }

  /** The image's own size in pixels; zero until it is here. */
  get picture() {
    return this.#picture;
  }

  /** @param {(place: import("../../lib/zoom.js").Place) => void} watcher hears of every change of place */
  watch(watcher) {
    this.#watchers.add(watcher);
  }

  /** @param {AbortSignal} signal */
  connect(signal) {
    const observer = new ResizeObserver(() => this.#measure());
    observer.observe(this.element);
    onLanguageChange(() => this.update(), signal);
    this.#takeKeys();
    signal.addEventListener("abort", () => {
      observer.disconnect();
      this.#keys.abort();
    });
    const outside = (/** @type {Event} */ event) => !event.composedPath().includes(this.#tools) && this.#closePanel();
    addEventListener("pointerdown", outside, { signal });
  }

  /** @param {string} source the address of the image; empty is a failure too */
  show(source) {
    if (this.#state !== "empty" && this.#image.getAttribute("src") === source) return;
    this.#load(source);
  }

  fit() {
    this.#move(fit(this.#view, this.#picture));
    this.#fitted = true;
  }

  actualSize() {
    this.#move(actualSize(this.#view, this.#picture, this.#place));
  }

  update() {
    const names = /** @type {(keyof ImageStage["texts"])[]} */ (Object.keys(this.#buttons));
    for (const name of names) {
      const text = this.texts[name];
      setAttribute(this.#buttons[name], "aria-label", text);
      setAttribute(this.#buttons[name], "title", text);
    }
    setAttribute(this.#tools, "aria-label", t("element.zoom"));
    setAttribute(this.#image, "alt", t("element.object"));
    setText(this.#failureText, t("element.error-image"));
    setText(this.#retry, t("element.error-image-retry"));
    for (const part of this.#panel.querySelectorAll("[data-text]")) setText(part, t(`element.${part.getAttribute("data-text")}`));
  }

  get texts() {
    return {
      "zoom-out": t("element.zoom-out"),
      "zoom-in": t("element.zoom-in"),
      "zoom-fit": `${t("element.zoom-fit")} (Ctrl+0)`,
      "zoom-actual": `${t("element.zoom-actual")} (Ctrl+1)`,
      adjust: `${t("element.adjust")} (Shift+B, Shift+C)`,
    };
  }

  /** @param {string} source */
  #load(source) {
    this.#state = "loading";
    this.#failure.hidden = true;
    this.layer.classList.remove("ready");
    if (source === "") return this.#failed();
    this.#image.src = source;
  }

  #loaded() {
    const { naturalWidth: width, naturalHeight: height } = this.#image;
    this.#state = "shown";
    this.#picture = width > 0 && height > 0 ? { width, height } : SIZE_OF_SIZELESS;
    this.layer.style.width = `${this.#picture.width}px`;
    this.layer.style.height = `${this.#picture.height}px`;
    this.#fitted = true;
    this.#measure();
    this.fit();
    this.layer.classList.add("ready");
    this.host.dispatchEvent(new CustomEvent("cairn-image-shown"));
  }

  #failed() {
    this.#state = "failed";
    this.#failure.hidden = false;
    this.host.dispatchEvent(new CustomEvent(OBJECT_ERROR, { bubbles: true, composed: true, detail: this.#image.getAttribute("src") ?? "" }));
    this.host.dispatchEvent(new CustomEvent("cairn-image-shown"));
  }

  #measure() {
    const after = { width: this.element.clientWidth, height: this.element.clientHeight };
    const before = this.#view;
    this.#view = after;
    if (this.#state !== "shown" || after.width === 0) return;
    if (this.#fitted || before.width === 0) this.fit();
    else this.#move(resized(before, after, this.#picture, this.#place));
  }

  /** @param {import("../../lib/zoom.js").Place} place */
  #move(place) {
    this.#place = place;
    this.#fitted = false;
    this.layer.style.transform = `translate(${place.x}px, ${place.y}px) scale(${place.scale})`;
    this.layer.style.setProperty("--scale", String(place.scale));
    this.#image.classList.toggle("pixelated", place.scale >= PIXELATED_FROM);
    setText(this.#scaleText, `${Math.round(place.scale * 100)} %`);
    for (const watcher of this.#watchers) watcher(place);
  }

  /** @param {number} factor */
  #zoomBy(factor) {
    this.#zoomAt({ x: this.#view.width / 2, y: this.#view.height / 2 }, factor);
  }

  /**
   * @param {{ x: number, y: number }} at
   * @param {number} factor
   */
  #zoomAt(at, factor) {
    if (this.#state === "shown") this.#move(zoomAt(this.#view, this.#picture, this.#place, at, factor));
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    if (!this.#onPicture(event)) return;
    event.preventDefault();
    this.#zoomAt(this.#at(event), wheelFactor(event.deltaY, event.deltaMode, event.ctrlKey));
  }

  /** @param {PointerEvent} event */
  #pointerDown(event) {
    if (!this.#onPicture(event) || event.button > 1 || this.#state !== "shown") return;
    if (event.button === 1) event.preventDefault();
    this.#pointers.set(event.pointerId, this.#at(event));
    try {
      this.element.setPointerCapture(event.pointerId);
    } catch {
      // The pointer is gone already; its moves end here.
    }
    this.element.classList.add("panning");
  }

  /** @param {PointerEvent} event */
  #pointerMove(event) {
    const from = this.#pointers.get(event.pointerId);
    if (!from) return;
    const to = this.#at(event);
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.#pointers.set(event.pointerId, to);
    if (!other) return this.#move(panBy(this.#view, this.#picture, this.#place, { x: to.x - from.x, y: to.y - from.y }));
    // Two fingers: the distance zooms, the middle pans.
    const middle = { x: (to.x + other.x) / 2, y: (to.y + other.y) / 2 };
    const before = Math.hypot(from.x - other.x, from.y - other.y) || 1;
    this.#zoomAt(middle, Math.hypot(to.x - other.x, to.y - other.y) / before);
    this.#move(panBy(this.#view, this.#picture, this.#place, { x: (to.x - from.x) / 2, y: (to.y - from.y) / 2 }));
  }

  /** @param {PointerEvent} event */
  #pointerEnd(event) {
    this.#pointers.delete(event.pointerId);
    if (this.#pointers.size === 0) this.element.classList.remove("panning");
  }

  /** @param {Event} event */
  #onPicture(event) {
    const path = event.composedPath();
    return !path.includes(this.#tools) && !path.includes(this.#failure);
  }

  /** @param {MouseEvent} event */
  #at(event) {
    const box = this.element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  /** With several images on a page the keys are of the one last looked at: it binds them anew, and the newest wins. */
  #takeKeys() {
    this.#keys.abort();
    this.#keys = new AbortController();
    const tone = (/** @type {"brightness" | "contrast"} */ name, /** @type {number} */ by) => () => this.#setTone(name, this.#tone[name] + by);
    /** @type {[string, string, () => void][]} */
    const commands = [
      ["Mod+0", "element.zoom-fit", () => this.fit()],
      ["Mod+1", "element.zoom-actual", () => this.actualSize()],
      ["+", "element.zoom-in", () => this.#zoomBy(ZOOM_STEP)],
      ["=", "", () => this.#zoomBy(ZOOM_STEP)],
      ["-", "element.zoom-out", () => this.#zoomBy(1 / ZOOM_STEP)],
      ["Shift+b", "element.brightness-more", tone("brightness", TONE.step)],
      ["Alt+b", "element.brightness-less", tone("brightness", -TONE.step)],
      ["Shift+c", "element.contrast-more", tone("contrast", TONE.step)],
      ["Alt+c", "element.contrast-less", tone("contrast", -TONE.step)],
      // Held while dragging to pan, so it must not scroll the page.
      [" ", "", () => {}],
    ];
    for (const [combination, name, run] of commands) {
      const describe = name ? () => ({ label: t(name), group: t("element.zoom") }) : undefined;
      const unbind = keyboard.bind({ scope: "tool", combination, kind: "command", run, describe });
      this.#keys.signal.addEventListener("abort", unbind);
    }
  }

  /**
   * @param {string} drawing
   * @param {() => void} run
   * @param {string} shortcut
   */
  #tool(drawing, run, shortcut) {
    const button = make("button", { type: "button", class: "button quiet icon", "aria-keyshortcuts": shortcut, onclick: run });
    if (drawing) button.append(icon(drawing, 18));
    return button;
  }

  #buildPanel() {
    for (const name of /** @type {const} */ (["brightness", "contrast"])) {
      const range = make("input", { type: "range", name, min: TONE.min, max: TONE.max, step: TONE.step, value: TONE.start });
      range.addEventListener("input", () => this.#setTone(name, Number(range.value)));
      this.#panel.append(make("label", {}, make("span", { "data-text": name }), range));
    }
    const reset = make("button", { type: "button", class: "button", "data-text": "reset" });
    reset.addEventListener("click", () => {
      this.#setTone("brightness", TONE.start);
      this.#setTone("contrast", TONE.start);
    });
    this.#panel.append(make("p", { class: "note", "data-text": "adjust-note" }), reset);
    this.#panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.#closePanel();
      this.#buttons.adjust.focus();
    });
    this.#buttons.adjust.setAttribute("aria-expanded", "false");
    // What happens in the panel is no answer.
    for (const type of ["input", "change"]) this.#panel.addEventListener(type, (event) => event.stopPropagation());
  }

  /**
   * @param {"brightness" | "contrast"} name
   * @param {number} value in per cent
   */
  #setTone(name, value) {
    this.#tone[name] = Math.min(TONE.max, Math.max(TONE.min, value));
    const range = /** @type {HTMLInputElement} */ (this.#panel.querySelector(`[name=${name}]`));
    range.value = String(this.#tone[name]);
    const { brightness, contrast } = this.#tone;
    this.#image.style.filter = brightness === TONE.start && contrast === TONE.start ? "" : `brightness(${brightness}%) contrast(${contrast}%)`;
  }

  #togglePanel() {
    this.#panel.hidden = !this.#panel.hidden;
    this.#buttons.adjust.setAttribute("aria-expanded", String(!this.#panel.hidden));
    if (!this.#panel.hidden) this.#panel.querySelector("input")?.focus();
  }

  #closePanel() {
    this.#panel.hidden = true;
    this.#buttons.adjust.setAttribute("aria-expanded", "false");
  }
}

export const imageStageStyles = sheet(`
  .stage { position: relative; height: 100%; min-height: 96px; overflow: hidden; background: var(--stone-4); cursor: grab; touch-action: none; user-select: none; }
  .stage.panning { cursor: grabbing; }
  .layer { position: absolute; inset: 0 auto auto 0; transform-origin: 0 0; visibility: hidden; }
  .layer.ready { visibility: visible; }
  .layer > img { display: block; width: 100%; height: 100%; }
  .layer > img.pixelated { image-rendering: pixelated; }
  .tools { position: absolute; inset-block-end: var(--space-12); inset-inline: var(--space-8); margin-inline: auto; width: fit-content; max-width: calc(100% - 16px); display: flex; align-items: center; gap: 2px; padding: 2px; border: var(--line-width) solid var(--line); border-radius: var(--radius-card); background: var(--surface); box-shadow: var(--shadow-float); cursor: default; }
  .tools .button { font-size: var(--text-12); }
  .scale { min-width: 5ch; text-align: center; font-size: var(--text-12); font-variant-numeric: tabular-nums; color: var(--text-quiet); }
  @container (max-width: 640px) { .scale, .tools .actual { display: none; } }
  .tone { position: absolute; inset-block-end: calc(100% + 8px); inset-inline-end: 0; width: 240px; max-width: calc(100vw - 32px); padding: var(--space-12); border: var(--line-width) solid var(--line); border-radius: var(--radius-card); background: var(--surface); box-shadow: var(--shadow-float); }
  .tone label { display: grid; gap: var(--space-4); margin-block-end: var(--space-8); font-weight: var(--weight-medium); }
  .tone input { width: 100%; min-height: 24px; margin: 0; accent-color: var(--moss-fill); }
  .tone .note { margin: 0 0 var(--space-8); color: var(--text-quiet); font-size: var(--text-12); }
  .failure { position: absolute; inset: 0; display: grid; place-content: center; justify-items: center; gap: var(--space-8); padding: var(--space-16); color: var(--text); text-align: center; cursor: default; }
  .failure p { margin: 0; }
`);
