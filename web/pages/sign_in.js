/**
 * Signing in: the page, the same form over a task when a session has ended, the forced change of a first password and
 * the new password behind a reset link.
 */

import { showDialog } from "./dialogs.js";
import { fill, h, mark } from "./dom.js";
import { errorText } from "./errors.js";
import { LANGUAGES, LANGUAGE_NAMES, language, rememberLanguage, speak, t } from "./messages.js";
import { ApiError } from "./request.js";

/**
 * Who signed in, as far as these pages care.
 *
 * @typedef {object} Person
 * @property {string} id
 * @property {string} name
 * @property {boolean} mustChangePassword
 */

/**
 * What these pages ask of the server.
 *
 * @template {Person} P
 * @typedef {object} Door
 * @property {(name: string, password: string) => Promise<P>} signIn
 * @property {(current: string|undefined, next: string) => Promise<void>} changePassword
 * @property {(token: string, next: string) => Promise<void>} resetPassword
 */

/** The page that asks who is there. Resolves when somebody has signed in and has a password of their own. @template {Person} P @param {Element} root @param {Door<P>} door @returns {Promise<P>} */
export function signInPage(root, door) {
  return new Promise((resolve) => {
    const draw = () => {
      document.title = t("page.sign_in.title");
      fill(
        root,
        sheet(
          t("page.sign_in.title"),
          signInForm(door, {
            done: (person, password) => {
              if (person.mustChangePassword) firstPasswordPage(root, door, password).then(() => resolve({ ...person, mustChangePassword: false }));
              else resolve(person);
            },
          }),
          h(
            "details.forgotten",
            {},
            h("summary", {}, t("page.sign_in.forgotten")),
            h("p", {}, t("page.sign_in.forgotten.help")),
          ),
          draw,
        ),
      );
      focusFirst(root);
    };
    draw();
  });
}

/** The forced change of a password that an administrator gave. @param {Element} root @param {Pick<Door<Person>, "changePassword">} door @param {string|undefined} current @returns {Promise<void>} */
export function firstPasswordPage(root, door, current) {
  return new Promise((resolve) => {
    const draw = () => {
      document.title = t("page.password.title");
      fill(
        root,
        sheet(
          t("page.password.title"),
          h("p", {}, t("page.password.why")),
          passwordForm({
            askCurrent: current === undefined,
            save: async (given, chosen) => {
              await door.changePassword(given ?? current, chosen);
              resolve();
            },
          }),
          draw,
        ),
      );
      focusFirst(root);
    };
    draw();
  });
}

/** The page behind a reset link. Resolves when the new password is set. @param {Element} root @param {Pick<Door<Person>, "resetPassword">} door @param {string} token @returns {Promise<void>} */
export function resetPage(root, door, token) {
  return new Promise((resolve) => {
    const draw = () => {
      document.title = t("page.reset.title");
      fill(
        root,
        sheet(
          t("page.reset.title"),
          passwordForm({
            askCurrent: false,
            save: async (_given, chosen) => {
              await door.resetPassword(token, chosen);
              fill(
                root,
                sheet(
                  t("page.reset.done"),
                  h("p", {}, t("page.reset.done.help")),
                  h("button.button.primary.wide", { type: "button", onclick: () => resolve() }, t("page.sign_in.button")),
                  draw,
                ),
              );
              focusFirst(root);
            },
          }),
          draw,
        ),
      );
      focusFirst(root);
    };
    draw();
  });
}

/** @type {HTMLDialogElement|null} */
let open = null;

/**
 * Signs the same person in again, in place: the page behind the dialog keeps all that is in it.
 *
 * @template {Person} P
 * @param {Pick<Person, "id"|"name">} person
 * @param {Door<P>} door
 * @param {string} why what the dialog says
 * @returns {Promise<void>}
 */
export async function signInAgain(person, door, why) {
  open?.close();
  /** @type {HTMLDialogElement} */
  const dialog = /** @type {any} */ (h("dialog.again", { "aria-labelledby": "again-title" }));
  open = dialog;
  let back = false;
  const words = (/** @type {string} */ title, /** @type {string} */ text) => [
    h("h2", { id: "again-title" }, title),
    h("p", {}, text),
  ];
  fill(
    dialog,
    words(t("page.again.title"), why),
    signInForm(door, {
      name: person.name,
      done: (again, password) => {
        if (again.id !== person.id) {
          // Somebody else: nothing of the first one's may be shown or sent under this session.
          location.reload();
          return;
        }
        const finish = () => {
          back = true;
          dialog.close();
        };
        if (!again.mustChangePassword) return finish();
        fill(
          dialog,
          words(t("page.password.title"), t("page.password.why")),
          passwordForm({
            askCurrent: false,
            save: async (_given, chosen) => {
              await door.changePassword(password, chosen);
              finish();
            },
          }),
        );
        focusFirst(dialog);
      },
    }),
    h(
      "p.quiet",
      {},
      h("button.link", { type: "button", onclick: () => location.reload() }, t("page.again.not_you")),
    ),
  );
  const closed = showDialog(dialog, { lasting: true });
  focusFirst(dialog, "input[type=password]");
  await closed;
  open = null;
  if (!back) await signInAgain(person, door, why);
}

/**
 * @template {Person} P
 * @param {Pick<Door<P>, "signIn">} door
 * @param {{name?: string, done: (person: P, password: string) => void}} options with a name, only the password is asked
 */
function signInForm(door, { name, done }) {
  const nameInput = input({
    name: "name",
    autocomplete: "username",
    autocapitalize: "none",
    spellcheck: "false",
    value: name,
    readonly: name !== undefined,
  });
  const passwordInput = input({ name: "password", type: "password", autocomplete: "current-password" });
  return form(
    [field(t("page.sign_in.name"), nameInput), field(t("page.sign_in.password"), passwordInput)],
    t("page.sign_in.button"),
    t("page.sign_in.busy"),
    async () => {
      done(await door.signIn(nameInput.value.trim(), passwordInput.value), passwordInput.value);
    },
  );
}

/** @param {{askCurrent: boolean, save: (current: string|undefined, chosen: string) => Promise<void>}} options */
function passwordForm({ askCurrent, save }) {
  const current = input({ name: "current", type: "password", autocomplete: "current-password" });
  const chosen = input({ name: "new", type: "password", autocomplete: "new-password" });
  const again = input({ name: "again", type: "password", autocomplete: "new-password" });
  return form(
    [
      askCurrent ? field(t("page.password.current"), current) : null,
      field(t("page.password.new"), chosen, t("page.password.rule")),
      field(t("page.password.again"), again),
    ],
    t("page.password.button"),
    t("page.password.busy"),
    async () => {
      if (chosen.value !== again.value) throw new FieldError("again", t("page.password.differs"));
      await save(askCurrent ? current.value : undefined, chosen.value);
    },
  );
}

/** A mistake found before anything is sent. */
class FieldError extends Error {
  /** @param {string} field @param {string} message */
  constructor(field, message) {
    super(message);
    this.field = field;
  }
}

/**
 * A form whose errors stand under the field they are about, or above the button.
 *
 * @param {(HTMLElement|null)[]} fields @param {string} verb @param {string} busy @param {() => Promise<void>} submit
 */
function form(fields, verb, busy, submit) {
  const problem = h("p.problem", { role: "alert", hidden: true });
  const button = /** @type {HTMLButtonElement} */ (h("button.button.primary.wide", {}, verb));
  const element = /** @type {HTMLFormElement} */ (
    h("form.fields", { novalidate: true, onsubmit: (/** @type {Event} */ event) => void run(event) }, fields, problem, button)
  );
  /** @param {Event} event */
  async function run(event) {
    event.preventDefault();
    for (const shown of element.querySelectorAll(".problem")) /** @type {HTMLElement} */ (shown).hidden = true;
    for (const each of element.querySelectorAll("input")) each.removeAttribute("aria-invalid");
    const empty = [...element.querySelectorAll("input")].find((each) => each.value === "");
    if (empty) return show(empty.name, t("page.error.required"));
    button.disabled = true;
    button.textContent = busy;
    try {
      await submit();
    } catch (error) {
      const about = error instanceof FieldError || error instanceof ApiError ? error.field : undefined;
      show(about, error instanceof FieldError ? error.message : errorText(error));
    } finally {
      button.disabled = false;
      button.textContent = verb;
    }
  }
  /** @param {string|undefined} name @param {string} message */
  function show(name, message) {
    const about = name ? element.querySelector(`input[name="${CSS.escape(name)}"]`) : null;
    const place = /** @type {HTMLElement} */ (about?.closest(".field")?.querySelector(".problem") ?? problem);
    place.textContent = message;
    place.hidden = false;
    about?.setAttribute("aria-invalid", "true");
    /** @type {HTMLElement|null} */ (about ?? element.querySelector("input[type=password]"))?.focus();
  }
  return element;
}

/** @param {Record<string, any>} properties @returns {HTMLInputElement} */
function input(properties) {
  const { value, ...attributes } = properties;
  const element = /** @type {HTMLInputElement} */ (h("input", { id: `field-${attributes["name"]}`, ...attributes }));
  if (value !== undefined) element.value = value;
  return element;
}

/** @param {string} label @param {HTMLInputElement} control @param {string} [help] */
function field(label, control, help) {
  const problem = `${control.id}-problem`;
  control.setAttribute("aria-describedby", problem);
  return h(
    "div.field",
    {},
    h("label", { for: control.id }, label),
    control,
    help ? h("p.help", {}, help) : null,
    h("p.problem", { id: problem, role: "alert", hidden: true }),
  );
}

/** The card in the middle of the pages before work. @param {string} title @param {...any} rest last: how to draw it anew */
function sheet(title, ...rest) {
  const draw = rest.pop();
  return h(
    "main.sheet",
    {},
    h("div.brand", {}, mark(), "Cairn"),
    h("div.card", {}, h("h1", {}, title), ...rest),
    h(
      "p.quiet",
      {},
      LANGUAGES.flatMap((name, index) => [
        index > 0 ? " · " : null,
        name === language()
          ? h("span", { "aria-current": "true" }, LANGUAGE_NAMES[name])
          : h(
              "button.link",
              {
                type: "button",
                lang: name,
                onclick: async () => {
                  rememberLanguage(name);
                  await speak(name);
                  draw();
                },
              },
              LANGUAGE_NAMES[name],
            ),
      ]),
    ),
  );
}

/** @param {Element} root @param {string} [selector] */
function focusFirst(root, selector = "input:not([readonly]), .button.primary") {
  /** @type {HTMLElement|null} */ (root.querySelector(selector))?.focus();
}
