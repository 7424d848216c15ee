// What can be measured of the look: no sideways scrolling, room for fingers, contrast in both themes.
import assert from "node:assert/strict";
import test from "node:test";
import { measure } from "./measure.js";
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
