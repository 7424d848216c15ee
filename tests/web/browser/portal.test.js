// The task frame inside a portal on another origin: an opaque sandbox, every message of the protocol.
import assert from "node:assert/strict";
import test from "node:test";
import { MODULE, harness } from "./page.js";

const at = harness();
const classifier = `<crowd-classifier name="c" header="Which?" categories="['A', 'B']"><classification-target>text</classification-target><short-instructions>Short</short-instructions><full-instructions>Full</full-instructions></crowd-classifier>`;
let portals = 0;

/**
 * A portal page that keeps what the frame says in `window.said` and sends with `window.say`.
 * @param {string} template
 * @param {{ sandbox?: string, greet?: boolean }} [options]
 */
async function portal(template, { sandbox = "allow-scripts allow-forms", greet = true } = {}) {
  const number = ++portals;
  at.pages[`task-${number}.html`] = `<!doctype html>${MODULE}${template}`;
  at.pages[`portal-${number}.html`] = `<!doctype html><body><script>
    window.said = [];
    window.say = (message) => document.querySelector("iframe").contentWindow.postMessage({ cairn: 1, ...message }, "*");
    addEventListener("message", (event) => {
      if (event.source !== document.querySelector("iframe").contentWindow) return;
      said.push(event.data);
      if (${greet} && event.data.type === "ready") { say({ type: "settings", language: "en", theme: "system", submitOnKey: false }); say({ type: "shown" }); }
      if (event.data.type === "submit-request" && window.accepts !== false) say({ type: "submit" });
    });
  </script><iframe sandbox="${sandbox}" style="width:1200px;height:650px" src="/pages/task-${number}.html"></iframe>`;
  const context = await at.browser.newContext({ locale: "en-US", viewport: { width: 1280, height: 720 } });
  const page = await context.newPage();
  await page.goto(`${at.url}/pages/portal-${number}.html`);
  await heard(page, "ready");
  return { page, frame: page.frameLocator("iframe") };
}

/**
 * Waits for a message of `type` and gives the newest.
 * @param {import("playwright-core").Page} page
 * @param {string} type
 * @returns {Promise<any>}
 */
async function heard(page, type) {
  const handle = await page.waitForFunction((wanted) => /** @type {any} */ (window).said.findLast((/** @type {any} */ message) => message.type === wanted), type);
  return handle.jsonValue();
}

/** @param {import("playwright-core").Page} page @param {any} message */
const say = (page, message) => page.evaluate((value) => /** @type {any} */ (window).say(value), message);

test("ready tells the keys and that there are instructions", async () => {
  const { page } = await portal(`<title>A title</title><crowd-form>${classifier}</crowd-form>`);
  const ready = await heard(page, "ready");
  assert.deepEqual({ ...ready, keys: ready.keys.slice(0, 2) }, {
    cairn: 1, type: "ready", title: "A title", instructions: true,
    keys: [{ key: "1", label: "A", group: "Which?" }, { key: "2", label: "B", group: "Which?" }],
  });
  assert.ok(ready.keys.some((/** @type {any} */ entry) => entry.key === "Mod+z"));
});

test("a key chooses, a draft follows, Enter asks, the portal submits, the answer comes", async () => {
  const { page, frame } = await portal(`<crowd-form>${classifier}</crowd-form>`);
  assert.equal(await frame.getByRole("button", { name: "Submit" }).isVisible(), false, "the portal has its own Submit");
  await frame.getByText("text", { exact: true }).click();
  await page.keyboard.press("2");
  assert.deepEqual(await heard(page, "change"), { cairn: 1, type: "change", content: { c: { label: "B" } }, valid: true });
  await page.keyboard.press("Enter");
  const answer = await heard(page, "answer");
  assert.deepEqual(answer.content, { c: { label: "B" } });
  assert.ok(answer.timeSpentMs >= 0);
  assert.equal(await frame.getByRole("dialog").isVisible(), false, "nothing else shows");
});

test("a submit without a choice is refused in words", async () => {
  const { page, frame } = await portal(`<crowd-form>${classifier}</crowd-form>`);
  await say(page, { type: "submit" });
  assert.deepEqual(await heard(page, "invalid"), { cairn: 1, type: "invalid", message: "Choose a category." });
  assert.equal(await frame.getByText("Choose a category.").isVisible(), true);
});

test("a draft is restored into every field, and the restored page answers with it", async () => {
  const { page } = await portal(`<crowd-form>${classifier}<crowd-input name="i"></crowd-input><input type="checkbox" name="n" value="x"><crowd-checkbox name="k" value="y">y</crowd-checkbox></crowd-form>`);
  const content = { c: { label: "A" }, i: "text", k: { y: true }, n: { x: true } };
  await say(page, { type: "restore", content });
  await say(page, { type: "submit" });
  assert.deepEqual((await heard(page, "answer")).content, content);
});

test("submitOnKey: a category's key or a press submits, walking with the arrows does not", async () => {
  const { page, frame } = await portal(`<crowd-form>${classifier}</crowd-form>`);
  await say(page, { type: "settings", submitOnKey: true });
  await frame.getByRole("radio", { name: "A" }).focus();
  await page.keyboard.press("ArrowDown");
  await heard(page, "change");
  assert.equal(await page.evaluate(() => /** @type {any} */ (window).said.some((/** @type {any} */ message) => message.type === "submit-request")), false);
  await page.keyboard.press("1");
  assert.deepEqual((await heard(page, "answer")).content, { c: { label: "A" } });
});

test("submitOnKey is ignored on a page that asks more than one thing", async () => {
  const { page, frame } = await portal(`<crowd-form>${classifier}<crowd-input name="i" label="I"></crowd-input></crowd-form>`);
  await say(page, { type: "settings", submitOnKey: true });
  await frame.getByRole("radio", { name: "A" }).click();
  await heard(page, "change");
  assert.equal(await page.evaluate(() => /** @type {any} */ (window).said.some((/** @type {any} */ message) => message.type === "submit-request")), false);
});

test("keys that nothing uses go on to the portal", async () => {
  const { page, frame } = await portal(`<crowd-form>${classifier}</crowd-form>`);
  await frame.getByText("text", { exact: true }).click();
  for (const [press, key, shift] of /** @type {[string, string, boolean][]} */ ([["?", "?", false], ["Shift+S", "S", true], ["ArrowLeft", "ArrowLeft", false], ["d", "d", false]])) {
    await page.keyboard.press(press);
    await page.waitForFunction((wanted) => /** @type {any} */ (window).said.findLast((/** @type {any} */ message) => message.type === "key")?.key === wanted, key);
    if (shift) assert.equal((await heard(page, "key")).shift, true);
  }
});

test("an object that cannot be loaded is reported; a picture of the instructions is not", async () => {
  const { page } = await portal(`<crowd-form><crowd-image-classifier name="c" src="/no-such.png" categories="['A']"><short-instructions><img src="/also-missing.png"></short-instructions></crowd-image-classifier></crowd-form>`);
  const report = await heard(page, "object-error");
  assert.deepEqual(report, { cairn: 1, type: "object-error", url: "/no-such.png", message: "The image could not be loaded." });
  await say(page, { type: "submit" });
  assert.equal((await heard(page, "invalid")).message, "The image could not be loaded.");
  const errors = await page.evaluate(() => /** @type {any} */ (window).said.filter((/** @type {any} */ message) => message.type === "object-error").length);
  assert.equal(errors, 1);
});

test("a plain image, a video without a usable source", async () => {
  const { page } = await portal(`<crowd-form><img src="/gone.png"><video><source src="/gone.mp4" type="video/mp4"></video><input name="a"></crowd-form>`);
  await page.waitForFunction(() => {
    const urls = /** @type {any} */ (window).said.filter((/** @type {any} */ message) => message.type === "object-error").map((/** @type {any} */ message) => new URL(message.url, location.href).pathname);
    return urls.includes("/gone.png") && urls.includes("/gone.mp4");
  });
});

test("settings change language and theme; the portal opens the instructions", async () => {
  const { page, frame } = await portal(`<crowd-form>${classifier}</crowd-form>`);
  await say(page, { type: "settings", language: "ja", theme: "dark" });
  await frame.getByText("1 つ選んでください").waitFor();
  assert.equal(await frame.locator("html").getAttribute("data-theme"), "dark");
  await say(page, { type: "open-instructions" });
  await frame.getByText("Full", { exact: true }).waitFor();
});

test("an annotator without a form is refused, not lost", async () => {
  const { page } = await portal(`<crowd-entity-annotation name="e" labels="[]" text="x"></crowd-entity-annotation>`);
  await say(page, { type: "submit" });
  assert.match((await heard(page, "invalid")).message, /crowd-entity-annotation, which this server does not offer/);
});

test("in a frame whose parent is no portal the page keeps its own Submit", async () => {
  const { frame } = await portal(`<crowd-form>${classifier}</crowd-form>`, { greet: false });
  await frame.getByRole("button", { name: "Submit" }).waitFor();
});

test("a native button in the form asks for a submit and leaves the page where it is", async () => {
  const { page, frame } = await portal(`<crowd-form><input name="a" value="1"><button>Go</button></crowd-form>`);
  await frame.getByRole("button", { name: "Go" }).click();
  assert.deepEqual((await heard(page, "answer")).content, { a: "1" });
});

test("a page loaded out of sight takes no focus, and its toast waits to be seen", async () => {
  const { page, frame } = await portal(`<crowd-form><crowd-input name="i" label="I" auto-focus></crowd-input><crowd-toast opened duration="40">Hello</crowd-toast></crowd-form>`, { greet: false });
  await say(page, { type: "settings", language: "en" });
  assert.equal(await page.evaluate(() => document.activeElement?.localName), "body");
  assert.equal(await frame.getByText("Hello").isVisible(), true);
  await say(page, { type: "shown" });
  await frame.getByText("Hello").waitFor({ state: "hidden" });
  await page.keyboard.type("typed");
  await say(page, { type: "submit" });
  assert.deepEqual((await heard(page, "answer")).content, { i: "typed" });
});

test("position mode: the place of a key counts, not what it produces", async () => {
  const { page, frame } = await portal(`<crowd-form><crowd-classifier name="c" categories='["1","2","3","4","5","6","7","8","9","0","Q"]'><classification-target>text</classification-target></crowd-classifier></crowd-form>`);
  await say(page, { type: "settings", keysByPosition: true });
  await frame.getByText("text", { exact: true }).click();
  await page.evaluate(() => document.querySelector("iframe")?.focus());
  const session = await page.context().newCDPSession(page);
  await session.send("Input.dispatchKeyEvent", { type: "keyDown", key: "a", code: "KeyQ", text: "a" });
  await session.send("Input.dispatchKeyEvent", { type: "keyUp", key: "a", code: "KeyQ" });
  assert.deepEqual((await heard(page, "change")).content, { c: { label: "Q" } });
});
