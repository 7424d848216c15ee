import { isObject } from "../../lib/form_output.js";
import { t } from "../../lib/i18n.js";
import { make, sheet } from "./dom.js";
import { labelColor, labelTextColor } from "./label_colors.js";

/** How much of the image a mask lets through. */
const MASK_OPACITY = 0.55;

/**
 * The result of an earlier job over the image that is being verified: boxes, or the mask of a segmentation. Only looked
 * at, never changed.
 */
export class Overlay {
  /** @type {unknown} */
  #shown;
  #failed = false;
  #layer = make("div", { class: "overlay" });
  /** The labels with their colours. */
  legend = make("ul", { class: "legend", hidden: true });

  /** @param {import("./image_stage.js").ImageStage} stage */
  constructor(stage) {
    stage.layer.append(this.#layer);
  }

  /** Why the overlay cannot be seen; empty when it can, or there is none. */
  get problem() {
    return this.#failed ? t("element.error-image") : "";
  }

  /** @param {unknown} overlay the element's `overlay`, undefined for none */
  show(overlay) {
    if (overlay === this.#shown) return;
    this.#shown = overlay;
    this.#failed = false;
    this.#layer.replaceChildren();
    this.legend.replaceChildren();
    if (isObject(overlay)) {
      const { boundingBox, semanticSegmentation, instanceSegmentation } = overlay;
      if (isObject(boundingBox)) this.#boxes(boundingBox);
      if (isObject(semanticSegmentation)) this.#mask(semanticSegmentation, mappedColors(semanticSegmentation.labelMappings));
      if (isObject(instanceSegmentation)) this.#mask(instanceSegmentation, instanceColors(instanceSegmentation.instances));
    }
    this.legend.hidden = this.legend.childElementCount === 0;
  }

  /** @param {Record<string, unknown>} boundingBox */
  #boxes({ labels, value }) {
    const names = Array.isArray(labels) ? labels.map(String) : [];
    const boxes = Array.isArray(value) ? value.filter(isObject) : [];
    for (const box of boxes) {
      const label = String(box.label ?? "");
      const element = make("div", { class: "box" }, make("span", { class: "box-label", dir: "auto" }, label));
      for (const side of ["left", "top", "width", "height"]) element.style.setProperty(side, `${Number(box[side]) || 0}px`);
      const index = Math.max(0, names.indexOf(label));
      element.style.setProperty("--color", labelColor(index));
      element.style.setProperty("--on-color", labelTextColor(index));
      this.#layer.append(element);
    }
    for (const [index, name] of names.entries()) this.#legendEntry(name, labelColor(index));
  }

  /**
   * @param {Record<string, unknown>} segmentation
   * @param {[string, string][]} colors
   */
  #mask({ src }, colors) {
    const image = make("img", { class: "mask", alt: "", draggable: "false" });
    image.style.opacity = String(MASK_OPACITY);
    image.addEventListener("error", () => {
      this.#failed = true;
      this.#layer.dispatchEvent(new Event("cairn-image-shown", { bubbles: true, composed: true }));
    });
    if (typeof src === "string") image.src = src;
    this.#layer.append(image);
    for (const [name, color] of colors) this.#legendEntry(name, color);
  }

  /**
   * @param {string} name
   * @param {string} color
   */
  #legendEntry(name, color) {
    const swatch = make("span", { class: "swatch" });
    swatch.style.background = color;
    this.legend.append(make("li", {}, swatch, make("span", { dir: "auto" }, name)));
  }
}

/**
 * @param {unknown} labelMappings
 * @returns {[string, string][]}
 */
function mappedColors(labelMappings) {
  if (!isObject(labelMappings)) return [];
  return Object.entries(labelMappings).flatMap(([name, mapping]) => (isObject(mapping) ? [[name, String(mapping.color ?? "")]] : []));
}

/**
 * @param {unknown} instances
 * @returns {[string, string][]}
 */
function instanceColors(instances) {
  if (!Array.isArray(instances)) return [];
  return instances.filter(isObject).map((instance) => [String(instance.label ?? ""), String(instance.color ?? "")]);
}

export const overlayStyles = sheet(`
  .overlay { position: absolute; inset: 0; pointer-events: none; }
  .mask { position: absolute; inset: 0; width: 100%; height: 100%; image-rendering: pixelated; }
  .box { position: absolute; outline: calc(2px / var(--scale, 1)) solid var(--color); box-shadow: 0 0 0 calc(3px / var(--scale, 1)) oklch(1 0 0 / 0.6), inset 0 0 0 calc(1px / var(--scale, 1)) oklch(1 0 0 / 0.6); }
  .box-label { position: absolute; inset: auto auto 100% 0; transform: scale(calc(1 / var(--scale, 1))); transform-origin: 0 100%; padding: 0 4px; background: var(--color); color: var(--on-color); font: var(--weight-medium) var(--text-12) / 1.5 var(--font-text); white-space: nowrap; }
  .legend { flex: none; display: flex; flex-wrap: wrap; gap: var(--space-4) var(--space-12); max-height: 25%; margin: 0; padding: var(--space-8) var(--space-16); overflow: auto; border-block-start: var(--line-width) solid var(--line); background: var(--surface); list-style: none; }
  .legend li { display: flex; align-items: center; gap: var(--space-4); overflow-wrap: anywhere; }
  .swatch { flex: none; width: 14px; height: 14px; border: var(--line-width) solid var(--line-control); border-radius: 3px; }
`);
