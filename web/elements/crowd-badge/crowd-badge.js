import { CrowdElement } from "../shared/element.js";
import { make, sheet } from "../shared/dom.js";
import { icon } from "../shared/icons.js";

/** `<crowd-badge for label icon>`: a small mark over the top right corner of the element with the id `for`. */
export class CrowdBadge extends CrowdElement {
  /** @type {Record<string, import("../shared/element.js").AttributeKind>} */
  static attributes = { for: "text", label: "text", icon: "text" };
  static styles = [
    sheet(`
    :host { display: inline-block; vertical-align: top; z-index: 1; }
    .badge { display: grid; place-items: center; min-width: 20px; height: 20px; padding: 0 4px; border-radius: 10px; background: var(--moss-fill); color: var(--moss-on-fill); font: var(--weight-strong) var(--text-12) / 1 var(--font-text); }
    .badge svg { fill: currentColor; }
    `),
  ];

  #badge = make("span", { class: "badge" });

  build() {
    this.root.append(this.#badge, make("slot"));
  }

  /** @param {AbortSignal} signal */
  connected(signal) {
    const observer = new ResizeObserver(() => this.#place());
    observer.observe(document.documentElement);
    signal.addEventListener("abort", () => observer.disconnect());
    // The element it belongs to may come later in the page.
    queueMicrotask(() => {
      const target = this.#target;
      if (target) observer.observe(target);
    });
  }

  update() {
    const name = this.getAttribute("icon");
    this.#badge.replaceChildren(name ? icon(name, 14) : (this.getAttribute("label") ?? ""));
    this.#place();
  }

  get #target() {
    return document.getElementById(this.getAttribute("for") ?? "");
  }

  #place() {
    const target = this.#target;
    if (!target) return;
    this.style.position = "absolute";
    const parent = (this.offsetParent ?? document.documentElement).getBoundingClientRect();
    const box = target.getBoundingClientRect();
    this.style.left = `${box.right - parent.left + (this.offsetParent?.scrollLeft ?? 0) - this.offsetWidth / 2}px`;
    this.style.top = `${box.top - parent.top + (this.offsetParent?.scrollTop ?? 0) - this.offsetHeight / 2}px`;
  }
}
