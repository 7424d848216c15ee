import assert from "node:assert/strict";
import test from "node:test";
import { COMMAND_KEYS, KeyMap, LABEL_KEYS, assignKeys, combinations, isTextInput } from "../../../web/lib/keys.js";

/** @type {(key: string, code: string, more?: object) => import("../../../web/lib/keys.js").KeyPress} */
const press = (key, code, more = {}) => ({ key, code, ...more });
const nothing = () => {};

test("labels get the digits, then letters along the rows, and never a command's key", () => {
  assert.deepEqual(assignKeys(14), [..."1234567890qwer"]);
  assert.deepEqual(assignKeys(3, ["1", "3"]), ["2", "4", "5"]);
  assert.equal(assignKeys(100).filter((key) => key === "").length, 100 - LABEL_KEYS.length);
  assert.equal(new Set(LABEL_KEYS).size, LABEL_KEYS.length);
  for (const key of assignKeys(100)) assert.ok(!COMMAND_KEYS.has(key));
});

test("a press is named by the character it produces", () => {
  assert.deepEqual(combinations(press("a", "KeyQ")), ["a"]);
  assert.deepEqual(combinations(press("1", "Numpad1")), ["1"]);
  assert.deepEqual(combinations(press("?", "Slash", { shiftKey: true })), ["?"]);
  assert.deepEqual(combinations(press("S", "KeyS", { shiftKey: true })), ["Shift+s"]);
  assert.deepEqual(combinations(press("S", "KeyS")), ["s"], "caps lock");
  assert.deepEqual(combinations(press("z", "KeyZ", { metaKey: true })), ["Mod+z"]);
  assert.deepEqual(combinations(press("Z", "KeyZ", { ctrlKey: true, shiftKey: true })), ["Mod+Shift+z"]);
  assert.deepEqual(combinations(press("ArrowUp", "ArrowUp", { shiftKey: true })), ["Shift+ArrowUp"]);
});

test("where the character is no Latin letter or digit, the key's place stands in", () => {
  assert.ok(combinations(press("й", "KeyQ")).includes("q"));
  assert.ok(combinations(press("&", "Digit1")).includes("1"), "the French digit row");
  assert.ok(combinations(press("∫", "KeyB", { altKey: true })).includes("Alt+b"), "Alt on a Mac");
  assert.ok(!combinations(press("!", "Digit1", { shiftKey: true })).includes("1"), "Shift+1 is not 1");
});

test("position mode puts the place first", () => {
  assert.equal(combinations(press("a", "KeyQ"), { byPosition: true })[0], "q");
});

test("nothing acts while an input method composes, nor on a modifier alone", () => {
  assert.deepEqual(combinations(press("a", "KeyA", { isComposing: true })), []);
  assert.deepEqual(combinations(press("Process", "KeyA")), []);
  assert.deepEqual(combinations(press("Shift", "ShiftLeft", { shiftKey: true })), []);
});

test("text inputs keep their keys", () => {
  assert.ok(isTextInput({ tagName: "INPUT", type: "text" }));
  assert.ok(isTextInput({ tagName: "input", type: "date" }));
  assert.ok(isTextInput({ tagName: "TEXTAREA" }));
  assert.ok(isTextInput({ tagName: "SELECT" }));
  assert.ok(isTextInput({ tagName: "DIV", isContentEditable: true }));
  assert.ok(!isTextInput({ tagName: "INPUT", type: "radio" }));
  assert.ok(!isTextInput({ tagName: "BUTTON", type: "submit" }));
  assert.ok(!isTextInput(null));
});

test("the narrowest scope wins, and unbinding gives the key back", () => {
  const keys = new KeyMap();
  keys.bind({ scope: "global", combination: "b", kind: "command", run: nothing });
  const unbind = keys.bind({ scope: "tool", combination: "b", kind: "command", run: nothing });
  assert.equal(keys.resolve(press("b", "KeyB"))?.scope, "tool");
  unbind();
  assert.equal(keys.resolve(press("b", "KeyB"))?.scope, "global");
  assert.equal(keys.resolve(press("c", "KeyC")), undefined);
});

test("no label hides a command, nothing takes the browser's keys, doubles are seen", () => {
  const keys = new KeyMap();
  keys.bind({ scope: "tool", combination: "b", kind: "command", run: nothing });
  assert.throws(() => keys.bind({ scope: "page", combination: "b", kind: "label", run: nothing }), /it is a command's/);
  assert.throws(() => keys.bind({ scope: "page", combination: "Enter", kind: "label", run: nothing }), /it is a command's/);
  assert.throws(() => keys.bind({ scope: "page", combination: "Mod+w", kind: "command", run: nothing }), /the browser owns/);
  keys.bind({ scope: "page", combination: "1", kind: "label", run: nothing });
  assert.deepEqual(keys.conflicts(), []);
  keys.bind({ scope: "page", combination: "1", kind: "label", run: nothing });
  assert.deepEqual(keys.conflicts(), ["page: 1"]);
});
