import { CrowdElement } from "../shared/element.js";
import { make, sheet } from "../shared/dom.js";
import { icon } from "../shared/icons.js";

/** `<iron-icon icon>`: one of our icons by name, or a picture by address. */
export class IronIcon extends CrowdElement {
  /** @type {Record<string, import("../shared/element.js").AttributeKind>} */
  static attributes = { icon: "text", src: "text" };
  static styles = [sheet(`:host { display: inline-flex; vertical-align: middle; } svg, img { width: 1.45em; height: 1.45em; }`)];

  #drawing = make("span");

  build() {
    this.root.append(this.#drawing, make("slot"));
  }

  update() {
    const next = icon(this.getAttribute("src") || this.getAttribute("icon") || "");
    this.#drawing.replaceChildren(next);
  }
}
