// The portal in a real browser against the real server: sign in, label, lose the network and the session, come back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./browser.js";
import { png, startCairn } from "./cairn.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").BrowserContextOptions} ContextOptions */

const TEAM = "labelers";
/** Leaves frames in the process of their page. */
const ONE_PROCESS = ["--disable-site-isolation-trials", "--disable-features=IsolateSandboxedIframes,IsolateOrigins,site-per-process"];
/** How long a key is waited for. */
const PRESS_MS = 3_000;
const PASSWORD = "a password to remember";
const SCRIPT = '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>';
const TEXTS = `${SCRIPT}<crowd-form><crowd-classifier name="crowd-classifier" header="How does the writer feel?"
  categories="{{ task.input.labels | to_json | escape }}"><classification-target style="white-space: pre-wrap">{{ task.input.taskObject }}</classification-target>
  <short-instructions>Judge the whole text.</short-instructions></crowd-classifier></crowd-form>`;
const IMAGES = `${SCRIPT}<crowd-form><crowd-image-classifier name="crowd-image-classifier" header="Which shape does the picture show?"
  src="{{ task.input.taskObject | grant_read_access }}" categories="{{ task.input.labels | to_json | escape }}">
  <short-instructions>Choose the shape.</short-instructions><full-instructions header="Shapes">A square has four corners.</full-instructions>
  </crowd-image-classifier></crowd-form>`;
/** A page that renders only for the first object. */
const BROKEN = `${SCRIPT}<p>first line</p>\n{{ 8 | divided_by: task.input.taskObject }}<crowd-form><crowd-classifier name="crowd-classifier" header="H" categories="['A', 'B']">
  <classification-target>{{ task.input.taskObject }}</classification-target></crowd-classifier></crowd-form>`;
const REVIEWS = ["The battery died after two days.", "とても軽くて、毎日持ち歩いています。", "It works. Nothing more.", "箱が潰れて届きました。返品したいです。"];

/** @type {Awaited<ReturnType<typeof startCairn>>} */
let cairn;
/** @type {import("playwright-core").Browser} */
let browser;
let workers = 0;

before(async () => {
  cairn = await startCairn();
  await cairn.admin("team", "create", TEAM);
  await cairn.put("/data", "");
  const lines = Array.from({ length: 24 }, (_, number) => ({ source: `${number}. ${REVIEWS[number % REVIEWS.length]}` }));
  await cairn.createJob({
    name: "reviews", team: TEAM, taskType: "TextMultiClass", title: "Reviews / レビューの印象", labels: ["Positive", "Neutral", "Negative"],
    lines, template: TEXTS, wanted: 9, tags: { "cairn:lease-seconds": "30" },
  });
  const pictures = [];
  for (let number = 0; number < 8; number++) {
    await cairn.put(`/data/shapes/${number}.png`, shape(number % 2 === 0, 40 + 5 * number));
    pictures.push({ "source-ref": `s3://data/shapes/${number}.png` });
  }
  await cairn.createJob({
    name: "shapes", team: TEAM, taskType: "ImageMultiClass", title: "Which shape is it?", labels: ["Square", "Circle", "Something else"],
    lines: pictures, template: IMAGES, wanted: 9,
  });
  browser = await launch(["--host-resolver-rules=MAP label.example 127.0.0.1"]);
});
after(async () => {
  await browser?.close();
  await cairn?.stop();
});

/** A light square or disc on a coloured ground. @param {boolean} square @param {number} size */
function shape(square, size) {
  return png(320, 200, (x, y) => {
    const [dx, dy] = [x - 160, y - 100];
    const inside = square ? Math.abs(dx) < size && Math.abs(dy) < size : dx * dx + dy * dy < size * size;
    return inside ? [250, 240, 210] : [60, 90 + (y >> 1), 160];
  });
}

/**
 * A worker of their own at the portal's home. Fails at the end on any error of the pages.
 * @param {import("node:test").TestContext} t @param {ContextOptions & {origin?: string, from?: import("playwright-core").Browser}} [options]
 */
async function worker(t, { origin = cairn.url, from = browser, ...options } = {}) {
  const name = `worker-${++workers}`;
  const first = await cairn.addWorker(name, TEAM);
  const context = await from.newContext({ locale: "en-US", viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  /** @type {string[]} */
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error.stack)));
  page.on("console", (message) => /Content Security Policy|Refused to/.test(message.text()) && errors.push(message.text()));
  t.after(async () => {
    await context.close();
    assert.deepEqual(errors, []);
  });
  await page.goto(`${origin}/_/portal`);
  await page.locator("input[name=name]").fill(name);
  await page.locator("input[name=password]").fill(first);
  await press(page, "Enter");
  // The password that an administrator has seen opens nothing but its own change.
  await page.locator("input[autocomplete=new-password]").first().waitFor();
  for (const field of await page.locator("input[autocomplete=new-password]").all()) await field.fill(PASSWORD);
  await press(page, "Enter");
  await card(page, "Which shape").waitFor();
  return { page, context, name };
}

/** The card of a job. @param {Page} page @param {string} title */
const card = (page, title) => page.locator(".card.job", { hasText: title });

/** The task before the worker's eyes. @param {Page} page */
const task = (page) => page.frameLocator("iframe.task-frame.shown");

/** @param {Page} page @param {string} title */
async function start(page, title) {
  await card(page, title).locator("a.button").click();
  await task(page).locator("crowd-form").waitFor();
  await ready(page);
}

/** Waits until the task can be submitted. @param {Page} page */
async function ready(page) {
  await page.locator('button.submit:not([disabled])').waitFor();
}

/**
 * Presses a key. A frame that a key takes away may take the browser's word that it was pressed with it, for which the
 * driver would wait for ever: what the key does is looked at anyway.
 * @param {Page} page @param {string} key
 */
async function press(page, key) {
  const pressed = page.keyboard.press(key);
  pressed.catch(() => undefined);
  await Promise.race([pressed, new Promise((resolve) => setTimeout(resolve, PRESS_MS))]);
}

/** Waits until the next task is loaded behind the one shown. @param {Page} page */
async function behind(page) {
  await page.frameLocator("iframe.task-frame:not(.shown)").locator("[role=radio]").first().waitFor({ state: "attached" });
}

/** The text of the task before the worker's eyes. @param {Page} page @returns {Promise<string>} */
async function text(page) {
  return (await task(page).locator("classification-target").innerText()).trim();
}

/** Waits until another text is shown than `before`, and gives it. @param {Page} page @param {string} before */
async function nextText(page, before) {
  for (const end = Date.now() + 15_000; Date.now() < end; await page.waitForTimeout(20)) {
    const now = await text(page).catch(() => before);
    if (now !== before) return now;
  }
  throw new Error(`still “${before}”`);
}

/** Answers of the worker, by the server. @param {Page} page @param {string} title */
async function answered(page, title) {
  return page.evaluate(async (wanted) => {
    const { jobs } = await (await fetch("/_/portal/api/jobs")).json();
    const job = jobs.find((/** @type {any} */ each) => each.title.includes(wanted));
    const { items } = await (await fetch(`/_/portal/api/jobs/${job.job}/history?limit=100`)).json();
    return { done: job.doneByMe, left: job.left, summaries: items.map((/** @type {any} */ item) => item.summary) };
  }, title);
}

/** Waits until no answer is on its way. @param {Page} page @param {string} title @param {number} count */
async function untilAnswered(page, title, count) {
  for (const end = Date.now() + 15_000; Date.now() < end; await page.waitForTimeout(100)) {
    const now = await answered(page, title);
    if (now.done === count) return now;
  }
  assert.deepEqual((await answered(page, title)).done, count);
  throw new Error("unreachable");
}

test("texts by keyboard: each key and Enter brings the next at once, and every answer arrives", async (t) => {
  const { page } = await worker(t);
  await start(page, "Reviews");
  let shown = await text(page);
  const seen = [shown];
  // The answer does not arrive before the next text is seen: nobody waits for it.
  /** @type {() => void} */
  let arrive = () => undefined;
  /** @type {Promise<void>} */
  const held = new Promise((resolve) => (arrive = resolve));
  await page.route("**/submit", async (route) => {
    await held;
    await route.continue();
  });
  await behind(page);
  await press(page, "3");
  await press(page, "Enter");
  // A context that has a request held back does not close.
  shown = await nextText(page, shown).finally(arrive);
  seen.push(shown);
  await page.unrouteAll({ behavior: "wait" });
  for (const key of ["1", "2", "3"]) {
    await ready(page);
    await press(page, key);
    await press(page, "Enter");
    shown = await nextText(page, shown);
    seen.push(shown);
  }
  const { summaries, left } = await untilAnswered(page, "Reviews", 4);
  assert.deepEqual(summaries, ["Negative", "Neutral", "Positive", "Negative"]);
  assert.equal(left, 20);
  assert.equal(new Set(seen).size, 5, "no text is shown twice");
  await page.getByText("4 done").waitFor();
});

test("pictures by keyboard: a new task asks the server for its page and its picture and nothing else", async (t) => {
  const { page } = await worker(t);
  await start(page, "Which shape");
  for (const key of ["1", "2", "3"]) {
    await ready(page);
    const shown = await page.locator("iframe.task-frame.shown").getAttribute("src");
    await press(page, key);
    await press(page, "Enter");
    await page.locator(`iframe.task-frame.shown:not([src="${shown}"])`).waitFor();
  }
  await ready(page);
  await task(page).locator(".layer.ready").waitFor();
  const frame = await (await page.locator("iframe.task-frame.shown").elementHandle())?.contentFrame();
  const fetched = await frame?.evaluate(() =>
    performance.getEntriesByType("resource").filter((entry) => /** @type {any} */ (entry).transferSize > 0).map((entry) => new URL(entry.name).pathname.split("/").slice(0, 3).join("/")),
  );
  assert.deepEqual(fetched?.filter((path) => path !== "/_/object"), []);
  const size = await frame?.evaluate(() => {
    const image = document.querySelector("crowd-image-classifier")?.shadowRoot?.querySelector("img");
    return [image?.naturalWidth, image?.naturalHeight];
  });
  assert.deepEqual(size, [320, 200]);
  assert.equal(frame?.url().startsWith(`http://task.localhost:${cairn.port}/_/task/`), true);
  assert.equal(await frame?.evaluate(() => document.cookie), "");
});

test("an answer is taken back up with ← and corrected", async (t) => {
  const { page } = await worker(t);
  await start(page, "Reviews");
  const first = await text(page);
  await press(page, "1");
  await press(page, "Enter");
  await nextText(page, first);
  await untilAnswered(page, "Reviews", 1);
  await press(page, "ArrowLeft");
  await page.getByRole("button", { name: "Save correction" }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll("iframe.task-frame.shown").length === 1);
  await ready(page);
  assert.equal(await text(page), first);
  assert.equal(await task(page).getByRole("radio", { name: "Positive" }).getAttribute("aria-checked"), "true");
  await press(page, "2");
  await press(page, "Enter");
  await page.getByText("Correction saved.").waitFor();
  assert.deepEqual((await untilAnswered(page, "Reviews", 1)).summaries, ["Neutral"]);
});

test("a draft survives a reload, on the same task", async (t) => {
  const { page } = await worker(t, { locale: "ja-JP" });
  await start(page, "レビュー");
  const shown = await text(page);
  const kept = page.waitForResponse((response) => response.request().method() === "PUT" && response.url().endsWith("/draft"));
  await press(page, "2");
  await page.getByText("保存").first().waitFor();
  assert.ok((await kept).ok());
  await page.evaluate(() => indexedDB.deleteDatabase("cairn-portal"));
  await page.reload();
  await page.getByText("下書きを復元しました", { exact: false }).waitFor();
  await task(page).locator("crowd-form").waitFor();
  await ready(page);
  assert.equal(await text(page), shown);
  await task(page).locator('[role=radio][aria-checked=true]', { hasText: "Neutral" }).waitFor();
});

test("answers given offline wait, are told of, and count once each when the network is back", async (t) => {
  const { page, context } = await worker(t);
  await start(page, "Reviews");
  await behind(page);
  const first = await text(page);
  await context.setOffline(true);
  await press(page, "3");
  await press(page, "Enter");
  const second = await nextText(page, first);
  await ready(page);
  await press(page, "1");
  await press(page, "Enter");
  await page.getByRole("heading", { name: "You are offline" }).waitFor();
  await page.getByText("2 answers are kept on this device").waitFor();
  await context.setOffline(false);
  await task(page).locator("crowd-form").waitFor();
  await ready(page);
  const third = await text(page);
  assert.equal(new Set([first, second, third]).size, 3, "an answered object is not shown again");
  assert.deepEqual((await untilAnswered(page, "Reviews", 2)).summaries, ["Positive", "Negative"]);
});

test("answers that wait are sent after a reload too", async (t) => {
  const { page, context } = await worker(t);
  await start(page, "Reviews");
  const first = await text(page);
  await page.route("**/submit", (route) => route.abort());
  await press(page, "3");
  await press(page, "Enter");
  await nextText(page, first);
  await page.getByText("offline, 1 waiting").waitFor();
  await page.unrouteAll({ behavior: "wait" });
  await page.reload();
  await task(page).locator("crowd-form").waitFor();
  assert.deepEqual((await untilAnswered(page, "Reviews", 1)).summaries, ["Negative"]);
  assert.notEqual(await text(page), first);
  await context.close();
});

test("a lost session is signed in again in place, and the answer goes out", async (t) => {
  const { page, context } = await worker(t);
  await start(page, "Reviews");
  const first = await text(page);
  await behind(page);
  // It is the answer that finds the session lost, not the draft before it.
  await page.route("**/draft", (route) => route.abort());
  await context.clearCookies();
  await press(page, "2");
  await press(page, "Enter");
  const dialog = page.locator("dialog[open]");
  await dialog.locator("input[type=password]").fill(PASSWORD);
  await press(page, "Enter");
  await dialog.waitFor({ state: "detached" });
  assert.deepEqual((await untilAnswered(page, "Reviews", 1)).summaries, ["Neutral"]);
  assert.notEqual(await text(page), first);
});

test("on a phone nothing is wider than the screen, and touch labels", async (t) => {
  // Chromium 148 sends the click of a simulated tap astray, by the frame's offset, in a frame that has a process of its own.
  const phone = await launch(ONE_PROCESS);
  const { page } = await worker(t, { from: phone, viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, locale: "ja-JP" });
  t.after(() => phone.close());
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth && innerWidth === 360);
  assert.ok(await fits(), "home");
  for (const [title, label] of [["Reviews", "Negative"], ["Which shape", "Circle"]]) {
    await start(page, title);
    assert.ok(await fits(), title);
    const box = await page.locator("button.submit").boundingBox();
    assert.ok(box && box.x + box.width <= 360 && box.height >= 44, JSON.stringify(box));
    await task(page).getByRole("radio", { name: label }).tap();
    await page.locator("button.submit").tap();
    assert.deepEqual((await untilAnswered(page, title, 1)).summaries, [label]);
    await page.goto(`${cairn.url}/_/portal#`);
    await card(page, title).waitFor();
  }
});

test("a page with a mistake says where, at once, and can be declined", async (t) => {
  const lines = [0, 0, 4].map((number) => ({ source: String(number) }));
  await cairn.createJob({ name: "broken", team: TEAM, taskType: "TextMultiClass", title: "A page with a mistake", labels: ["A", "B"], lines, template: BROKEN, wanted: 9 });
  const { page } = await worker(t);
  await card(page, "A page with a mistake").locator("a.button").click();
  for (let object = 0; object < 2; object++) {
    await page.getByRole("heading", { name: "The task's page did not open" }).waitFor();
    await page.getByText("line 2, column").first().waitFor();
    await page.locator(".cover").getByRole("button", { name: "Decline…" }).click();
    // The next task is asked for once the cover of this one is gone.
    const declined = page.waitForResponse((response) => response.url().endsWith("/next"));
    await page.locator("dialog[open]").getByRole("button", { name: "Decline", exact: true }).click();
    await declined;
  }
  await task(page).locator("classification-target").waitFor();
  assert.equal(await text(page), "4");
});

test("a picture that is gone is passed over and reported", async (t) => {
  const lines = [];
  for (const number of [0, 1]) {
    await cairn.put(`/data/gone/${number}.png`, shape(true, 50 + number));
    lines.push({ "source-ref": `s3://data/gone/${number}.png` });
  }
  await cairn.createJob({ name: "gone", team: TEAM, taskType: "ImageMultiClass", title: "Pictures that go", labels: ["A", "B"], lines, template: IMAGES, wanted: 1 });
  const { page } = await worker(t);
  // It goes once its task is before the worker: what is gone sooner fails when it is dispatched, and is shown to nobody.
  let asked = 0;
  await page.context().route("**/_/object/**", async (route) => {
    if (asked++ === 0) await cairn.remove("/data/gone/0.png");
    await route.continue();
  });
  await card(page, "Pictures that go").locator("a.button").click();
  await page.getByText("The object of that task is missing.", { exact: false }).waitFor();
  await ready(page);
  await press(page, "1");
  await press(page, "Enter");
  await page.getByRole("heading", { name: /You have done your share|This job is over/ }).waitFor();
  const ended = await cairn.ended("gone");
  assert.equal(ended.LabelingJobStatus, "Completed");
  const counters = ended.LabelCounters;
  assert.equal(counters.HumanLabeled, 1);
  assert.equal(counters.FailedNonRetryableError, 1);
  assert.ok(asked > 0, "the picture was never asked for");
});

test("where no second origin is to be had, the task runs in an opaque one", async (t) => {
  const { page } = await worker(t, { origin: `http://label.example:${cairn.port}` });
  await start(page, "Which shape");
  const frame = await (await page.locator("iframe.task-frame.shown").elementHandle())?.contentFrame();
  assert.equal(await frame?.evaluate(() => origin), "null");
  const blocked = await frame?.evaluate(() => {
    try {
      return document.cookie;
    } catch (error) {
      return /** @type {Error} */ (error).name;
    }
  });
  assert.equal(blocked, "SecurityError");
  await press(page, "1");
  await press(page, "Enter");
  assert.deepEqual((await untilAnswered(page, "Which shape", 1)).summaries, ["Square"]);
});
