import { IconControlElement } from "../shared/icon_control.js";
import { sheet } from "../shared/dom.js";

/** `<crowd-fab>`: a floating round button with an `icon`, or one character of `label`. */
export class CrowdFab extends IconControlElement {
  static styles = [...super.styles, sheet(`.button { width: 48px; height: 48px; box-shadow: var(--shadow-float); font-size: var(--text-20); }`)];
}
