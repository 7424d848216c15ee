// The console in a real browser against the real server: create a job from the form, watch it being labeled, try what
// failed again, stop it, and take its output.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./browser.js";
import { png, startCairn } from "./cairn.js";

/** @typedef {import("playwright-core").Page} Page */

const TEAM = "birders";
const PASSWORD = "a password to remember";
/** A folder to put screenshots into, for whoever wants to look at the pages. */
const PICTURES = process.env.CAIRN_SCREENSHOTS;

/** @type {Awaited<ReturnType<typeof startCairn>>} */
let cairn;
/** @type {import("playwright-core").Browser} */
let browser;

before(async () => {
  cairn = await startCairn();
  await cairn.admin("team", "create", TEAM);
  await cairn.put("/data", "");
  for (let number = 0; number < 8; number++) await cairn.put(`/data/shapes/${number}.png`, shape(number));
  await cairn.put("/data/shapes.manifest", Array.from({ length: 9 }, (_, number) => `{"source-ref":"s3://data/shapes/${number}.png"}\n`).join(""));
  await cairn.put("/data/mixed.manifest", '{"source-ref":"s3://data/shapes/0.png"}\n{"source":"a text"}\nnonsense\n');
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await cairn?.stop();
});

/** A light square or disc on a coloured ground. @param {number} number */
function shape(number) {
  const size = 36 + 6 * number;
  return png(320, 200, (x, y) => {
    const [dx, dy] = [x - 160, y - 100];
    const inside = number % 2 === 0 ? Math.abs(dx) < size && Math.abs(dy) < size : dx * dx + dy * dy < size * size;
    return inside ? [250, 240, 210] : [60 + 20 * number, 90 + (y >> 1), 160];
  });
}

/** @param {Page} page @param {string} name */
async function look(page, name) {
  if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
}

/** @param {Page} page @param {string} name */
const button = (page, name) => page.getByRole("button", { name, exact: true });
/** @param {Page} page @param {string} name */
const heading = (page, name) => page.getByRole("heading", { name, exact: true });
/** @param {Page} page @param {string} name */
const tab = (page, name) => page.getByRole("navigation", { name: "Parts of this job" }).getByRole("link", { name: new RegExp(`^${name}`) });

/** A requester in the console. @param {import("node:test").TestContext} t @param {import("playwright-core").BrowserContextOptions} [options] */
async function requester(t, options) {
  const name = `requester-${Math.random().toString(36).slice(2)}`;
  const { password } = await cairn.admin("person", "create", name, "--role", "requester");
  const context = await browser.newContext({ locale: "en-US", viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  /** @type {string[]} */
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error.stack)));
  page.on("console", (message) => /Content Security Policy|Refused to/.test(message.text()) && errors.push(message.text()));
  t.after(async () => {
    await context.close();
    assert.deepEqual(errors, []);
  });
  await page.goto(`${cairn.url}/_/console`);
  await page.locator("input[name=name]").fill(name);
  await page.locator("input[name=password]").fill(password);
  await page.keyboard.press("Enter");
  await page.locator("input[autocomplete=new-password]").first().waitFor();
  for (const field of await page.locator("input[autocomplete=new-password]").all()) await field.fill(PASSWORD);
  await page.keyboard.press("Enter");
  await heading(page, "Jobs").waitFor();
  return page;
}

/** A worker without a browser, who asks as the portal's page does. @param {string} name */
async function worker(name) {
  const first = await cairn.addWorker(name, TEAM);
  let cookie = "";
  const post = async (/** @type {string} */ path, /** @type {unknown} */ body) => {
    const answer = await fetch(`${cairn.url}/_/portal/api/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: cairn.url, cookie },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? cookie;
    return JSON.parse(text);
  };
  await post("sign-in", { name, password: first });
  await post("password", { new: PASSWORD });
  return {
    /** Answers up to `objects` objects of the team's one job; gives how many. @param {number} objects @param {(object: number) => string} label */
    async answer(objects, label) {
      const list = await fetch(`${cairn.url}/_/portal/api/jobs`, { headers: { cookie } });
      const { jobs } = await list.json();
      for (let done = 0; done < objects; done++) {
        const { assignment } = await post(`jobs/${jobs[0].job}/next`, { holding: [], prefetch: false });
        if (!assignment) return done;
        const content = { "crowd-image-classifier": { label: label(Number(assignment.objectId)) } };
        await post(`assignments/${encodeURIComponent(assignment.id)}/submit`, { content, key: `${name}-${assignment.objectId}`, timeSpentMs: 2_000, next: false, holding: [] });
      }
      return objects;
    },
  };
}

test("a job from the form to its output", async (t) => {
  const page = await requester(t);
  await page.goto(`${cairn.url}/_/console#/create-job`);
  await heading(page, "Create a job").waitFor();
  await page.getByLabel("Job name").fill("shapes-1");
  await page.getByLabel("Input manifest").fill("s3://data/mixed.manifest");
  await button(page, "Check").click();
  await page.locator(".line-errors li").nth(1).waitFor();
  await look(page, "check-errors");
  await page.getByLabel("Input manifest").fill("s3://data/shapes.manifest");
  await button(page, "Check").click();
  await page.getByText("9 objects").waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll("img.thumb")].filter((image) => /** @type {HTMLImageElement} */ (image).naturalWidth > 0).length === 5);
  assert.equal(await page.getByLabel("Output path").inputValue(), "s3://data/output/");
  await page.getByLabel("Question").fill("Which shape does the picture show?");
  await page.getByRole("textbox", { name: "Label categories" }).fill("Square\nCircle\nSomething else");
  await page.getByLabel("Short instructions").fill("Choose the shape in the middle.");

  // The preview is the worker's page with an object of the manifest, and what is tried there is shown.
  const preview = page.frameLocator(".preview iframe.shown");
  await preview.locator("crowd-image-classifier").waitFor();
  await preview.getByText("Circle").first().waitFor();
  await look(page, "create");
  await preview.getByText("Square").first().click();
  await button(page, "Try submitting").click();
  await page.locator("pre.answer", { hasText: '"Square"' }).waitFor();
  await page.getByRole("dialog").getByRole("button").first().click();

  assert.equal(await page.locator("select[name=workteam]").inputValue(), TEAM, "the only team is chosen already");
  await page.getByLabel("Workers per object").fill("2");
  await button(page, "Create job").click();
  await heading(page, "shapes-1").waitFor();
  await page.locator(".chip", { hasText: "In progress" }).waitFor();

  const figure = (/** @type {string} */ name) => page.locator(".figure", { hasText: name }).locator("dd").first();
  const reads = async (/** @type {string} */ name, /** @type {RegExp} */ text) => {
    for (const end = Date.now() + 15_000; ; await page.waitForTimeout(50)) {
      const found = (await figure(name).textContent()) ?? "";
      if (text.test(found)) return;
      assert.ok(Date.now() < end, `${name} is ${found}`);
    }
  };
  await reads("Labeled", /^0 \/ 9/);

  // The ninth picture is not there: its object failed before anybody saw it, and is tried again once it is mended.
  await tab(page, "Failures").click();
  await page.getByText("there is no object `shapes/8.png`").waitFor();
  await look(page, "failures");
  await cairn.put("/data/shapes/8.png", shape(8));
  await button(page, "Retry all").click();
  await page.getByText("there is no object `shapes/8.png`").waitFor({ state: "detached" });

  // Labels come while the page is open, and nothing is asked for by hand.
  await tab(page, "Overview").click();
  const [ada, ben] = [await worker("ada"), await worker("ben")];
  const truth = (/** @type {number} */ object) => (object % 2 === 0 ? "Square" : "Circle");
  assert.equal(await ada.answer(5, truth), 5);
  assert.equal(await ben.answer(5, (object) => (object === 0 ? "Something else" : truth(object))), 5);
  await reads("Labeled", /^[1-5] \/ 9/);
  await reads("Labeled", /^5 \/ 9/);
  await reads("Agreement", /80%/);
  await page.waitForFunction(() => document.querySelectorAll(".newest-section img.thumb").length === 5);
  await look(page, "job");
  await page.setViewportSize({ width: 390, height: 844 });
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, "nothing sticks out on a phone");
  await look(page, "job-phone");
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.locator(".distribution").getByText("Circle").click();
  await page.locator(".object-card").first().waitFor();
  await look(page, "labels");
  await tab(page, "Settings").click();
  await page.getByText("s3://data/output/shapes-1/annotation-tool/template.liquid").waitFor();
  await page.getByText("Not written yet").waitFor({ state: "detached" });
  await look(page, "settings");

  // Stopped, it keeps what it has.
  await button(page, "Stop job…").click();
  await page.getByRole("dialog").getByRole("button", { name: /Stop/ }).click();
  await page.locator(".chip", { hasText: "Stopped" }).waitFor();
  const coming = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download output manifest" }).first().click();
  const download = await coming;
  assert.equal(download.suggestedFilename(), "shapes-1.output.manifest");
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  const lines = Buffer.concat(chunks).toString().trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(lines.length, 9);
  assert.equal(lines.filter((line) => line["shapes-1-metadata"]?.["class-name"]).length, 5);
  await page.getByRole("link", { name: "Jobs" }).first().click();
  await page.locator("tr", { hasText: "shapes-1" }).getByText("5").first().waitFor();
  await look(page, "jobs");
});
