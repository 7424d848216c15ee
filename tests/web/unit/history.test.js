import assert from "node:assert/strict";
import test from "node:test";
import { History, STEPS_MAX } from "../../../web/lib/history.js";

test("undo and redo walk through what was pushed", () => {
  const history = new History("a");
  assert.equal(history.undo(), false);
  history.push("b");
  history.push("c");
  assert.ok(history.undo());
  assert.equal(history.current, "b");
  assert.ok(history.redo());
  assert.equal(history.current, "c");
  assert.equal(history.redo(), false);
});

test("a new step drops what was undone", () => {
  const history = new History(0);
  history.push(1);
  history.undo();
  history.push(2);
  assert.equal(history.canRedo, false);
  history.undo();
  assert.equal(history.current, 0);
});

test("a reset leaves nothing to undo, and the number of steps is bounded", () => {
  const history = new History(0);
  for (let step = 1; step <= STEPS_MAX * 2; step++) history.push(step);
  assert.equal(history.steps.length, STEPS_MAX);
  assert.equal(history.current, STEPS_MAX * 2);
  history.reset(7);
  assert.equal(history.current, 7);
  assert.equal(history.canUndo, false);
});
