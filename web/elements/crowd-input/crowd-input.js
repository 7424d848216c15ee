import { make } from "../shared/dom.js";
import { TextFieldElement } from "../shared/text_field.js";

/** `<crowd-input>`: one line of text, or any other native input by `type`. Gives the text; nothing when it is empty. */
export class CrowdInput extends TextFieldElement {
  static attributes = { ...super.attributes, type: /** @type {const} */ ("text") };

  #native = make("input", { class: "input" });

  get native() {
    return this.#native;
  }

  update() {
    const type = this.getAttribute("type") || "text";
    if (this.#native.getAttribute("type") !== type) this.#native.setAttribute("type", type);
    super.update();
  }
}
