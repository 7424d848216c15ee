// The console's rules, its reading of lists and addresses, and the figures it writes.
import assert from "node:assert/strict";
import test from "node:test";
import { emptyValues, problemsOf, requestOf } from "../../../web/console/create_job_values.js";
import { left, parts, percent, size } from "../../../web/console/figures.js";
import { readPeople } from "../../../web/console/people.js";
import { address, jobAddress, parseRoute } from "../../../web/console/route.js";
import { labelAttributeProblem, labelsOf, labelsProblem, nameProblem, numberProblem, s3Problem, suggestedOutput } from "../../../web/console/rules.js";

test("names: letters, digits and hyphens that stand between them", () => {
  for (const good of ["a", "birds-2026", "a--b", "9", "x".repeat(63)]) assert.equal(nameProblem(good), null, good);
  for (const bad of ["-a", "a-", "a b", "a_b", "é", "日本"]) assert.equal(nameProblem(bad), "name", bad);
  assert.equal(nameProblem(""), "required");
  assert.equal(nameProblem("x".repeat(64)), "name_too_long");
});

test("label attribute names: empty is the job's own, reserved ones are refused", () => {
  assert.equal(labelAttributeProblem(""), null);
  assert.equal(labelAttributeProblem("species"), null);
  for (const bad of ["source", "source-ref", "x-metadata", "mask-ref"]) assert.equal(labelAttributeProblem(bad), "reserved", bad);
});

test("S3 addresses: a file is not a folder", () => {
  assert.equal(s3Problem("s3://photos/a/b.manifest", "file"), null);
  assert.equal(s3Problem("s3://photos/a//b", "file"), null);
  assert.equal(s3Problem("s3://photos", "folder"), null);
  assert.equal(s3Problem("s3://photos/output/", "folder"), null);
  for (const bad of ["photos/a", "http://photos/a", "s3:/photos/a", "s3://Photos/a", "s3://p/a"]) assert.equal(s3Problem(bad, "file"), "s3_uri", bad);
  assert.equal(s3Problem("s3://photos", "file"), "s3_file");
  assert.equal(s3Problem("s3://photos/a/", "file"), "s3_file");
  assert.equal(s3Problem(`s3://photos/${"x".repeat(1_100)}`, "file"), "s3_too_long");
  assert.equal(suggestedOutput("s3://photos/birds/in.manifest"), "s3://photos/output/");
  assert.equal(suggestedOutput("nothing"), "");
});

test("numbers: whole, and within their bounds", () => {
  for (const good of ["1", "9", " 3 "]) assert.equal(numberProblem(good, 1, 9), null, good);
  for (const bad of ["0", "10", "2.5", "x", "1e1"]) assert.equal(numberProblem(bad, 1, 9), "out_of_range", bad);
  assert.equal(numberProblem("", 1, 9), "required");
});

test("labels: order kept, blank lines dropped, twins named", () => {
  const labels = labelsOf(" Cat \r\n\n犬\nCat\n");
  assert.deepEqual(labels, ["Cat", "犬", "Cat"]);
  assert.deepEqual(labelsProblem(labels), { code: "labels_twice", wrong: new Set([2]) });
  assert.equal(labelsProblem([]).code, "labels_none");
  assert.equal(labelsProblem(["Cat"]).code, "labels_few");
  assert.equal(labelsProblem(["Cat", "cat"]).code, null);
  assert.deepEqual(labelsProblem(["a", "𠮷".repeat(257)]), { code: "label_too_long", wrong: new Set([1]) });
  assert.equal(labelsProblem(["a", "𠮷".repeat(256)]).code, null);
  assert.equal(labelsProblem(Array.from({ length: 1_001 }, (_, index) => String(index))).code, "labels_many");
});

test("people: names, addresses and both, one a line", () => {
  assert.deepEqual(readPeople(`kana\n ken@example.com,\n"Mori, Aya" <aya@example.com>;\n森 彩 <m@example.jp>\n<x@example.com>\n`).people, [
    { name: "kana" },
    { name: "ken@example.com", email: "ken@example.com" },
    { name: "Mori, Aya", email: "aya@example.com" },
    { name: "森 彩", email: "m@example.jp" },
    { name: "x@example.com", email: "x@example.com" },
  ]);
});

test("people: what is wrong is named by its line, and left out", () => {
  const { people, problems } = readPeople("a\nA\nb@\n\nc <no-address>\nd <e@example.com>\ne@example.com");
  assert.deepEqual(people, [{ name: "a" }, { name: "d", email: "e@example.com" }]);
  assert.deepEqual(problems.map(({ line, code }) => [line, code]), [[2, "twice"], [3, "address"], [5, "address"], [7, "twice"]]);
});

test("addresses are read as they are written", () => {
  /** @param {string} hash */
  const read = (hash) => {
    const { query, ...route } = parseRoute(hash);
    return { ...route, query: query.toString() };
  };
  assert.deepEqual(read(""), { page: "jobs", query: "" });
  assert.deepEqual(read(address(["jobs"], { name: "a b", state: "" })), { page: "jobs", query: "name=a+b" });
  assert.deepEqual(read(jobAddress("a/b%?")), { page: "job", name: "a/b%?", tab: "overview", query: "" });
  assert.deepEqual(read(jobAddress("new", "labels", { label: "猫&?" })), { page: "job", name: "new", tab: "labels", query: new URLSearchParams({ label: "猫&?" }).toString() });
  assert.deepEqual(read("#/settings/keys"), { page: "keys", query: "" });
  for (const nowhere of ["#/jobs/a/b", "#/jobs/a/labels/x", "#/x", "#/settings/x", "#/workers/1", "#/jobs/%", "#/create-job/x"]) assert.equal(read(nowhere).page, "nowhere", nowhere);
});

test("the parts of a bar add up, and what is left is never below nothing", () => {
  const counts = { total: 10, human: 4, machine: 3, failed: 1 };
  assert.deepEqual(parts(counts).map(({ kind, count, share }) => [kind, count, share]), [["human", 4, 0.4], ["machine", 3, 0.3], ["failed", 1, 0.1], ["left", 2, 0.2]]);
  assert.equal(left({ total: 0, human: 2, machine: 0, failed: 0 }), 0);
});

test("a percentage says neither nothing nor all when that is not so", () => {
  assert.deepEqual([0, 0.0001, 0.01, 0.5, 0.994, 0.9999, 1].map(percent), ["0%", "<1%", "1%", "50%", "99%", "99%", "100%"]);
});

test("sizes have one unit", () => {
  assert.deepEqual([0, 999, 84_211, 3_000_000_000].map(size), ["0 bytes", "999 bytes", "84.2 kB", "3 GB"]);
});

test("a form that is right becomes the request, trimmed, minutes as seconds, and nothing that was left empty", () => {
  const values = { ...emptyValues(), name: " birds ", inputManifest: " s3://photos/in.manifest ", outputPath: "s3://photos/out/", header: "Which?", labels: "A\nB", workteam: "t", taskTimeLimitMinutes: "2", submitOnKey: true };
  assert.ok(Object.values(problemsOf(values)).every((problem) => problem === null));
  assert.deepEqual(requestOf(values), {
    name: "birds", taskType: "ImageMultiClass", labels: ["A", "B"], header: "Which?", instructions: "", inputManifest: "s3://photos/in.manifest", outputPath: "s3://photos/out/",
    workteam: "t", workersPerObject: 3, taskTimeLimitSeconds: 120, consolidation: "cairn", submitOnKey: true,
  });
  assert.equal(requestOf({ ...values, taskType: "TextMultiClassMultiLabel" }).submitOnKey, false);
  assert.equal(requestOf({ ...values, confidenceTarget: "85" }).confidenceTarget, 85);
  assert.equal(requestOf({ ...values, confidenceTarget: "85", consolidation: "majority-vote" }).confidenceTarget, undefined);
  assert.deepEqual(problemsOf({ ...values, confidenceTarget: "100" }).confidenceTarget, { code: "out_of_range", params: { min: 50, max: 99 } });
  assert.equal(requestOf({ ...values, answersMean: "2.5" }).answersMean, 2.5);
  assert.deepEqual(requestOf({ ...values, consolidation: "hook:mine", answersMean: "2.5" }).answersMean, undefined);
  for (const [answersMean, code] of [["1", undefined], ["3", undefined], ["3.1", "mean_out_of_range"], ["0.9", "mean_out_of_range"], ["2.25", "mean_out_of_range"], ["x", "mean_out_of_range"]]) {
    assert.equal(problemsOf({ ...values, answersMean: String(answersMean) }).answersMean?.code, code, answersMean);
  }
  assert.deepEqual(problemsOf({ ...values, answersMean: "2", confidenceTarget: "90" }).answersMean, { code: "one_of_two" });
  const empty = problemsOf(emptyValues());
  assert.deepEqual(Object.keys(empty).filter((name) => empty[name]), ["name", "inputManifest", "outputPath", "header", "labels", "workteam"]);
});
