// What templates in the wild rely on, beyond attributes and answers.
import assert from "node:assert/strict";
import test from "node:test";
import { harness, recorded, submit } from "./page.js";

const at = harness();
const classifier = `<crowd-classifier name="c" categories="['A', 'B']"><classification-target>text</classification-target></crowd-classifier>`;

test("all-crowd-elements-ready comes after DOMContentLoaded, once, with everything upgraded", async () => {
  const page = await at.open(`<script>window.order = [];
    document.addEventListener("DOMContentLoaded", () => order.push("parsed:" + Boolean(customElements.get("crowd-form"))));
    document.addEventListener("all-crowd-elements-ready", () => order.push("ready:" + document.querySelectorAll(":not(:defined)").length));
  </script><crowd-form>${classifier}</crowd-form>`);
  assert.deepEqual(await recorded(page, "order"), ["parsed:true", "ready:0"]);
});

test("onsubmit may cancel, by preventDefault or by returning false, and the page may then go on by itself", async () => {
  const page = await at.open(`<crowd-form><input name="a" value="1"></crowd-form><script>
    window.asked = 0;
    document.querySelector("crowd-form").onsubmit = function (event) { asked++; event.preventDefault(); };
  </script>`);
  assert.equal(await submit(page), null);
  await page.evaluate(() => /** @type {any} */ (document.querySelector("crowd-form")).submit());
  assert.deepEqual(await recorded(page, "answers"), [`{"a":"1"}`], "the page had asked and went on");
  assert.equal(await recorded(page, "asked"), 1);
  await page.evaluate(() => (/** @type {any} */ (document.querySelector("crowd-form")).onsubmit = () => false));
  await page.evaluate(() => document.getElementById("cairn-answer")?.remove());
  await page.locator("input").press("Enter");
  assert.equal((await recorded(page, "answers")).length, 1);
});

test("onsubmit may fill in hidden fields; .submit() asks it too", async () => {
  const page = await at.open(`<crowd-form><input type="hidden" name="annotations" id="annotations"></crowd-form><script>
    document.querySelector("crowd-form").onsubmit = () => { annotations.value = "filled"; };
  </script>`);
  await page.evaluate(() => /** @type {any} */ (document.querySelector("crowd-form")).submit());
  assert.deepEqual(await recorded(page, "answers"), [`{"annotations":"filled"}`]);
});

test(".form is a native form; fields added to it count; its own submit stays on the page", async () => {
  const page = await at.open(`<crowd-form>${classifier}</crowd-form><script>
    document.addEventListener("all-crowd-elements-ready", () => {
      const extra = document.createElement("crowd-input"); extra.setAttribute("name", "extra"); extra.value = "x";
      document.querySelector("crowd-form").form.appendChild(extra);
    });
  </script>`);
  await page.keyboard.press("1");
  await page.evaluate(() => /** @type {any} */ (document.querySelector("crowd-form")).form.submit());
  assert.deepEqual(await recorded(page, "answers"), [`{"c":{"label":"A"},"extra":"x"}`]);
});

test("a template's own submit button replaces the automatic one", async () => {
  const page = await at.open(`<crowd-form><input name="a" value="1"><crowd-button form-action="submit">Send it</crowd-button></crowd-form>`);
  assert.equal(await page.getByRole("button").count(), 1);
  await page.getByRole("button", { name: "Send it" }).click();
  await page.waitForFunction(() => /** @type {any} */ (window).answers.length === 1);
});

test("crowd-button: reset, loading before disabled, a listener that prevents, a link", async () => {
  const page = await at.open(`<crowd-form><input name="a" value="1"><crowd-button form-action="reset" id="reset">Reset</crowd-button>
    <crowd-button form-action="submit" loading disabled id="busy">Busy</crowd-button><crowd-button form-action="submit" id="held">Held</crowd-button><crowd-button href="#there" id="link">Link</crowd-button></crowd-form>
    <script>window.heard = 0; held.addEventListener("click", (event) => event.preventDefault()); busy.addEventListener("click", () => heard++);</script>`);
  await page.locator("input").fill("changed");
  await page.locator("#reset").click();
  await page.waitForFunction(() => document.querySelector("input")?.value === "1");
  await page.locator("#busy").click({ force: true });
  await page.locator("#held").click();
  await page.locator("#link").click();
  await page.waitForFunction(() => location.hash === "#there");
  assert.deepEqual([await recorded(page, "heard"), (await recorded(page, "answers")).length], [0, 0]);
});

test("annotators tell their value, and change says which category", async () => {
  const page = await at.open(`<crowd-form>${classifier}</crowd-form><script>
    window.heard = [];
    document.querySelector("crowd-classifier").addEventListener("change", (event) => heard.push(event.target.value));
  </script>`);
  await page.keyboard.press("2");
  assert.deepEqual(await recorded(page, "heard"), ["B"]);
  assert.deepEqual(await page.evaluate(() => {
    const element = /** @type {any} */ (document.querySelector("crowd-classifier"));
    return [element.value, element._submittableValue, element.shadowRoot.querySelector(".annotation-area .category-picker-wrapper") !== null];
  }), ["B", { label: "B" }, true]);
});

test("an error box filled by the page's script shows its alert", async () => {
  const page = await at.open(`<crowd-form><div id="errorBox"></div>${classifier}</crowd-form><script>
    document.querySelector("crowd-form").onsubmit = (event) => {
      event.preventDefault();
      errorBox.innerHTML = '<crowd-alert type="error" dismissible>You must look again.</crowd-alert>';
      errorBox.scrollIntoView();
    };
  </script>`);
  await page.keyboard.press("1");
  await submit(page);
  assert.equal(await page.getByText("You must look again.").isVisible(), true);
  await page.getByRole("button", { name: "Dismiss" }).click();
  assert.equal(await page.locator("crowd-alert").isVisible(), false);
});

test("what a template left unclosed stays visible", async () => {
  const page = await at.open(`<crowd-form><crowd-fab icon="star" title="Fab"/><p>after the fab</p><crowd-input name="a" label="A"/><p>after the input</p></crowd-form>`);
  assert.equal(await page.getByText("after the fab").isVisible(), true);
  assert.equal(await page.getByText("after the input").isVisible(), true);
});

test("an annotator that is not here says so and nothing can be submitted", async () => {
  for (const markup of [`<crowd-bounding-box src="picture.svg" labels="['a']"></crowd-bounding-box>`, `<crowd-something-new name="x"></crowd-something-new>`]) {
    const page = await at.open(`<crowd-form>${markup}<input name="a" value="1"></crowd-form>`);
    assert.equal(await page.getByRole("alert").filter({ hasText: "does not offer" }).first().isVisible(), true);
    assert.equal(await submit(page), null);
    assert.match((await recorded(page, "refusals"))[0], /which this server does not offer/);
  }
});

test("radio buttons of a group rule each other out, whatever their names", async () => {
  const page = await at.open(`<crowd-form><crowd-radio-group><crowd-radio-button name="a" checked>A</crowd-radio-button><crowd-radio-button name="b">B</crowd-radio-button></crowd-radio-group></crowd-form>`);
  await page.getByRole("radio", { name: "B" }).click();
  assert.deepEqual(await page.evaluate(() => [.../** @type {any} */ (document.querySelector("crowd-radio-group")).children].map((button) => button.checked)), [false, true]);
});

test("crowd-instructions, crowd-modal, crowd-toast, crowd-tabs", async () => {
  const page = await at.open(`<crowd-form><crowd-instructions link-text="View instructions" link-type="button"><short-summary>The summary</short-summary><detailed-instructions>The details</detailed-instructions><negative-example>Bad one</negative-example></crowd-instructions>
    <crowd-modal link-text="Open it">Inside</crowd-modal><crowd-toast duration="100000" opened text="Hello">there</crowd-toast><crowd-toast id="second" duration="20">second</crowd-toast>
    <crowd-tabs><crowd-tab header="T1">first page</crowd-tab><crowd-tab header="T2">second page</crowd-tab></crowd-tabs></crowd-form>`);
  await page.getByRole("button", { name: "View instructions" }).click();
  assert.equal(await page.getByText("The summary").isVisible(), true);
  await page.getByRole("tab", { name: "Summary" }).press("ArrowRight");
  assert.equal(await page.getByText("The details").isVisible(), true);
  await page.getByRole("tab", { name: "Detailed" }).press("End");
  assert.equal(await page.getByText("Bad one").isVisible(), true);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Open it" }).click();
  assert.equal(await page.getByText("Inside").isVisible(), true);
  await page.keyboard.press("Escape");
  assert.equal(await page.getByText("Hello").isVisible(), true);
  await page.evaluate(() => /** @type {any} */ (document.getElementById("second")).open());
  assert.equal(await page.getByText("Hello").isVisible(), false, "one toast at a time");
  await page.waitForFunction(() => !document.getElementById("second")?.hasAttribute("opened"));
  await page.getByRole("tab", { name: "T2" }).click();
  assert.deepEqual([await page.getByText("first page").isVisible(), await page.getByText("second page").isVisible()], [false, true]);
});

test("keys of two classifiers do not collide, and no key acts while typing", async () => {
  const page = await at.open(`<crowd-form>${classifier}<crowd-classifier name="d" categories="['C', 'D']"></crowd-classifier><crowd-input name="t" label="T"></crowd-input></crowd-form>`);
  await page.keyboard.press("2");
  await page.keyboard.press("3");
  await page.getByRole("textbox", { name: "T" }).fill("");
  await page.getByRole("textbox", { name: "T" }).pressSequentially("14");
  assert.equal(await submit(page), `{"c":{"label":"B"},"d":{"label":"C"},"t":"14"}`);
});

test("the instructions: pane, collapse that is remembered, full text, form level", async () => {
  const regions = `<short-instructions>Short text</short-instructions><full-instructions header="All of it">Full text</full-instructions>`;
  const page = await at.open(`<crowd-form><crowd-classifier name="c" categories="['A']">${regions}</crowd-classifier></crowd-form>`);
  assert.equal(await page.getByText("Short text").isVisible(), true);
  await page.getByRole("button", { name: "View full instructions" }).click();
  assert.equal(await page.getByRole("dialog", { name: "All of it" }).getByText("All of it").isVisible(), true);
  assert.equal(await page.getByText("Full text").isVisible(), true);
  await page.keyboard.press("Escape");
  await page.keyboard.press("i");
  assert.equal(await page.getByText("Short text").isVisible(), false);
  await page.reload();
  await page.waitForFunction(() => /** @type {any} */ (window).ready);
  assert.equal(await page.getByText("Short text").isVisible(), false, "remembered");
  await page.evaluate(() => localStorage.clear());
  const survey = await at.open(`<crowd-form>${regions}<input name="a"></crowd-form>`);
  assert.equal(await survey.getByText("Short text").isVisible(), true);
});

test("in the dark a template that paints itself light, or writes in black, makes the page light; others stay dark", async () => {
  const dark = { colorScheme: /** @type {const} */ ("dark") };
  const theme = (/** @type {import("playwright-core").Page} */ page) => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  for (const style of ["background: #fff", "color: #222", "background: linear-gradient(white, white), #eee"]) {
    const page = await at.open(`<crowd-form><crowd-classifier name="c" categories="['A']"><classification-target><p style="${style}">text</p></classification-target></crowd-classifier></crowd-form>`, dark);
    await page.locator('html[data-theme="light"]').waitFor({ state: "attached" });
    assert.equal(await theme(page), "light");
  }
  for (const style of ["", "background: #fff; color: #000", "color: #9cf"]) {
    const page = await at.open(`<crowd-form>${classifier}<p style="${style}">text</p></crowd-form>`, dark);
    await page.evaluate(() => import(/** @type {any} */ ("/assets/elements/shared/readable.js")).then((module) => module.keepReadable()));
    assert.equal(await page.locator("html").getAttribute("data-theme"), null);
  }
});

test("a form inside the form asks its own listener, and does not leave the page", async () => {
  const page = await at.open(`<crowd-form><input name="a" value="1"><form id="own"><button id="go">Go</button></form></crowd-form><script>
    window.asked = 0; own.addEventListener("submit", (event) => { if (asked++ === 0) event.preventDefault(); });
  </script>`);
  const url = page.url();
  await page.locator("#go").click();
  assert.deepEqual([await recorded(page, "asked"), (await recorded(page, "answers")).length], [1, 0]);
  await page.locator("#go").click();
  assert.deepEqual(await recorded(page, "answers"), [`{"a":"1"}`]);
  assert.equal(page.url(), url);
});
