// What can be measured of the look: no sideways scrolling, room for fingers, contrast in both themes.
import assert from "node:assert/strict";
import test from "node:test";
import { harness } from "./page.js";

const at = harness();
const regions = `<short-instructions><p>Short</p></short-instructions><full-instructions>Full</full-instructions>`;
const categories = `categories="['Cat', 'Dog', 'A category with a rather long name that has to wrap somewhere', 'قطة', 'Antidisestablishmentarianism-without-any-spaces-in-it-at-all']"`;
/** @type {Record<string, string>} */
const TEMPLATES = {
  image: `<crowd-form><crowd-image-classifier name="c" src="picture.svg" header="Choose the correct category" ${categories}>${regions}<worker-comment></worker-comment></crowd-image-classifier></crowd-form>`,
  text: `<crowd-form><crowd-classifier-multi-select name="c" header="Which?" ${categories} exclusion-category="{text:'None'}"><classification-target>text</classification-target>${regions}</crowd-classifier-multi-select></crowd-form>`,
  inputs: `<crowd-form><crowd-input name="a" label="Label" placeholder="placeholder"></crowd-input><crowd-text-area name="b" label="Area" char-counter></crowd-text-area><crowd-checkbox name="c">Box</crowd-checkbox><crowd-toggle-button name="d">Switch</crowd-toggle-button><crowd-slider name="e" required></crowd-slider>
    <crowd-alert type="info" dismissible>Info</crowd-alert><crowd-alert type="success">Fine</crowd-alert><crowd-alert type="warning">Careful</crowd-alert><crowd-alert type="error">Wrong</crowd-alert><crowd-card heading="Card">Body</crowd-card>
    <crowd-tabs><crowd-tab header="One">1</crowd-tab><crowd-tab header="Two">2</crowd-tab></crowd-tabs><crowd-button>Plain</crowd-button><crowd-button variant="primary">Primary</crowd-button><crowd-button variant="link">Link</crowd-button><crowd-icon-button icon="star" title="Star"></crowd-icon-button><crowd-fab icon="add" title="Add"></crowd-fab>${regions}</crowd-form>`,
  unsupported: `<crowd-form><crowd-polygon name="p"></crowd-polygon></crowd-form>`,
};

/** Runs `visit` on every visible element, inside open shadow roots too. @param {import("playwright-core").Page} page */
const measure = (page) =>
  page.evaluate(() => {
    /** @type {{ small: string[], faint: string[] }} */
    const found = { small: [], faint: [] };
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    if (!canvas) throw new Error("no canvas");
    /** Layers of colour, the lowest first, as one colour of 0–255. @param {string[]} layers */
    const mixed = (layers) => {
      canvas.clearRect(0, 0, 1, 1);
      for (const layer of layers) {
        canvas.fillStyle = layer;
        canvas.fillRect(0, 0, 1, 1);
      }
      return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    /** @param {number[]} rgb */
    const luminance = (rgb) => {
      const [r, g, b] = rgb.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    /** @param {Element} element @returns {Element | null} */
    const above = (element) => element.assignedSlot ?? element.parentElement ?? (element.getRootNode() instanceof ShadowRoot ? /** @type {ShadowRoot} */ (element.getRootNode()).host : null);
    /** @param {Element} element */
    const look = (element) => {
      if (!element.checkVisibility({ visibilityProperty: true })) return;
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      const name = `${element.localName}.${element.className} "${element.textContent?.trim().slice(0, 20)}"`;
      const pressed = element.matches("button, a[href], input:not([type=checkbox], [type=radio]), textarea, select, label:has(input)");
      if (pressed && (box.height < (matchMedia("(pointer: coarse)").matches ? 44 : 32) - 0.5)) found.small.push(`${name} ${box.height}`);
      const says = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
      if (says && !element.matches("style, script, :disabled, :disabled *, [aria-disabled=true] *, .heard")) {
        const grounds = [];
        for (let at = /** @type {Element | null} */ (element); at; at = above(at)) grounds.unshift(getComputedStyle(at).backgroundColor);
        const ground = luminance(mixed(["white", ...grounds]));
        const text = luminance(mixed(["white", ...grounds, style.color]));
        const contrast = (Math.max(ground, text) + 0.05) / (Math.min(ground, text) + 0.05);
        if (contrast < 4.5) found.faint.push(`${name} ${contrast.toFixed(2)}`);
      }
    };
    /** @param {ParentNode} root */
    const walk = (root) => {
      for (const element of root.querySelectorAll("*")) {
        look(element);
        if (element.shadowRoot) walk(element.shadowRoot);
      }
    };
    walk(document.body);
    return found;
  });

for (const [name, template] of Object.entries(TEMPLATES)) {
  for (const [where, options] of /** @type {[string, import("playwright-core").BrowserContextOptions][]} */ ([
    ["wide, light", { colorScheme: "light" }],
    ["wide, dark", { colorScheme: "dark" }],
    ["phone, light, Japanese", { viewport: { width: 390, height: 700 }, hasTouch: true, isMobile: true, locale: "ja-JP" }],
    ["phone, dark, Japanese", { viewport: { width: 390, height: 700 }, hasTouch: true, isMobile: true, locale: "ja-JP", colorScheme: "dark" }],
    ["narrow pane", { viewport: { width: 320, height: 560 } }],
  ])) {
    test(`${name}, ${where}: nothing scrolls sideways, targets are large enough, text reads`, async () => {
      const page = await at.open(template, options);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "scrolls sideways");
      assert.deepEqual(await measure(page), { small: [], faint: [] });
      const chosen = page.locator("crowd-image-classifier .category, crowd-classifier-multi-select .category").first();
      if (await chosen.count()) {
        await chosen.click();
        assert.deepEqual(await measure(page), { small: [], faint: [] }, "with a choice");
      }
      await page.evaluate(() => /** @type {any} */ (document.querySelector("crowd-form")).submit());
      await page.evaluate(() => document.getElementById("cairn-answer")?.remove());
      assert.deepEqual(await measure(page), { small: [], faint: [] }, "after a submit");
      await page.context().close();
    });
  }
}

test("on a phone the instructions are behind one press, and everything fits the screen", async () => {
  const page = await at.open(TEMPLATES.image, { viewport: { width: 390, height: 700 }, hasTouch: true, isMobile: true });
  assert.equal(await page.getByText("Short").isVisible(), false);
  await page.getByRole("button", { name: "Instructions" }).tap();
  assert.equal(await page.getByText("Short").isVisible(), true);
  assert.equal(await page.getByText("Full", { exact: true }).isVisible(), true);
  await page.getByRole("button", { name: "Close" }).tap();
  assert.equal(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight), true);
  for (const button of await page.getByRole("radio").all()) assert.ok(((await button.boundingBox())?.height ?? 0) >= 44);
});
