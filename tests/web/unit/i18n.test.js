import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { LANGUAGES, chooseLanguage, messageFrom } from "../../../web/lib/i18n.js";

/** @param {string} language */
const table = (language) =>
  JSON.parse(readFileSync(new URL(`../../../web/messages/${language}.json`, import.meta.url), "utf8"));

test("the first language we have is chosen, English when there is none", () => {
  assert.equal(chooseLanguage(["fr-CA", "ja-JP", "en"]), "ja");
  assert.equal(chooseLanguage(["EN-gb"]), "en");
  assert.equal(chooseLanguage(["fr", "de"]), "en");
  assert.equal(chooseLanguage([]), "en");
});

test("parameters are put in, numbers in the language's way, unknown ones stay visible", () => {
  const messages = { a: "{name} has {n}", b: "{missing}" };
  assert.equal(messageFrom(messages, "en", "a", { name: "{n}", n: 12345 }), "{n} has 12,345");
  assert.equal(messageFrom(messages, "en", "b", {}), "{missing}");
});

test("a count picks the plural form of the language", () => {
  const messages = { "left.one": "{count} task left", "left.other": "{count} tasks left" };
  assert.equal(messageFrom(messages, "en", "left", { count: 1 }), "1 task left");
  assert.equal(messageFrom(messages, "en", "left", { count: 2 }), "2 tasks left");
  assert.equal(messageFrom(messages, "ja", "left", { count: 1 }), "1 tasks left");
});

test("a missing message shows its key, but nothing before any message is here", () => {
  assert.equal(messageFrom({ a: "b" }, "en", "no-such"), "no-such");
  assert.equal(messageFrom({}, "en", "no-such"), "");
  assert.equal(messageFrom({ a: "b" }, "en", "toString"), "toString");
});

test("every language has the same keys with the same parameters", () => {
  const reference = table("en");
  /** @param {string} text */
  const parameters = (text) => [...new Set(text.match(/\{\w+\}/g))].sort().join();
  for (const language of LANGUAGES) {
    const messages = table(language);
    const base = (/** @type {string} */ key) => key.replace(/\.(zero|one|two|few|many|other)$/, "");
    assert.deepEqual(
      [...new Set(Object.keys(messages).map(base))].sort(),
      [...new Set(Object.keys(reference).map(base))].sort(),
      `keys of ${language}`,
    );
    for (const key of Object.keys(messages)) {
      if (key in reference) assert.equal(parameters(messages[key]), parameters(reference[key]), `${language}: ${key}`);
      assert.notEqual(messages[key].trim(), "", `${language}: ${key} is empty`);
    }
  }
});
