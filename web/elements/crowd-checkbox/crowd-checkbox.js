import { CheckableElement } from "../shared/checkable.js";

/** `<crowd-checkbox>`: gives `{"<value>": true|false}`; boxes of one name merge into one object. */
export class CrowdCheckbox extends CheckableElement {
  static nativeAttributes = { type: "checkbox" };
}
