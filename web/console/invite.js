/** Inviting workers: many at once, one a line. What lets them in is shown a single time. */

import { showDialog } from "../pages/dialogs.js";
import { fill, h, icon } from "../pages/dom.js";
import { t } from "../pages/messages.js";
import * as api from "./api.js";
import { field, smallForm, textArea } from "./fields.js";
import { cell, copyAllButton, copyButton, row, table } from "./parts.js";
import { PEOPLE_MAX, readPeople } from "./people.js";

/** @import { App } from "./index.js" */
/** @import { Invitation } from "./types.js" */

const TEAMS_SHOWN = 200;

/** @param {App} app @param {string[]} chosen teams they join */
export async function inviteWorkers(app, chosen) {
  const dialog = /** @type {HTMLDialogElement} */ (h("dialog.invite", { "aria-labelledby": "invite-title" }));
  const people = textArea("people", { rows: 6, autofocus: true, spellcheck: "false", autocapitalize: "none", placeholder: t("console.invite.example") });
  const count = h("p.help", { role: "status" });
  const teams = h("fieldset.choice", { "data-field": "teams" }, h("legend", {}, t("console.teams"), h("span.optional", {}, ` ${t("page.optional")}`)), h("p.problem", { role: "alert", hidden: true }));
  people.addEventListener("input", () => {
    const { people: read } = readPeople(people.value);
    count.textContent = read.length > 0 ? t("console.invite.count", { count: read.length }) : "";
  });
  const form = smallForm({
    fields: [field(t("console.invite.people"), people, { help: t("console.invite.people.help"), after: count }), teams],
    verb: t("console.invite"),
    check: () => ({ people: peopleProblem(people.value) }),
    send: async () => {
      const names = [...teams.querySelectorAll("input")].filter((box) => box.checked).map((box) => box.value);
      const { invitations } = await api.invite({ people: readPeople(people.value).people, teams: names });
      void app.overview({ anew: true });
      showResult(dialog, invitations, await app.overview().then(({ portalUrl }) => portalUrl, () => ""));
    },
    cancel: () => dialog.close(),
  });
  const mail = h("p.quiet");
  void app.overview().then(
    (overview) => (mail.textContent = t(overview.mail ? "console.invite.mail" : "console.invite.no_mail")),
    () => undefined,
  );
  dialog.append(h("h2", { id: "invite-title" }, t("console.invite")), mail, form);
  void api.teams({ limit: TEAMS_SHOWN }).then(
    ({ items }) => {
      if (items.length === 0) teams.hidden = true;
      teams.append(
        ...items.map(({ name }) =>
          h("label.option", {}, h("input", { type: "checkbox", name: "team", value: name, checked: chosen.includes(name) }), name),
        ),
      );
    },
    () => (teams.hidden = chosen.length === 0),
  );
  // What was typed, and later the passwords, must not vanish by a stray key: only its buttons close it.
  await showDialog(dialog, { lasting: true });
}

/** @param {string} text */
function peopleProblem(text) {
  const { people, problems } = readPeople(text);
  const [first] = problems;
  if (first) return t(`console.invite.problem.${first.code}`, { line: first.line, text: first.text });
  if (people.length === 0) return t("console.rule.required");
  return people.length > PEOPLE_MAX ? t("console.invite.problem.many", { max: PEOPLE_MAX }) : null;
}

/** @param {HTMLDialogElement} dialog @param {Invitation[]} invitations @param {string} portal */
function showResult(dialog, invitations, portal) {
  const made = invitations.filter(({ outcome }) => outcome === "created");
  const { element, body } = table(t("console.invite.result"), [{ title: t("console.workers.name") }, { title: t("console.invite.secret") }]);
  element.classList.add("small-table");
  body.append(...invitations.map((each) => row(cell("name", each.name), cell("secret", secretOf(each)))));
  const all = made
    .filter(({ password, link }) => password ?? link)
    .map(({ name, password, link }) => [name, password, link].filter((part) => part !== undefined).join("\t"))
    .join("\n");
  fill(
    dialog,
    h("h2", { id: "invite-title", tabindex: "-1" }, t("console.invite.done", { count: made.length })),
    all === "" ? null : h("p.banner.attention", {}, t("console.invite.once")),
    portal ? h("p", {}, t("console.invite.portal"), " ", h("a", { href: portal, target: "_blank" }, portal)) : null,
    element,
    h(
      "div.actions",
      {},
      all === ""
        ? null
        : copyAllButton(all, t("console.copy_all")),
      h("button.button.primary", { type: "button", onclick: () => dialog.close() }, t("console.done")),
    ),
  );
  /** @type {HTMLElement|null} */ (dialog.querySelector("h2"))?.focus();
}

/** @param {Invitation} invitation */
function secretOf({ name, outcome, password, link, mailed, message }) {
  if (outcome === "refused") return h("span.problem", {}, message ?? t("console.invite.refused"));
  if (outcome === "already_there") return h("span.quiet", {}, t("console.invite.already"));
  return h(
    "span.secrets",
    {},
    mailed ? h("span.chip.moss", {}, icon("check"), t("console.invite.mailed")) : null,
    password ? h("span.copyable", {}, h("code", {}, password), copyButton(password, t("console.invite.password_of", { name }))) : null,
    link ? h("span.copyable", {}, h("code.cut", { title: link }, link), copyButton(link, t("console.invite.link_of", { name }))) : null,
    message ? h("span.quiet", {}, message) : null,
  );
}
