import { make, sheet } from "./dom.js";

const WIDE = "iframe, embed, object, video, canvas, table, img, svg";

/**
 * Shows the host's `<classification-target>`, and under it whatever else a template put inside the element.
 * @param {HTMLElement} target
 */
export function classificationTarget(target) {
  // Long texts scroll by keyboard too.
  target.setAttribute("tabindex", "0");
  target.setAttribute("role", "group");
  target.setAttribute("aria-labelledby", "question");
  const slot = make("slot", { name: "classification-target" });
  const object = make("div", { class: "object", dir: "auto" }, slot, make("slot"));
  // Text reads best in short lines; players, documents and tables take the room there is.
  slot.addEventListener("slotchange", () => object.classList.toggle("wide", slot.assignedElements().some((region) => region.querySelector(WIDE))));
  target.append(object);
}

export const classificationTargetStyles = sheet(`
  .target:focus-visible { outline-offset: -2px; }
  .object { max-width: 80ch; margin-inline: auto; padding: var(--space-24) var(--space-16); font-size: var(--text-16); overflow-wrap: anywhere; }
  .object.wide { max-width: none; }
  /* Each paragraph by its own script, whatever stands beside it. */
  ::slotted(classification-target) { display: block; unicode-bidi: plaintext; }
  @container (max-width: 640px) { .object { padding: var(--space-16) var(--space-12); } }
`);
