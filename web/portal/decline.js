/** Declining a task: it asks why, since the reason is what the requester can mend. */

import { showDialog } from "../pages/dialogs.js";
import { h } from "../pages/dom.js";
import { t } from "../pages/messages.js";

/** What is sent, in the words the requester reads; what is shown comes from the catalogue. @type {Record<string, string>} */
const REASONS = {
  not_shown: "the object is not shown properly",
  instructions: "the instructions do not cover it",
  language: "not in a language the worker reads",
  disturbing: "disturbing content",
  another: "another reason",
};

/** The longest comment sent along. */
const COMMENT_LIMIT = 500;

/** Asks for the reason. Null when the worker thinks better of it. @returns {Promise<string|null>} */
export async function askDeclineReason() {
  const comment = /** @type {HTMLTextAreaElement} */ (
    h("textarea", { id: "decline-comment", rows: 2, maxlength: COMMENT_LIMIT })
  );
  const dialog = /** @type {HTMLDialogElement} */ (
    h(
      "dialog.decline",
      { "aria-labelledby": "decline-title" },
      h("h2", { id: "decline-title" }, t("portal.decline.title")),
      h("p", {}, t("portal.decline.help")),
      h(
        "form.fields",
        { method: "dialog" },
        h(
          "fieldset.options",
          {},
          h("legend.hidden", {}, t("portal.decline.reason")),
          Object.keys(REASONS).map((code, index) =>
            h(
              "label.option",
              {},
              h("input", { type: "radio", name: "reason", value: code, checked: index === 0, autofocus: index === 0 }),
              h("span", {}, t(`portal.decline.${code}`)),
            ),
          ),
        ),
        h(
          "div.field",
          {},
          h("label", { for: "decline-comment" }, t("portal.decline.comment"), " ", h("span.optional", {}, t("page.optional"))),
          comment,
        ),
        h(
          "div.actions",
          {},
          h("button.button", { value: "", formnovalidate: true }, t("page.cancel")),
          h("button.button.primary", { value: "decline" }, t("portal.decline.button")),
        ),
      ),
    )
  );
  // Enter in the list of reasons declines, as the dialog's main button says; the first button in order would cancel.
  dialog.addEventListener("keydown", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (event.key === "Enter" && target instanceof HTMLInputElement) {
      event.preventDefault();
      dialog.close("decline");
    }
  });
  if ((await showDialog(dialog)) !== "decline") return null;
  const chosen = /** @type {HTMLInputElement|null} */ (dialog.querySelector("input[name=reason]:checked"));
  const said = comment.value.trim();
  const reason = REASONS[chosen?.value ?? "another"] ?? "another reason";
  return said === "" ? reason : `${reason}: ${said}`;
}
