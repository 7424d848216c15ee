/** A dataset object as it stands in lists, and large in a dialog. */

import { showDialog } from "../pages/dialogs.js";
import { h } from "../pages/dom.js";
import { t } from "../pages/messages.js";
import { copyable, timeElement } from "./parts.js";
import { confidence } from "./figures.js";

/** @import { Labeled, Shown } from "./types.js" */

/** The object small: its picture, or the head of its text. @param {Shown} object */
export function thumbnail(object) {
  if (object.url === undefined) return h("span.excerpt", {}, object.text ?? object.uri ?? t("console.object", { id: object.objectId }));
  const image = h("img.thumb", { src: object.url, alt: t("console.object", { id: object.objectId }), loading: "lazy", decoding: "async" });
  image.addEventListener("error", () => image.replaceWith(h("span.thumb.none", { title: object.uri ?? "" }, t("console.no_picture"))));
  return image;
}

/** Its labels, each with its confidence. @param {Labeled} item */
export function labelChips(item) {
  if (item.labels.length === 0) return [h("span.chip", {}, t("console.labels.nothing"))];
  return item.labels.map((label) =>
    h(
      "span.chip.label",
      {},
      h("span", {}, label.name),
      label.confidence === null ? null : h("span.confidence", { title: t("console.labels.confidence") }, confidence(label.confidence)),
    ),
  );
}

/** Everything that is known of one labeled object. @param {Labeled} item */
export async function openObject(item) {
  const dialog = /** @type {HTMLDialogElement} */ (
    h(
      "dialog.object",
      { "aria-labelledby": "object-title" },
      h("h2", { id: "object-title" }, t("console.object", { id: item.objectId })),
      item.url === undefined ? h("p.whole", {}, item.text ?? "") : h("img.whole", { src: item.url, alt: "" }),
      h("p.chips", {}, labelChips(item)),
      h(
        "p.quiet",
        {},
        t("console.labels.answers", { count: item.answers }),
        " · ",
        t(`console.labels.by.${item.by}`),
        " · ",
        timeElement(item.labeledAt),
      ),
      item.uri ? copyable(item.uri, t("console.uri")) : null,
      h("form.actions", { method: "dialog" }, h("button.button", { autofocus: true }, t("page.close"))),
    )
  );
  await showDialog(dialog);
}

/**
 * The addresses of pictures change with every reply; the picture already shown stays, so that nothing flashes.
 *
 * @param {Labeled} item
 */
export function steady(item) {
  const url = item.url;
  if (url === undefined) return item;
  const copy = { ...item };
  Object.defineProperty(copy, "url", { value: url, enumerable: false });
  return copy;
}
