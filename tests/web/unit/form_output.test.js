import assert from "node:assert/strict";
import test from "node:test";
import { checkedFrom, checkedOutput, formOutput, textOutput } from "../../../web/lib/form_output.js";

/** @param {[string, unknown][]} fields */
const output = (...fields) => JSON.stringify(formOutput(fields.map(([name, value]) => ({ name, value }))));

test("fields become one object, in alphabetical order at every level", () => {
  assert.equal(output(["b", { z: 1, a: [{ d: 1, c: 2 }] }], ["a", "text"]), `{"a":"text","b":{"a":[{"c":2,"d":1}],"z":1}}`);
});

test("checkboxes of one name merge", () => {
  assert.equal(
    output(["image_attributes", checkedOutput("blurry", true)], ["image_attributes", checkedOutput("dim", true)], ["image_attributes", checkedOutput("exposed", false)]),
    `{"image_attributes":{"blurry":true,"dim":true,"exposed":false}}`,
  );
});

test("checkboxes of different names stay apart", () => {
  assert.equal(output(["Stop", checkedOutput("Red", true)], ["Go", checkedOutput("Green", false)]), `{"Go":{"Green":false},"Stop":{"Red":true}}`);
});

test("fields without name or value are left out, the later of two texts stands", () => {
  assert.equal(output(["", "x"], ["tag1", "blue"], ["tag2", undefined], ["_", "1"], ["_", "2"]), `{"_":"2","tag1":"blue"}`);
  assert.equal(output(["a", { b: 1 }], ["a", "text"]), `{"a":"text"}`);
  assert.equal(output(["a", ["x"]], ["a", ["y"]]), `{"a":["y"]}`);
});

test("names that objects already have are ordinary names", () => {
  assert.equal(output(["__proto__", "x"], ["constructor", "y"]), `{"__proto__":"x","constructor":"y"}`);
  assert.equal(output(["n", checkedOutput("__proto__", true)], ["n", checkedOutput("on", false)]), `{"n":{"__proto__":true,"on":false}}`);
});

test("a checkbox finds itself again in a merged answer", () => {
  assert.equal(checkedFrom({ a: true, b: false }, "b"), false);
  assert.equal(checkedFrom({ a: true }, "b"), undefined);
  assert.equal(checkedFrom("a", "a"), undefined);
  assert.equal(checkedFrom({ a: "yes" }, "a"), undefined);
  assert.equal(checkedFrom({}, "toString"), undefined);
});

test("line breaks become line feeds", () => assert.equal(textOutput("a\r\nb\rc\nd"), "a\nb\nc\nd"));
