import { IconControlElement } from "../shared/icon_control.js";

/** `<crowd-icon-button>`: a round button with an icon. */
export class CrowdIconButton extends IconControlElement {}
