/** The settings dialog: language, theme, text size, submitting on the key, sign out. Each takes effect at once. */

import { showDialog } from "./dialogs.js";
import { fill, h } from "./dom.js";
import { LANGUAGES, LANGUAGE_NAMES, language, rememberLanguage, speak, t } from "./messages.js";
import { preferences, setPreferences } from "./preferences.js";

/**
 * @param {{changed: () => void, signOut?: () => void, labels?: boolean, title?: string}} actions `changed`: the page must be written anew;
 *   `labels`: the person labels here, so the keys of labels are asked about too
 */
export async function openSettings(actions) {
  /** @type {HTMLDialogElement} */
  const dialog = /** @type {any} */ (h("dialog.settings", { "aria-labelledby": "settings-title" }));
  const build = () => {
    const chosen = preferences();
    fill(
      dialog,
      h("h2", { id: "settings-title" }, actions.title ?? t("page.settings.title")),
      choice(
        t("page.settings.language"),
        "language",
        LANGUAGES.map((name) => [name, LANGUAGE_NAMES[name]]),
        language(),
        async (value) => {
          const wanted = /** @type {"en"|"ja"} */ (value);
          rememberLanguage(wanted);
          await speak(wanted);
          actions.changed();
          build();
          /** @type {HTMLElement|null} */ (dialog.querySelector(`input[name=language][value=${wanted}]`))?.focus();
        },
      ),
      choice(
        t("page.settings.theme"),
        "theme",
        ["system", "light", "dark"].map((value) => [value, t(`page.settings.theme.${value}`)]),
        chosen.theme,
        (value) => {
          setPreferences({ theme: /** @type {any} */ (value) });
          actions.changed();
        },
      ),
      choice(
        t("page.settings.text_size"),
        "text-size",
        ["small", "normal", "large"].map((value) => [value, t(`page.settings.text_size.${value}`)]),
        chosen.textSize,
        (value) => {
          setPreferences({ textSize: /** @type {any} */ (value) });
          actions.changed();
        },
      ),
      actions.labels
        ? choice(
            t("page.settings.submit_on_key"),
            "submit-on-key",
            ["job", "always", "never"].map((value) => [value, t(`page.settings.submit_on_key.${value}`)]),
            chosen.submitOnKey,
            (value) => {
              setPreferences({ submitOnKey: /** @type {any} */ (value) });
              actions.changed();
            },
            t("page.settings.submit_on_key.help"),
          )
        : null,
      h(
        "form.actions",
        { method: "dialog" },
        actions.signOut
          ? h("button.button.start", { value: "sign-out" }, t("page.sign_out"))
          : null,
        h("button.button", { value: "close" }, t("page.close")),
      ),
    );
  };
  build();
  if ((await showDialog(dialog)) === "sign-out") actions.signOut?.();
}

/**
 * A row of alternatives, one of them chosen.
 *
 * @param {string} label @param {string} name @param {string[][]} values pairs of value and words
 * @param {string} chosen @param {(value: string) => void} change @param {string} [help]
 */
function choice(label, name, values, chosen, change, help) {
  return h(
    "fieldset.choice",
    {},
    h("legend", {}, label),
    h(
      "div.segments",
      {},
      values.map(([value, words]) =>
        h(
          "label",
          {},
          h("input", { type: "radio", name, value, checked: value === chosen, onchange: () => change(value) }),
          h("span", {}, words),
        ),
      ),
    ),
    help ? h("p.help", {}, help) : null,
  );
}
