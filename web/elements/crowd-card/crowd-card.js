import { CrowdElement } from "../shared/element.js";
import { make, setAttribute, setText, sheet } from "../shared/dom.js";

/** `<crowd-card heading image>`: a box around some content, with a picture and a heading on top. */
export class CrowdCard extends CrowdElement {
  /** @type {Record<string, import("../shared/element.js").AttributeKind>} */
  static attributes = { heading: "text", image: "text" };
  static styles = [
    sheet(`
    :host { margin-block: var(--space-12); border: var(--line-width) solid var(--line); border-radius: var(--radius-card); background: var(--surface); overflow: hidden; }
    img { display: block; width: 100%; max-height: 320px; object-fit: cover; }
    .body { padding: var(--space-16); overflow-wrap: anywhere; }
    h3 { margin: 0 0 var(--space-8); font: var(--weight-strong) var(--text-16) / var(--line-heading) var(--font-text); }
    h3:empty { display: none; }
    `),
  ];

  #image = make("img", { alt: "" });
  #heading = make("h3", { dir: "auto" });

  build() {
    this.root.append(this.#image, make("div", { class: "body" }, this.#heading, make("slot")));
  }

  update() {
    this.#image.hidden = !this.hasAttribute("image");
    setAttribute(this.#image, "src", this.getAttribute("image"));
    setText(this.#heading, this.getAttribute("heading") ?? "");
  }
}
