/** The settings dialog: language, theme, text size, submitting on the key, sign out. Each takes effect at once. */

import { showDialog } from "./dialogs.js";
import { h } from "./dom.js";
import { LANGUAGES, LANGUAGE_NAMES, language, rememberLanguage, speak, t } from "./messages.js";
import { preferences, setPreferences } from "./preferences.js";

/**
 * @param {{changed: () => void, signOut?: () => void}} actions `changed`: the page must be written anew
 */
export async function openSettings(actions) {
  /** @type {HTMLDialogElement} */
  const dialog = /** @type {any} */ (h("dialog.settings", { "aria-labelledby": "settings-title" }));
  const build = () => {
    const chosen = preferences();
    dialog.replaceChildren(
      h("h2", { id: "settings-title" }, t("portal.settings.title")),
      choice(
        t("portal.settings.language"),
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
        t("portal.settings.theme"),
        "theme",
        ["system", "light", "dark"].map((value) => [value, t(`portal.settings.theme.${value}`)]),
        chosen.theme,
        (value) => {
          setPreferences({ theme: /** @type {any} */ (value) });
          actions.changed();
        },
      ),
      choice(
        t("portal.settings.text_size"),
        "text-size",
        ["small", "normal", "large"].map((value) => [value, t(`portal.settings.text_size.${value}`)]),
        chosen.textSize,
        (value) => {
          setPreferences({ textSize: /** @type {any} */ (value) });
          actions.changed();
        },
      ),
      choice(
        t("portal.settings.submit_on_key"),
        "submit-on-key",
        ["job", "always", "never"].map((value) => [value, t(`portal.settings.submit_on_key.${value}`)]),
        chosen.submitOnKey,
        (value) => {
          setPreferences({ submitOnKey: /** @type {any} */ (value) });
          actions.changed();
        },
        t("portal.settings.submit_on_key.help"),
      ),
      h(
        "form.actions",
        { method: "dialog" },
        actions.signOut
          ? h("button.button.start", { value: "sign-out" }, t("portal.sign_out"))
          : null,
        h("button.button", { value: "close" }, t("portal.close")),
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
