// What each element gives, compared with the documented JSON, by pointer and by keyboard.
import assert from "node:assert/strict";
import test from "node:test";
import { harness, recorded, submit } from "./page.js";

const at = harness();
const target = "<classification-target>Some text</classification-target>";

test("crowd-classifier: pointer", async () => {
  const page = await at.open(`<crowd-form><crowd-classifier name="category" header="Which?" categories="['Cat', 'Dog']">${target}</crowd-classifier></crowd-form>`);
  await page.getByRole("radio", { name: "Dog" }).click();
  assert.equal(await submit(page), `{"category":{"label":"Dog"}}`);
  assert.deepEqual(await recorded(page, "changes"), ["crowd-classifier"]);
});

test("crowd-classifier: its key, then Enter", async () => {
  const page = await at.open(`<crowd-form><crowd-classifier name="category" categories="['Cat', 'Dog']">${target}</crowd-classifier></crowd-form>`);
  await page.keyboard.press("1");
  await page.keyboard.press("2");
  await page.keyboard.press("Enter");
  assert.deepEqual(await recorded(page, "answers"), [`{"category":{"label":"Dog"}}`]);
});

test("crowd-classifier: arrows in the list, then Enter", async () => {
  const page = await at.open(`<crowd-form><crowd-classifier name="c" categories="['A', 'B', 'C']">${target}</crowd-classifier></crowd-form>`);
  await page.getByRole("radio", { name: "A" }).focus();
  await page.keyboard.press("ArrowUp");
  assert.equal(await page.getByRole("radio", { name: "C" }).getAttribute("aria-checked"), "true");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  assert.deepEqual(await recorded(page, "answers"), [`{"c":{"label":"B"}}`]);
});

test("crowd-classifier: nothing chosen is refused in words, beside the list", async () => {
  const page = await at.open(`<crowd-form><crowd-classifier name="c" categories="['A']">${target}</crowd-classifier></crowd-form>`);
  assert.equal(await submit(page), null);
  assert.deepEqual(await recorded(page, "refusals"), ["Choose a category."]);
  assert.equal(await page.locator("crowd-classifier .problem").innerText(), "Choose a category.");
});

test("crowd-classifier-multi-select: any number, in the order listed", async () => {
  const page = await at.open(`<crowd-form><crowd-classifier-multi-select name="category" categories="['Positive', 'Negative', 'Neutral']" exclusion-category="{ text: 'None of the above' }">${target}</crowd-classifier-multi-select></crowd-form>`);
  await page.getByRole("checkbox", { name: "Neutral" }).click();
  await page.keyboard.press("1");
  assert.equal(await submit(page), `{"category":{"labels":["Positive","Neutral"]}}`);
});

test("crowd-classifier-multi-select: the exclusion category rules out the others, and they it", async () => {
  const page = await at.open(`<crowd-form><crowd-classifier-multi-select name="c" categories="['A', 'B']" exclusion-category="{ text: 'None' }">${target}</crowd-classifier-multi-select></crowd-form>`);
  await page.keyboard.press("1");
  await page.keyboard.press("2");
  await page.keyboard.press("0");
  assert.equal(await submit(page), `{"c":{"labels":["None"]}}`);
  await page.keyboard.press("2");
  assert.equal(await submit(page), `{"c":{"labels":["B"]}}`);
});

test("crowd-classifier-multi-select: at least one must be chosen; Space toggles", async () => {
  const page = await at.open(`<crowd-form><crowd-classifier-multi-select name="c" categories="['A', 'B']">${target}</crowd-classifier-multi-select></crowd-form>`);
  await page.getByRole("checkbox", { name: "A" }).focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("Space");
  assert.equal(await submit(page), null);
  assert.deepEqual(await recorded(page, "refusals"), ["Choose at least one category."]);
  await page.getByRole("checkbox", { name: "A" }).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  assert.equal(await submit(page), `{"c":{"labels":["B"]}}`);
});

test("undo and redo walk through the choices", async () => {
  const page = await at.open(`<crowd-form><crowd-classifier-multi-select name="c" categories="['A', 'B']">${target}</crowd-classifier-multi-select></crowd-form>`);
  await page.keyboard.press("1");
  await page.keyboard.press("2");
  await page.keyboard.press("Control+z");
  assert.equal(await submit(page), `{"c":{"labels":["A"]}}`);
  await page.keyboard.press("Control+Shift+z");
  assert.equal(await submit(page), `{"c":{"labels":["A","B"]}}`);
});

test("crowd-image-classifier: label, and the comment only when there is one", async () => {
  const page = await at.open(`<crowd-form><crowd-image-classifier name="crowd-image-classifier" src="picture.svg" categories="['good', 'bad']"><worker-comment header="Why?" link-text="Say why" placeholder="because">Please explain.</worker-comment></crowd-image-classifier></crowd-form>`);
  await page.keyboard.press("2");
  assert.equal(await submit(page), `{"crowd-image-classifier":{"label":"bad"}}`);
  await page.getByRole("button", { name: "Say why" }).click();
  assert.equal(await page.getByRole("dialog", { name: "Why?" }).isVisible(), true);
  await page.getByRole("textbox", { name: "Comment" }).fill("too dark");
  await page.getByRole("button", { name: "Done" }).click();
  assert.equal(await submit(page), `{"crowd-image-classifier":{"label":"bad","workerComment":"too dark"}}`);
  await page.getByRole("button", { name: "Say why" }).click();
  await page.getByRole("textbox", { name: "Comment" }).fill("  \n ");
  await page.keyboard.press("Escape");
  assert.equal(await submit(page), `{"crowd-image-classifier":{"label":"bad"}}`);
});

test("crowd-image-classifier-multi-select", async () => {
  const page = await at.open(`<crowd-form><crowd-image-classifier-multi-select name="animals" src="picture.svg" categories="['Cat', 'Dog', 'Horse']" exclusion-category="{ text: 'None of the above' }"></crowd-image-classifier-multi-select></crowd-form>`);
  await page.getByRole("checkbox", { name: "Horse" }).click();
  await page.getByRole("checkbox", { name: "Cat" }).click();
  assert.equal(await submit(page), `{"animals":{"labels":["Cat","Horse"]}}`);
});

test("inputs: what is empty is left out, line breaks are line feeds, a slider gives a number", async () => {
  const page = await at.open(`<crowd-form>
    <crowd-input name="tag1" label="Word 1"></crowd-input><crowd-input name="tag2" label="Word 2" value="red"></crowd-input><crowd-input name="tag3" label="Word 3"></crowd-input>
    <crowd-text-area name="essay" label="Essay"></crowd-text-area>
    <crowd-slider name="howMuch" min="1" max="10" step="1" value="3"></crowd-slider></crowd-form>`);
  await page.getByLabel("Word 1").fill("blue");
  await page.getByLabel("Essay").fill("one\ntwo");
  await page.getByRole("slider").focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await submit(page), `{"essay":"one\\ntwo","howMuch":4,"tag1":"blue","tag2":"red"}`);
});

test("check boxes of one name merge; switches and radio buttons give their state", async () => {
  const page = await at.open(`<crowd-form>
    <crowd-checkbox name="image_attributes" value="blurry" checked>Blurry</crowd-checkbox><crowd-checkbox name="image_attributes" value="dim">Dim</crowd-checkbox><crowd-checkbox name="image_attributes" value="exposed">Exposed</crowd-checkbox>
    <crowd-toggle-button name="theToggler">Toggle</crowd-toggle-button>
    <crowd-radio-group><crowd-radio-button name="tech" value="yes">Technology</crowd-radio-button><crowd-radio-button name="politics">Politics</crowd-radio-button></crowd-radio-group></crowd-form>`);
  await page.getByRole("checkbox", { name: "Dim" }).click();
  await page.getByRole("switch", { name: "Toggle" }).click();
  await page.getByRole("radio", { name: "Technology" }).focus();
  await page.keyboard.press("ArrowDown");
  assert.equal(await submit(page), `{"image_attributes":{"blurry":true,"dim":true,"exposed":false},"politics":{"on":true},"tech":{"yes":false},"theToggler":{"on":true}}`);
});

test("native inputs", async () => {
  const page = await at.open(`<crowd-form>
    <input name="text" value="a"><input type="hidden" name="hidden" value="h"><textarea name="area">x</textarea>
    <select name="select"><option>one<option selected>two</select>
    <input type="checkbox" name="checkbox" value="foo" checked><input type="checkbox" name="checkbox" value="bar">
    <input type="radio" name="radio" value="r1"><input type="radio" name="radio" value="r2" id="r2">
    <input type="submit" name="no" value="no" hidden><input name="off" value="x" disabled><input value="nameless"><button name="b" type="button">b</button></crowd-form>`);
  await page.locator("#r2").click();
  await page.evaluate(() => /** @type {any} */ (document.querySelector("crowd-form")).submit());
  assert.deepEqual(await recorded(page, "answers"), [
    `{"area":"x","checkbox":{"bar":false,"foo":true},"hidden":"h","radio":{"r1":false,"r2":true},"select":"two","text":"a"}`,
  ]);
});

test("a field in the instructions, in a tab and in a modal is part of the answer", async () => {
  const page = await at.open(`<crowd-form>
    <crowd-tabs><crowd-tab header="One"><p>first</p></crowd-tab><crowd-tab header="Two"><crowd-input name="inTab" label="In tab" required></crowd-input></crowd-tab></crowd-tabs>
    <crowd-modal link-text="More"><input name="inModal" value="m"></crowd-modal>
    <short-instructions><crowd-input name="issue" label="Issue" value="i"></crowd-input></short-instructions></crowd-form>`);
  assert.equal(await submit(page), null, "the required field is empty");
  assert.equal(await page.getByLabel("In tab").isVisible(), true, "its tab has come forward");
  await page.getByLabel("In tab").fill("t");
  assert.equal(await submit(page), `{"inModal":"m","inTab":"t","issue":"i"}`);
});
