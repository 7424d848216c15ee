// One suite for every element that is a field of its form: it behaves as a native control would.
import assert from "node:assert/strict";
import test from "node:test";
import { harness, recorded } from "./page.js";

const at = harness();

/**
 * @typedef {object} FieldCase
 * @property {string} attributes besides `name`
 * @property {string} [content]
 * @property {string} act what a worker does, as a press or as text typed into it
 * @property {unknown} before what the field gives untouched; undefined gives nothing
 * @property {unknown} after what it gives then
 * @property {unknown} draft a value to restore, different from both
 * @property {boolean} [required] whether `required` (or its own nature) refuses it untouched
 */

/** @type {Record<string, FieldCase>} */
const FIELDS = {
  "crowd-classifier": { attributes: `categories="['A','B','C']"`, act: "[role=radio]:nth-child(2)", before: undefined, after: { label: "B" }, draft: { label: "C" }, required: true },
  "crowd-classifier-multi-select": { attributes: `categories="['A','B','C']"`, act: "[role=checkbox]:nth-child(2)", before: { labels: [] }, after: { labels: ["B"] }, draft: { labels: ["A", "C"] }, required: true },
  "crowd-image-classifier": { attributes: `src="picture.svg" categories="['A','B','C']"`, act: "[role=radio]:nth-child(2)", before: undefined, after: { label: "B" }, draft: { label: "C" }, required: true },
  "crowd-image-classifier-multi-select": { attributes: `src="picture.svg" categories="['A','B','C']" exclusion-category="{text:'None'}"`, act: "[role=checkbox]:nth-child(2)", before: { labels: [] }, after: { labels: ["B"] }, draft: { labels: ["None"] }, required: true },
  "crowd-input": { attributes: `label="L" required`, act: "text", before: undefined, after: "text", draft: "other", required: true },
  "crowd-text-area": { attributes: `label="L" required`, act: "text", before: undefined, after: "text", draft: "two\nlines", required: true },
  "crowd-checkbox": { attributes: `required value="v"`, content: "Label", act: "input", before: { v: false }, after: { v: true }, draft: { v: true }, required: true },
  "crowd-toggle-button": { attributes: `required`, content: "Label", act: "input", before: { on: false }, after: { on: true }, draft: { on: true }, required: true },
  "crowd-radio-button": { attributes: `value="v"`, content: "Label", act: "input", before: { v: false }, after: { v: true }, draft: { v: true } },
  "crowd-slider": { attributes: `min="0" max="10" required`, act: "End", before: 0, after: 10, draft: 4, required: true },
};

/** @param {any} value */
const json = (value) => JSON.stringify(value) ?? "undefined";

for (const [name, field] of Object.entries(FIELDS)) {
  const markup = (extra = "") => `<${name} name="f" ${field.attributes} ${extra}>${field.content ?? ""}</${name}>`;

  /** @param {import("playwright-core").Page} page */
  const act = async (page) => {
    if (field.act === "text") await page.locator(name).getByLabel("L").fill("text");
    else if (field.act === "End") await page.getByRole("slider").press("End");
    else await page.locator(`${name} ${field.act}`).click();
  };
  /** @param {import("playwright-core").Page} page */
  const given = async (page) => json(await page.evaluate(() => /** @type {any} */ (document.querySelector("crowd-form")).output.f));

  test(`${name}: gives what the worker does, and tells it by input and change`, async () => {
    const page = await at.open(`<crowd-form>${markup()}</crowd-form>`);
    await page.evaluate(() => {
      /** @type {any} */ (window).told = [];
      for (const type of ["input", "change"]) document.querySelector("[name=f]")?.addEventListener(type, (event) => /** @type {any} */ (window).told.push(event.type));
    });
    assert.equal(await given(page), json(field.before));
    await act(page);
    await page.locator("body").click({ position: { x: 5, y: 5 } });
    assert.equal(await given(page), json(field.after));
    const told = await recorded(page, "told");
    assert.ok(told.includes("input") && told.includes("change"), String(told));
    assert.deepEqual(await recorded(page, "errors"), []);
  });

  test(`${name}: restores what it gave, silently, and reset takes it back`, async () => {
    const page = await at.open(`<crowd-form>${markup()}</crowd-form>`);
    await page.evaluate((draft) => /** @type {any} */ (document.querySelector("crowd-form")).restore({ f: draft }), field.draft);
    assert.equal(await given(page), json(field.draft));
    assert.equal(await page.evaluate(() => /** @type {any} */ (document.querySelector("crowd-form")).problem), "");
    await page.evaluate(() => /** @type {any} */ (document.querySelector("crowd-form")).reset());
    assert.equal(await given(page), json(field.before));
    assert.deepEqual(await recorded(page, "changes"), []);
  });

  test(`${name}: disabled, alone or by its fieldset, gives nothing and refuses nothing`, async () => {
    for (const template of [markup("disabled"), `<fieldset disabled>${markup()}</fieldset>`]) {
      const page = await at.open(`<crowd-form>${template}</crowd-form>`);
      assert.deepEqual(await page.evaluate(() => {
        const form = /** @type {any} */ (document.querySelector("crowd-form"));
        return [form.output, form.problem];
      }), [{}, ""]);
    }
  });

  test(`${name}: is part of the native form`, async () => {
    const page = await at.open(`<crowd-form>${markup()}</crowd-form>`);
    const facts = await page.evaluate(() => {
      const form = /** @type {any} */ (document.querySelector("crowd-form")).form;
      const element = /** @type {any} */ (document.querySelector("[name=f]"));
      return { listed: [...form.elements].includes(element), owner: element.form === form, valid: element.checkValidity(), said: element.validationMessage, name: element.name };
    });
    assert.deepEqual([facts.listed, facts.owner, facts.name], [true, true, "f"]);
    assert.equal(facts.valid, !field.required);
    assert.equal(facts.said !== "", Boolean(field.required));
  });

  test(`${name}: survives being moved and made late by script`, async () => {
    const page = await at.open(`<crowd-form><div id="there"></div></crowd-form>`);
    await page.evaluate((html) => {
      const there = /** @type {HTMLElement} */ (document.getElementById("there"));
      there.innerHTML = html;
      const element = /** @type {Element} */ (there.firstElementChild);
      document.querySelector("crowd-form form")?.prepend(element);
      there.append(element);
    }, markup());
    await act(page);
    assert.equal(await given(page), json(field.after));
    assert.deepEqual(await recorded(page, "errors"), []);
  });

  if (!field.required) continue;
  test(`${name}: shows its problem only once left or submitted, and takes it back`, async () => {
    const page = await at.open(`<crowd-form>${markup()}</crowd-form>`);
    const line = page.locator(`${name} .problem`);
    assert.equal(await line.isVisible(), false);
    await page.evaluate(() => /** @type {any} */ (document.querySelector("crowd-form")).submit());
    assert.equal(await line.isVisible(), true);
    assert.equal((await recorded(page, "refusals")).length, 1);
    await act(page);
    assert.equal(await line.isVisible(), false);
  });
}

test("properties set before the elements are defined are applied again", async () => {
  const page = await at.open(`<crowd-form><crowd-classifier name="c" id="early"></crowd-classifier><crowd-input name="i" id="text"></crowd-input></crowd-form>
    <script>early.categories = ["X", "Y"]; early.header = "Early?"; text.value = "typed";</script>`);
  assert.equal(await page.getByRole("radio").count(), 2);
  assert.equal(await page.getByText("Early?").isVisible(), true);
  assert.equal(await page.evaluate(() => /** @type {any} */ (document.querySelector("crowd-form")).output.i), "typed");
});

test("categories set by script show at once; a chosen one that is gone is no answer", async () => {
  const page = await at.open(`<crowd-form><crowd-classifier name="c" categories="['A']"></crowd-classifier></crowd-form>`);
  await page.evaluate(() => (/** @type {any} */ (document.querySelector("crowd-classifier")).categories = ["B", "C"]));
  assert.deepEqual(await page.locator("crowd-classifier .name").allInnerTexts(), ["B", "C"]);
  await page.keyboard.press("2");
  await page.evaluate(() => (/** @type {any} */ (document.querySelector("crowd-classifier")).categories = ["B"]));
  assert.equal(await page.evaluate(() => /** @type {any} */ (document.querySelector("crowd-form")).output.c), undefined);
});

test("an attribute that cannot be read is told with its place, and nothing can be submitted", async () => {
  const page = await at.open(`<crowd-form><crowd-classifier name="c" categories="['Cat' 'Dog']"></crowd-classifier></crowd-form>`);
  const problem = await page.evaluate(() => /** @type {any} */ (document.querySelector("crowd-form")).problem);
  assert.match(problem, /“categories” of crowd-classifier cannot be read: line 1, column 8: expected "," or "]"/);
  assert.equal(await page.locator("crowd-classifier .banner").innerText(), problem);
});

test("crowd-input: length limits, patterns and types", async () => {
  const page = await at.open(`<crowd-form><crowd-input name="a" label="Digits" allowed-pattern="[0-9]" auto-validate error-message="Digits only."></crowd-input>
    <crowd-input name="b" label="Code" allowed-pattern="^[A-Z]{2}$" auto-validate></crowd-input>
    <crowd-input name="c" label="Short" min-length="3" max-length="5"></crowd-input><crowd-input name="d" label="Mail" type="email"></crowd-input></crowd-form>`);
  await page.getByLabel("Digits").pressSequentially("1a2");
  assert.equal(await page.getByLabel("Digits").inputValue(), "12");
  await page.getByLabel("Code").fill("abc");
  assert.match(await page.evaluate(() => /** @type {any} */ (document.querySelector("[name=b]")).validationMessage), /form asked for/);
  await page.getByLabel("Code").fill("AB");
  await page.getByLabel("Short").pressSequentially("ab");
  assert.match(await page.evaluate(() => /** @type {any} */ (document.querySelector("[name=c]")).validationMessage), /at least 3/);
  await page.getByLabel("Short").pressSequentially("cdefgh");
  assert.equal(await page.getByLabel("Short").inputValue(), "abcde");
  await page.getByLabel("Mail").fill("nobody");
  assert.match(await page.evaluate(() => /** @type {any} */ (document.querySelector("[name=d]")).validationMessage), /kind asked for/);
});
