import assert from "node:assert/strict";
import test from "node:test";
import { parseRelaxedJson } from "../../../web/lib/json5.js";

/** @type {[string, unknown][]} */
const READ = [
  [`["Cat","Dog"]`, ["Cat", "Dog"]],
  [`['Cat','Dog']`, ["Cat", "Dog"]],
  [`{ text: 'None of the above' }`, { text: "None of the above" }],
  [`[{label: 'x', vertices: [{x: 1, y: -2},],},]`, [{ label: "x", vertices: [{ x: 1, y: -2 }] }]],
  [`[ // the first\n 1, /* and\n the second */ 2 ]`, [1, 2]],
  [`{"a-b": 1, c-d: 2, $e: 3, 4: 5}`, { "a-b": 1, "c-d": 2, $e: 3, 4: 5 }],
  [`[+1, .5, 5., 1e3, 0xFF, -0.25]`, [1, 0.5, 5, 1000, 255, -0.25]],
  [`'it\\'s \\u3042\\x41\\n\\\nend'`, "it's あA\nend"],
  [`"two\nlines"`, "two\nlines"],
  [`['Não', "猫", 'قط', "🐈"]`, ["Não", "猫", "قط", "🐈"]],
  [`true`, true],
  [`null`, null],
  [` [] `, []],
  [`{}`, {}],
  [`{\n  "boundingBox": {\n labels: ["bird", "cat"],\n value: [ { height: 284, }, ]\n },\n }`, { boundingBox: { labels: ["bird", "cat"], value: [{ height: 284 }] } }],
];

for (const [text, value] of READ) test(`reads ${text.replaceAll("\n", "⏎")}`, () => assert.deepEqual(parseRelaxedJson(text), value));

test("reads whatever JSON.stringify writes", () => {
  const value = { "": [], a: [1, -2.5, 1e21, true, false, null, { b: "\u2028\"'\\/\b" }] };
  assert.deepEqual(parseRelaxedJson(JSON.stringify(value, null, 2)), value);
});

test("__proto__ is an ordinary key", () => {
  const value = parseRelaxedJson(`{"__proto__": {"polluted": true}}`);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
  assert.equal(value.polluted, undefined);
  assert.ok(Object.hasOwn(value, "__proto__"));
});

/** @type {[string, RegExp][]} */
const REFUSED = [
  ["", /line 1, column 1: expected a value, found the end/],
  ["['Cat' 'Dog']", /line 1, column 8: expected "," or "\]", found "'"/],
  ["['Cat'", /column 7: expected "," or "\]", found the end/],
  ["{a 1}", /column 4: expected ":" after the key "a", found "1"/],
  ["Cat, Dog", /column 1: expected a value, found "C"/],
  ["[1] 2", /column 5: unexpected "2" after the value/],
  ["'Cat", /column 1: a string without its closing quote/],
  ["[\n1,\n,]", /line 3, column 1: expected a value, found ","/],
  ["'\\u12'", /expected 4 hexadecimal digits/],
  ["[1, /* no end", /column 5: expected a value, found "\/"/],
  ["[".repeat(100_000), /more than 200 levels/],
];

for (const [text, message] of REFUSED) {
  test(`refuses ${text.slice(0, 30).replaceAll("\n", "⏎")}`, () => {
    assert.throws(() => parseRelaxedJson(text), (error) => error instanceof SyntaxError && message.test(error.message));
  });
}
