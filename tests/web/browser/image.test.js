// Looking at an image: zoom, pan, fit, actual size, tone, and what is drawn over it.
import assert from "node:assert/strict";
import test from "node:test";
import { harness, recorded } from "./page.js";

const at = harness();
const template = `<crowd-form><crowd-image-classifier name="c" src="picture.svg" categories="['A', 'B']"></crowd-image-classifier></crowd-form>`;

/** @param {import("playwright-core").Page} page */
async function place(page) {
  await page.locator("crowd-image-classifier .layer.ready").waitFor();
  return page.evaluate(() => {
    const layer = /** @type {HTMLElement} */ (document.querySelector("crowd-image-classifier")?.shadowRoot?.querySelector(".layer"));
    const { a, e, f } = new DOMMatrix(layer.style.transform);
    const stage = /** @type {HTMLElement} */ (layer.parentElement).getBoundingClientRect();
    return { scale: a, x: e, y: f, left: stage.left, top: stage.top, width: stage.width, height: stage.height };
  });
}

/** @type {(a: number, b: number, by?: number) => void} */
const near = (a, b, by = 0.01) => assert.ok(Math.abs(a - b) <= by, `${a} is not ${b}`);

test("the image is fitted, and stays so when the page changes its size", async () => {
  const page = await at.open(template, {});
  const before = await place(page);
  near(before.scale, Math.min(before.width / 800, before.height / 500));
  await page.setViewportSize({ width: 1000, height: 500 });
  await page.waitForFunction((width) => document.querySelector("crowd-image-classifier")?.shadowRoot?.querySelector(".stage")?.clientWidth !== width, before.width);
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  const after = await place(page);
  near(after.scale, Math.min(after.width / 800, after.height / 500));
});

test("the wheel zooms at the pointer", async () => {
  const page = await at.open(template);
  const before = await place(page);
  const at_ = { x: before.left + 300, y: before.top + 200 };
  const pointed = { x: (300 - before.x) / before.scale, y: (200 - before.y) / before.scale };
  await page.mouse.move(at_.x, at_.y);
  await page.mouse.wheel(0, -300);
  await page.waitForFunction((scale) => new DOMMatrix(/** @type {any} */ (document.querySelector("crowd-image-classifier"))?.shadowRoot.querySelector(".layer").style.transform).a > scale, before.scale);
  const after = await place(page);
  near(after.scale, before.scale * 2);
  near(after.x + pointed.x * after.scale, 300);
  near(after.y + pointed.y * after.scale, 200);
});

test("keys and buttons: 1 : 1, fit, in, out; a double press fits", async () => {
  const page = await at.open(template);
  const fitted = await place(page);
  await page.keyboard.press("Control+1");
  near((await place(page)).scale, 1);
  await page.keyboard.press("+");
  near((await place(page)).scale, 1.25);
  await page.getByRole("button", { name: "Zoom out" }).click();
  near((await place(page)).scale, 1);
  await page.keyboard.press("Control+0");
  near((await place(page)).scale, fitted.scale);
  await page.getByRole("button", { name: /Actual size/ }).click();
  await page.mouse.dblclick(fitted.left + 100, fitted.top + 100);
  near((await place(page)).scale, fitted.scale);
});

test("dragging pans, with the middle button too, and Space held does not scroll or choose", async () => {
  const page = await at.open(template);
  for (const button of /** @type {const} */ (["left", "middle"])) {
    const before = await place(page);
    await page.keyboard.down("Space");
    await page.mouse.move(before.left + 200, before.top + 200);
    await page.mouse.down({ button });
    await page.mouse.move(before.left + 230, before.top + 180, { steps: 3 });
    await page.mouse.up({ button });
    await page.keyboard.up("Space");
    const after = await place(page);
    near(after.x - before.x, 30);
    near(after.y - before.y, -20);
  }
  assert.deepEqual(await recorded(page, "changes"), []);
});

test("two fingers zoom", async () => {
  const page = await at.open(template, { hasTouch: true });
  const before = await place(page);
  const session = await page.context().newCDPSession(page);
  const middle = { x: before.left + before.width / 2, y: before.top + before.height / 2 };
  const fingers = (/** @type {number} */ apart) => [{ x: middle.x - apart, y: middle.y, id: 1 }, { x: middle.x + apart, y: middle.y, id: 2 }];
  await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: fingers(50) });
  for (const apart of [70, 100]) await session.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: fingers(apart) });
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  near((await place(page)).scale, before.scale * 2, before.scale * 0.2);
});

test("brightness and contrast change the view only", async () => {
  const page = await at.open(template);
  await place(page);
  const filter = () => page.evaluate(() => /** @type {any} */ (document.querySelector("crowd-image-classifier")).shadowRoot.querySelector("img").style.filter);
  await page.keyboard.press("Shift+B");
  await page.keyboard.press("Alt+c");
  assert.equal(await filter(), "brightness(110%) contrast(90%)");
  await page.getByRole("button", { name: /Brightness and contrast/ }).click();
  await page.getByRole("slider", { name: "Brightness" }).press("ArrowRight");
  assert.equal(await filter(), "brightness(120%) contrast(90%)");
  await page.getByRole("button", { name: "Reset" }).click();
  assert.equal(await filter(), "");
  await page.keyboard.press("Escape");
  assert.equal(await page.getByRole("slider", { name: "Brightness" }).isVisible(), false);
  assert.deepEqual(await recorded(page, "changes"), []);
});

test("an image that is not there is told, tried again, and then fine", async () => {
  const page = await at.open(`<crowd-form><crowd-image-classifier name="c" src="late.svg" categories="['A']"></crowd-image-classifier></crowd-form>`);
  await page.getByText("The image could not be loaded.").first().waitFor();
  at.pages["late.svg"] = at.pages["picture.svg"];
  await page.getByRole("button", { name: "Try again" }).click();
  await place(page);
  await page.keyboard.press("1");
  await page.keyboard.press("Enter");
  assert.deepEqual(await recorded(page, "answers"), [`{"c":{"label":"A"}}`]);
});

test("an overlay shows boxes where they were, in picture pixels, with a legend", async () => {
  const page = await at.open(`<crowd-form><crowd-image-classifier name="c" src="picture.svg" categories="['good', 'bad']" overlay='{"boundingBox":{labels:["bird","cat"],value:[{height:100,label:"cat",left:200,top:50,width:400}]},}'></crowd-image-classifier></crowd-form>`);
  const { scale, x, y, left, top } = await place(page);
  const box = await page.locator("crowd-image-classifier .box").boundingBox();
  assert.ok(box);
  near(box.x, left + x + 200 * scale, 0.5);
  near(box.y, top + y + 50 * scale, 0.5);
  near(box.width, 400 * scale, 0.5);
  near(box.height, 100 * scale, 0.5);
  assert.deepEqual(await page.locator("crowd-image-classifier .legend li").allInnerTexts(), ["bird", "cat"]);
});

test("an overlay whose mask is missing cannot be judged", async () => {
  const page = await at.open(`<crowd-form><crowd-image-classifier name="c" src="picture.svg" categories="['good']" overlay='{"semanticSegmentation":{"labels":["Cat"],"labelMappings":{"Cat":{"color":"#2ca02c"}},"src":"no-mask.png"}}'></crowd-image-classifier></crowd-form>`);
  await page.locator("crowd-image-classifier .banner").filter({ hasText: "could not be loaded" }).waitFor();
  assert.notEqual(await page.evaluate(() => /** @type {any} */ (document.querySelector("crowd-form")).problem), "");
});
