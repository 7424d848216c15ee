// The console, page by page, by keyboard and pointer, against an API in memory that keeps the rules of `types.js`.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./browser.js";
import { serveConsole } from "./console_server.js";

/** @typedef {import("playwright-core").Page} Page */

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/**
 * A console of one's own, signed in unless `person` is null. Fails at the end on any error of the page.
 *
 * @param {import("node:test").TestContext} context
 * @param {{hash?: string, person?: string|null, empty?: boolean, mail?: boolean} & import("playwright-core").BrowserContextOptions} [options]
 */
async function open(context, { hash = "", person = "aya", empty, mail, ...own } = {}) {
  const server = await serveConsole({ empty, mail });
  const browsing = await browser.newContext({ locale: "en-US", viewport: { width: 1440, height: 900 }, ...own });
  const page = await browsing.newPage();
  page.setDefaultTimeout(8_000);
  /** @type {string[]} */
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error.stack)));
  page.on("console", (message) => /Content Security Policy/.test(message.text()) && errors.push(message.text()));
  context.after(async () => {
    await browsing.close();
    await server.close();
    assert.deepEqual(errors, []);
  });
  await page.goto(`${server.url}/_/console${hash}`);
  if (person) await signIn(page, person);
  return { page, server };
}

/** @param {Page} page @param {string} name @param {string} [password] */
async function signIn(page, name, password = "a good password") {
  await page.locator("input[name=name]").fill(name);
  await page.locator("input[name=password]").fill(password);
  await page.keyboard.press("Enter");
}

/** @param {Page} page @param {string} name @param {boolean} [exact] */
const button = (page, name, exact = true) => page.getByRole("button", { name, exact });
/** @param {Page} page @param {string} name */
const heading = (page, name) => page.getByRole("heading", { name, exact: true });
/** @param {Page} page */
const focused = (page) => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.trim() ?? "");

test("signing in: a mistake is said in words, then the jobs are there; signing out ends it", async (t) => {
  const { page } = await open(t, { person: null });
  await signIn(page, "aya", "wrong");
  await page.getByText("The name or the password is not right.").waitFor();
  assert.equal(await page.locator("input[name=name]").inputValue(), "aya", "what was typed stays");
  await signIn(page, "aya");
  await heading(page, "Jobs").waitFor();
  await button(page, "Preferences").click();
  await button(page, "Sign out").click();
  await heading(page, "Sign in").waitFor();
});

test("a worker is shown the way to the portal", async (t) => {
  const { page } = await open(t, { person: null });
  await signIn(page, "hana");
  await page.getByText("This account may not do that.").waitFor();
});

test("a first password must be changed before anything else", async (t) => {
  const { page, server } = await open(t, { person: null });
  await signIn(page, "new", "given-once");
  await heading(page, "Choose your own password").waitFor();
  await page.getByLabel("New password", { exact: true }).fill("moss");
  await page.getByLabel("New password again").fill("moss");
  await page.keyboard.press("Enter");
  await page.getByText("This password is too short.").waitFor();
  await page.getByLabel("New password", { exact: true }).fill("moss and stone");
  await page.getByLabel("New password again").fill("moss and stone");
  await page.keyboard.press("Enter");
  await heading(page, "Jobs").waitFor();
  assert.equal(server.state.passwords.get("new"), "moss and stone");
});

test("a reset link sets a new password, and its token leaves the address", async (t) => {
  const { page } = await open(t, { person: null, hash: "#reset=good-token" });
  await heading(page, "Choose a new password").waitFor();
  assert.ok(!page.url().includes("good-token"));
  await page.getByLabel("New password", { exact: true }).fill("another good one");
  await page.getByLabel("New password again").fill("another good one");
  await page.keyboard.press("Enter");
  await button(page, "Sign in").click();
  await signIn(page, "aya", "another good one");
  await heading(page, "Jobs").waitFor();
});

test("a session that ends is renewed in place, and the form keeps what was typed", async (t) => {
  const { page, server } = await open(t, { hash: "#/create-job" });
  await page.getByLabel("Job name").fill("kept");
  await page.getByLabel("Input manifest").fill("s3://photos/birds/input.manifest");
  server.endSessions();
  await button(page, "Check").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Your session has ended").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await dialog.isVisible(), true, "Escape does not lose it");
  await dialog.getByLabel("Password").fill("a good password");
  await page.keyboard.press("Enter");
  await page.getByText("1,000 objects").waitFor();
  assert.equal(await page.getByLabel("Job name").inputValue(), "kept");
});

test("jobs: search and state narrow the list and stand in the address", async (t) => {
  const { page } = await open(t);
  await page.getByRole("link", { name: "birds-2026" }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("birds");
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 2);
  await page.getByLabel("State").selectOption("Stopped");
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
  assert.match(page.url(), /#\/jobs\?name=birds&state=Stopped$/);
  await page.reload();
  await page.getByRole("link", { name: "birds-2025" }).waitFor();
  assert.equal(await page.getByRole("searchbox").inputValue(), "birds");
  await page.getByRole("searchbox").fill("nothing like it");
  await heading(page, "No job matches").waitFor();
});

test("jobs: the arrows walk the rows and fetch the pages that follow; the whole row is the link", async (t) => {
  const { page } = await open(t, { viewport: { width: 1440, height: 600 } });
  await page.getByRole("link", { name: "birds-2026" }).focus();
  for (let step = 0; step < 60; step++) {
    await page.keyboard.press("ArrowDown");
    if (step === 48) await page.waitForFunction(() => document.querySelectorAll("tbody tr").length > 50);
  }
  assert.equal(await focused(page), "archive-056");
  await page.keyboard.press("ArrowUp");
  assert.equal(await focused(page), "archive-055");
  await page.keyboard.press("Enter");
  await heading(page, "archive-055").waitFor();
  assert.equal(await focused(page), "archive-055", "the page's head has the focus");
  await page.goBack();
  await page.locator("tr", { hasText: "reviews-ja" }).getByText("5,000").click({ force: true }); // the link lies over its whole row
  await heading(page, "reviews-ja").waitFor();
});

test("jobs: figures are fresh without a reload, and the focus stays on its row", async (t) => {
  const { page, server } = await open(t);
  await page.getByRole("link", { name: "birds-2026" }).focus();
  server.job("birds-2026").progress.counts.human = 700;
  await page.locator("tr", { hasText: "birds-2026" }).getByText("900").waitFor();
  assert.equal(await focused(page), "birds-2026");
  assert.equal(await page.locator("tr", { hasText: "birds-2026" }).getByRole("img").getAttribute("aria-label"), "700 labeled by people, 200 labeled by machine, 7 failed, 93 left");
});

test("no jobs yet: the page says what belongs there and leads on", async (t) => {
  const { page } = await open(t, { empty: true });
  await heading(page, "No jobs yet").waitFor();
  await page.keyboard.press("c");
  await heading(page, "Create a job").waitFor();
});

test("a job: its figures move as events come, and by asking where events do not get through", async (t) => {
  const { page, server } = await open(t, { hash: "#/jobs/birds-2026" });
  const figure = (/** @type {string} */ name) => page.locator(".figure", { hasText: name }).locator("dd");
  await page.getByText("238 objects an hour").waitFor();
  assert.equal(await figure("Labeled").textContent(), "812 / 1,000");
  assert.equal(await figure("Agreement").textContent(), "87%");
  const { progress } = server.job("birds-2026");
  progress.counts.human = 620;
  server.tell("birds-2026");
  await page.getByText("820 / 1,000").waitFor({ timeout: 4_500 });
  progress.heldUp = { reason: "hook `mine`: connection refused", since: Date.now() };
  server.tell("birds-2026");
  await page.getByText("Held up: hook `mine`: connection refused").waitFor();
  delete progress.heldUp;
  server.tell("birds-2026");
  await page.getByText("Held up:").waitFor({ state: "detached" });
  server.setEvents(false);
  progress.counts.human = 630;
  await page.getByText("830 / 1,000").waitFor();
  progress.state = "Completed";
  progress.finishedAt = Date.now();
  await page.getByText("Completed", { exact: true }).waitFor();
  await page.getByRole("link", { name: "Download output manifest" }).waitFor();
  assert.equal(await button(page, "Stop job…").count(), 0);
});

test("a job: a tab that nobody looks at gives its stream back, and catches up when it is looked at", async (t) => {
  const { page, server } = await open(t, { hash: "#/jobs/birds-2026" });
  await page.getByText("812 / 1,000").waitFor();
  const until = async (/** @type {number} */ count) => {
    for (const end = Date.now() + 5_000; server.streams("birds-2026") !== count; await page.waitForTimeout(20)) assert.ok(Date.now() < end, `${server.streams("birds-2026")} streams`);
  };
  const look = (/** @type {boolean} */ hidden) =>
    page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await until(1);
  await look(true);
  await until(0);
  server.job("birds-2026").progress.counts.human = 640;
  await look(false);
  await page.getByText("840 / 1,000").waitFor();
  await until(1);
  await page.getByRole("link", { name: "Jobs" }).first().click();
  await until(0);
});

test("a job: stopping asks first, by keyboard, and Cancel is what Enter does", async (t) => {
  const { page, server } = await open(t, { hash: "#/jobs/birds-2026" });
  await button(page, "Stop job…").focus();
  await page.keyboard.press("Enter");
  await page.getByText("A stopped job cannot be started again.").waitFor();
  await page.keyboard.press("Enter");
  assert.equal(server.log.some(({ path }) => path.endsWith("/stop")), false);
  assert.equal(await focused(page), "Stop job…");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByText("The job is stopping.").waitFor();
  await page.locator(".chip", { hasText: "Stopping" }).waitFor();
});

test("a job: the distribution leads to the labels of one class, and a label opens large", async (t) => {
  const { page } = await open(t, { hash: "#/jobs/birds-2026" });
  await page.getByText("“Sparrow” is the most frequent").waitFor();
  await page.getByRole("link", { name: /^Crow/ }).click();
  await page.waitForURL(/labels\?label=Crow$/);
  await page.locator(".object-card").first().waitFor();
  for (const text of await page.locator(".object-card .chips").allTextContents()) assert.match(text, /Crow/);
  await page.locator(".object-card").first().press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.getByText(/^s3:\/\/photos\/birds\//).waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.evaluate(() => document.activeElement?.className), "object-card", "the focus is back");
  await page.getByLabel("Label", { exact: true }).selectOption("");
  await page.waitForURL(/labels$/);
  await page.waitForFunction(() => document.querySelectorAll(".object-card").length >= 50);
});

test("a job: failures have reasons; one is retried, then all that can be", async (t) => {
  const { page, server } = await open(t, { hash: "#/jobs/birds-2026/failures" });
  await page.getByText("every worker it was offered to declined it").first().waitFor();
  assert.equal(await page.locator("tbody tr").count(), 7);
  assert.equal(await page.getByText("Cannot be retried").count(), 1);
  await page.getByText("The picture could not be loaded").first().waitFor();
  await button(page, "Retry object 53").press("Enter");
  await page.getByText("1 object went back to the queue.").waitFor();
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 6);
  await button(page, "Retry all").click();
  await page.getByText("5 objects went back to the queue.").waitFor();
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
  assert.deepEqual(server.log.filter(({ path }) => path.endsWith("/retry")).map(({ body }) => body), [{ objects: ["53"] }, { all: true }]);
  assert.equal(await button(page, "Retry all").count(), 0, "nothing is left that can be retried");
});

test("a job: its settings can be copied", async (t) => {
  const { page } = await open(t, { hash: "#/jobs/birds-2026/settings", permissions: ["clipboard-read", "clipboard-write"] });
  await button(page, "Copy: Input manifest").press("Enter");
  await button(page, "Copied").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "s3://photos/birds/input.manifest");
  await page.getByText("Not written yet").waitFor();
});

test("a job that is not there says so", async (t) => {
  const { page } = await open(t, { hash: "#/jobs/gone" });
  await page.getByText("There is no job named “gone”.").waitFor();
});

test("creating a job: mistakes under their fields, nothing lost, the worker's page beside it, and the job", async (t) => {
  const { page, server } = await open(t, { hash: "#/create-job" });
  const problem = (/** @type {string} */ name) => page.locator(`[data-field=${name}] .problem:visible`);
  await button(page, "Create job").click();
  assert.equal(await problem("name").textContent(), "Fill in this field.");
  assert.equal(await page.evaluate(() => /** @type {any} */ (document.activeElement).name), "name", "the first mistake has the focus");
  await page.getByLabel("Job name").fill("birds 2026");
  assert.match((await problem("name").textContent()) ?? "", /letters, digits and single hyphens/);
  await page.getByLabel("Job name").fill("birds-2026");
  assert.equal(await problem("name").count(), 0);
  await page.getByLabel("Input manifest").fill("s3://photos/birds/bad.manifest");
  await page.keyboard.press("Tab");
  assert.equal(await page.getByLabel("Output path").inputValue(), "s3://photos/output/", "a folder in the same bucket is offered");
  await page.keyboard.press("Enter");
  await page.getByText("3 lines are wrong").waitFor();
  await page.getByText("neither `source` nor `source-ref`").waitFor();
  await page.getByLabel("Question").fill("Which bird?");
  await page.getByRole("textbox", { name: "Label categories" }).fill("Sparrow\nCrow\nCrow");
  await page.keyboard.press("Tab");
  assert.match((await problem("labels").textContent()) ?? "", /there twice/);
  await page.getByRole("textbox", { name: "Label categories" }).fill("Sparrow\nCrow");
  await page.getByLabel("Short instructions").fill("The largest bird.");
  const frame = page.frameLocator(".preview iframe.shown");
  await frame.getByText("Which bird?").waitFor();
  await frame.getByRole("radio", { name: "Crow" }).waitFor();
  assert.equal(await page.evaluate(() => /** @type {any} */ (document.activeElement).name), "instructions", "the preview took no focus");
  await frame.getByRole("radio", { name: "Crow" }).click();
  await button(page, "Try submitting").click();
  await page.getByRole("dialog").getByText('"label": "Crow"').waitFor();
  await page.keyboard.press("Escape");
  await page.getByLabel("Workers per object").fill("12");
  await page.getByRole("combobox", { name: "Team" }).selectOption("birders");
  assert.match((await problem("workersPerObject").textContent()) ?? "", /from 1 to 9/);
  await page.getByLabel("Workers per object").fill("5");
  await button(page, "Create job").click();
  await page.locator("[data-field=name]").getByText("This name is taken.").waitFor();
  await page.reload();
  assert.equal(await page.getByRole("textbox", { name: "Label categories" }).inputValue(), "Sparrow\nCrow", "kept over a reload");
  await page.getByLabel("Job name").fill("birds-2027");
  await page.getByLabel("A label's key submits at once").check();
  await page.getByLabel("Enough confidence, in percent").fill("20");
  await button(page, "Create job").click();
  assert.match((await problem("confidenceTarget").textContent()) ?? "", /from 50 to 99/);
  await page.getByLabel("Answers an object on average").fill("3.5");
  await button(page, "Create job").click();
  assert.match((await problem("answersMean").textContent()) ?? "", /not both/);
  await page.getByLabel("Answers an object on average").fill("");
  await page.getByRole("combobox", { name: "Consolidation" }).selectOption({ label: "Program of your own: mine" });
  assert.equal(await page.getByLabel("Answers an object on average").count(), 0);
  await page.getByRole("combobox", { name: "Consolidation" }).selectOption("majority-vote");
  assert.equal(await page.getByLabel("Enough confidence, in percent").count(), 0, "votes alone do not tell how sure a label is");
  await page.getByRole("combobox", { name: "Consolidation" }).selectOption("cairn");
  await page.getByLabel("Enough confidence, in percent").fill("90");
  await page.getByLabel("Job name").press("Enter");
  await heading(page, "birds-2027").waitFor();
  assert.deepEqual(server.log.filter(({ path }) => path === "jobs").at(-1)?.body, {
    name: "birds-2027", taskType: "ImageMultiClass", labels: ["Sparrow", "Crow"], header: "Which bird?", instructions: "The largest bird.",
    inputManifest: "s3://photos/birds/bad.manifest", outputPath: "s3://photos/output/", workteam: "birders", workersPerObject: 5, taskTimeLimitSeconds: 300, consolidation: "cairn", confidenceTarget: 90, submitOnKey: true,
  });
  await page.goto(`${server.url}/_/console#/create-job`);
  assert.equal(await page.getByLabel("Job name").inputValue(), "", "the next form begins empty");
});

test("creating a job: a refusal of the server stands at its field, and starting over can be undone", async (t) => {
  const { page } = await open(t, { hash: "#/create-job" });
  await page.getByLabel("Job name").fill("x");
  await page.getByLabel("Input manifest").fill("s3://nowhere/in.manifest");
  await button(page, "Check").click();
  await page.locator("[data-field=inputManifest]").getByText("There is no such bucket.").waitFor();
  await page.getByRole("radio", { name: /^Text classification, several/ }).check();
  assert.equal(await page.getByLabel("A label's key submits at once").count(), 0, "several labels cannot be sent by one key");
  await button(page, "Start over").click();
  assert.equal(await page.getByLabel("Job name").inputValue(), "");
  await button(page, "Undo").click();
  assert.equal(await page.getByLabel("Job name").inputValue(), "x");
});

test("teams: one is created, people are invited into it, and what lets them in is shown once", async (t) => {
  const { page, server } = await open(t, { hash: "#/teams", permissions: ["clipboard-read", "clipboard-write"] });
  await button(page, "Create team").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Team name").fill("night-shift");
  await dialog.getByLabel("Description").press("Enter");
  await dialog.locator("[data-field=description]").getByText("Fill in this field.").waitFor();
  await dialog.getByLabel("Description").fill("Works at night");
  await page.keyboard.press("Enter");
  await heading(page, "night-shift").waitFor();
  await heading(page, "Nobody is in this team yet").waitFor();
  await button(page, "Invite workers").click();
  assert.equal(await dialog.getByRole("checkbox", { name: "night-shift" }).isChecked(), true);
  await dialog.getByLabel("People").fill("kana\nnot@an address");
  await dialog.getByRole("button", { name: "Invite workers" }).click();
  await dialog.getByText("Line 2: “not@an address” is not an e-mail address.").waitFor();
  await dialog.getByLabel("People").fill("kana\nken\nAya Mori <aya.m@example.com>\nroot");
  await dialog.getByText("4 people").waitFor();
  await dialog.getByRole("button", { name: "Invite workers" }).click();
  await dialog.getByText("2 workers invited").waitFor();
  await dialog.getByText("Was here already").waitFor();
  await dialog.getByText("this name is reserved").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await dialog.isVisible(), true, "a stray key does not lose the passwords");
  await dialog.getByRole("button", { name: "Copy all" }).click();
  await dialog.getByText("Copied").waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^kana\tmoss-\d+-stone-lantern\thttp.*#reset=.*\nAya Mori\t/);
  await dialog.getByRole("button", { name: "Done" }).click();
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 3);
  assert.deepEqual(server.log.find(({ path }) => path === "workers")?.body.teams, ["night-shift"]);
});

test("a team: a search that replies late does not take back who was added meanwhile", async (t) => {
  const { page } = await open(t, { hash: "#/teams/birders" });
  let reply = () => {};
  const held = new Promise((resolve) => (reply = () => resolve(undefined)));
  await page.route(/workers\?.*search=mori/, async (route) => {
    await held;
    await route.continue();
  });
  await button(page, "Add members").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Add 森 彩" }).waitFor();
  await dialog.getByRole("searchbox").fill("mori");
  await dialog.getByRole("button", { name: "Add 森 彩" }).click();
  await dialog.getByText("Added").waitFor();
  await page.evaluate(() => document.querySelectorAll("ul.found li").forEach((each) => each.classList.add("before")));
  reply();
  await page.waitForFunction(() => !document.querySelector("ul.found li.before"));
  assert.equal(await dialog.getByText("Added").count(), 1);
});

test("a team: a search that replies while somebody is being added does not hide that they were", async (t) => {
  const { page } = await open(t, { hash: "#/teams/birders" });
  let reply = () => {};
  const held = new Promise((resolve) => (reply = () => resolve(undefined)));
  // The server has put them in, and this page does not know it yet.
  await page.route("**/members", async (route) => {
    const response = await route.fetch();
    await held;
    await route.fulfill({ response });
  });
  await button(page, "Add members").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Add 森 彩" }).click();
  await page.evaluate(() => document.querySelectorAll("ul.found li").forEach((each) => each.classList.add("before")));
  await dialog.getByRole("searchbox").fill("mori");
  await page.waitForFunction(() => document.querySelector("ul.found li:not(.before)"));
  assert.equal(await dialog.getByRole("button", { name: "Add 森 彩" }).isDisabled(), true);
  reply();
  await dialog.getByText("Added").waitFor();
});

test("a team: somebody is taken out and put back by Undo, added by search; deleting is refused while a job needs it", async (t) => {
  const { page } = await open(t, { hash: "#/teams/birders" });
  await button(page, "Remove ken from the team").click();
  await page.getByText("ken is out of the team.").waitFor();
  assert.equal(await button(page, "Remove ken from the team").count(), 0);
  await button(page, "Undo").click();
  await button(page, "Remove ken from the team").waitFor();
  await button(page, "Add members").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("searchbox").fill("mori");
  await dialog.getByRole("button", { name: "Add 森 彩" }).click();
  await dialog.getByText("Added").waitFor();
  await dialog.getByRole("button", { name: "Done" }).click();
  await page.locator("tr", { hasText: "森 彩" }).waitFor();
  await button(page, "Delete team").click();
  await dialog.getByRole("button", { name: "Delete team" }).click();
  await page.getByText("A job that is not over works with this team.").waitFor();
  await page.goto(`${page.url().split("#")[0]}#/teams/readers-ja`);
  await button(page, "Delete team").click();
  await dialog.getByRole("button", { name: "Delete team" }).click();
  await page.getByRole("link", { name: "birders" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "readers-ja" }).count(), 0);
});

test("workers: found by search, disabled with a way back, given a new link; nobody disables themselves", async (t) => {
  const { page } = await open(t, { hash: "#/workers", mail: true });
  await page.getByRole("searchbox").fill("hana@");
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
  await button(page, "Disable Hana Sato").click();
  await page.getByText("Hana Sato can no longer sign in.").waitFor();
  await button(page, "Enable Hana Sato").waitFor();
  await button(page, "Undo").click();
  await button(page, "Disable Hana Sato").waitFor();
  await button(page, "Reset link for Hana Sato").click();
  await page.getByRole("dialog").getByText("The link was sent by mail.").waitFor();
  await page.getByRole("dialog").getByText(/#reset=/).waitFor();
  await button(page, "Done").click();
  await page.getByRole("searchbox").fill("");
  await page.locator("tr", { hasText: "Administrator" }).waitFor();
  assert.equal(await button(page, "Disable aya").count(), 0);
  await page.getByLabel("State").selectOption("disabled");
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
});

test("access keys: the secret is shown once with its lines for a shell; a key is switched off and on", async (t) => {
  const { page, server } = await open(t, { hash: "#/settings", permissions: ["clipboard-read", "clipboard-write"] });
  await page.getByText(`export AWS_ENDPOINT_URL=${server.url}`).waitFor();
  await page.getByRole("link", { name: "Access keys" }).click();
  await button(page, "Create access key").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Used for").fill("notebook");
  await page.keyboard.press("Enter");
  await dialog.getByText("AWS_SECRET_ACCESS_KEY=wJalr").waitFor();
  await dialog.getByRole("button", { name: "Copy: Shell" }).click();
  await dialog.getByRole("button", { name: "Copied" }).waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^export AWS_ENDPOINT_URL=http.*\nexport AWS_DEFAULT_REGION=ap-northeast-1\nexport AWS_ACCESS_KEY_ID=AKIA\w+\nexport AWS_SECRET_ACCESS_KEY=wJalr\S+$/);
  await dialog.getByRole("button", { name: "Done" }).click();
  await button(page, "Disable notebook").click();
  await button(page, "Enable notebook").waitFor();
  await button(page, "Undo").click();
  await button(page, "Disable notebook").waitFor();
});

test("a requester sees no access keys", async (t) => {
  const { page } = await open(t, { hash: "#/settings/keys", person: "rei" });
  await page.getByText("Ask an administrator for an access key.").waitFor();
  assert.equal(await page.getByRole("link", { name: "Access keys" }).count(), 0);
});

test("the language changes in place, and the page stays", async (t) => {
  const { page } = await open(t, { hash: "#/jobs/birds-2026/labels" });
  await page.locator(".object-card").first().waitFor();
  await button(page, "Preferences").click();
  await page.getByRole("dialog").getByRole("radio", { name: "日本語" }).check();
  await page.getByRole("link", { name: "概要" }).waitFor();
  await page.getByRole("dialog").getByRole("radio", { name: "ダーク" }).check();
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  await button(page, "閉じる").click();
  await page.locator(".object-card").first().waitFor();
  assert.equal(await page.title(), "birds-2026 · Cairn");
  assert.equal(await page.locator("html").getAttribute("lang"), "ja");
});

test("keys: one lists them, numbers go to the pages, and none of them works in a field or a dialog", async (t) => {
  const { page } = await open(t);
  await page.getByRole("link", { name: "birds-2026" }).waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog").getByText("Move among rows").waitFor();
  await page.keyboard.press("2");
  assert.equal(await heading(page, "Jobs").count(), 1);
  await page.keyboard.press("Escape");
  await page.keyboard.press("2");
  await heading(page, "Workers").waitFor();
  await page.keyboard.press("1");
  await page.getByRole("searchbox").press("3");
  assert.equal(await page.getByRole("searchbox").inputValue(), "3");
});

test("the server away: the page says so and goes on by itself", async (t) => {
  const { page } = await open(t);
  await page.getByRole("link", { name: "birds-2026" }).waitFor();
  await page.context().setOffline(true);
  await page.getByText("The server did not answer.").waitFor();
  assert.equal(await page.getByRole("link", { name: "birds-2026" }).isVisible(), true, "what is known stays in view");
  await page.context().setOffline(false);
  await page.getByText("The server did not answer.").waitFor({ state: "detached" });
});

test("the portal signs in with the same parts", async (t) => {
  const { page, server } = await open(t, { person: null });
  await page.goto(`${server.url}/_/portal`);
  await heading(page, "Sign in").waitFor();
  await signIn(page, "hana", "wrong");
  await page.getByText("The name or the password is not right.").waitFor();
});
