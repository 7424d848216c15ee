// What the console's test server holds at the start: a dozen jobs in every state, enough more for paging, two teams.

/** @import * as T from "../../../web/console/types.js" */

const HOUR = 3_600_000;
const ARN = "arn:aws:sagemaker:ap-northeast-1:000000000000";
const BIRDS = ["Sparrow", "Crow", "Great tit", "Bulbul", "Grey heron", "No bird"];
const MOODS = ["満足", "不満", "どちらでもない"];
const REVIEWS = ["駅から近く、朝食もおいしかったです。スタッフの方も親切でした。", "部屋が思ったより狭く、空調の音が気になりました。", "The keyboard is quiet and the battery lasts for weeks.", "普通のホテルです。値段相応だと思います。", "届くまでに二週間かかりました。箱もつぶれていました。"];

/** A drawn bird of sorts. @param {number} id */
export function picture(id) {
  const hue = (id * 67) % 360;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300" width="400" height="300"><rect width="400" height="300" fill="hsl(${(hue + 160) % 360} 32% 78%)"/><path d="M0 235 L400 ${215 + (id % 5) * 8} L400 300 L0 300Z" fill="hsl(${(hue + 100) % 360} 24% 48%)"/><ellipse cx="200" cy="165" rx="${58 + (id % 4) * 8}" ry="40" fill="hsl(${hue} 38% 38%)"/><circle cx="${250 + (id % 3) * 6}" cy="122" r="25" fill="hsl(${hue} 38% 32%)"/><path d="M${273 + (id % 3) * 6} 119 l25 6 l-25 6Z" fill="#d9a441"/><circle cx="${257 + (id % 3) * 6}" cy="117" r="4" fill="#111"/></svg>`;
}

/** The worker's page of a preview, with the real elements. @param {T.Preview} preview */
export function taskPage({ taskType, labels, header, instructions, fullInstructions, object = 0 }) {
  const text = (/** @type {string} */ value) => value.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
  const multi = taskType.endsWith("MultiLabel") ? "-multi-select" : "";
  const about = `<short-instructions>${text(instructions)}</short-instructions><full-instructions header="Instructions">${text(fullInstructions ?? "")}</full-instructions>`;
  const categories = `header="${text(header)}" categories="${text(JSON.stringify(labels))}"`;
  const element = taskType.startsWith("Image")
    ? `<crowd-image-classifier${multi} name="a" src="/objects/${object}.svg" ${categories}>${about}</crowd-image-classifier${multi}>`
    : `<crowd-classifier${multi} name="a" ${categories}><classification-target>${text(REVIEWS[object % REVIEWS.length])}</classification-target>${about}</crowd-classifier${multi}>`;
  return `<!doctype html><script type="module" src="/_/assets/elements/index.js"></script><crowd-form>${element}</crowd-form>`;
}

/** @param {Partial<T.Progress> & {counts: T.Counts}} own @param {string[]} labels @returns {T.Progress} */
function progressOf(own, labels) {
  const done = own.counts.human + own.counts.machine;
  const shares = labels.map((_, index) => 1 / (index + 1.4));
  const sum = shares.reduce((a, b) => a + b, 0);
  return {
    state: "InProgress",
    answers: own.counts.human * 3,
    activeWorkers: 0,
    perHour: null,
    secondsLeft: null,
    agreement: done > 0 ? 0.874 : null,
    saved: null,
    distribution: labels.map((label, index) => ({ label, count: Math.round((done * shares[index]) / sum) })),
    iterations: done > 0 ? [
      { number: 1, objects: 10, labeled: 10, failed: 0, startedAt: Date.now() - 3 * HOUR, finishedAt: Date.now() - 2.8 * HOUR },
      { number: 2, objects: own.counts.total - 10, labeled: Math.max(0, done - 10), failed: own.counts.failed, startedAt: Date.now() - 2.8 * HOUR, finishedAt: null },
    ] : [],
    changedAt: Date.now(),
    finishedAt: null,
    ...own,
  };
}

/**
 * One job with all that belongs to it.
 *
 * @param {{name: string, title?: string, taskType?: T.TaskType, labels?: string[], createdAt?: number, body?: T.CreateJob}} own
 * @param {Partial<T.Progress> & {counts: T.Counts}} progress
 */
function makeJob({ name, title = name, taskType = "ImageMultiClass", labels = BIRDS, createdAt = Date.now(), body }, progress) {
  const image = taskType.startsWith("Image");
  /** @type {T.Labeled[]} */
  const labeled = Array.from({ length: Math.min(140, progress.counts.human + progress.counts.machine) }, (_, index) => ({
    objectId: String(900 - index),
    ...(image ? { url: `/objects/${index}.svg`, uri: `s3://photos/birds/${900 - index}.jpg` } : { text: REVIEWS[index % REVIEWS.length] }),
    labels: taskType.endsWith("MultiLabel")
      ? labels.slice(0, 1 + (index % 2)).map((label) => ({ name: label, confidence: 0.62 }))
      : [{ name: labels[[0, 1, 0, 2, 0, 1, 3, 0, 4, 1, 5, 0][index % 12] % labels.length], confidence: index % 7 === 0 ? 0.51 : 0.95 }],
    by: progress.counts.machine > 0 && index % 5 === 4 ? "machine" : "human",
    answers: 3,
    labeledAt: Date.now() - index * 47_000,
  }));
  /** @type {T.Failure[]} */
  const failures = Array.from({ length: progress.counts.failed }, (_, index) => ({
    objectId: String(40 + index * 13),
    ...(image ? { url: index % 3 === 0 ? "/objects/none" : `/objects/${40 + index}.svg`, uri: `s3://photos/birds/${40 + index * 13}.jpg` } : { text: REVIEWS[index % REVIEWS.length] }),
    code: ["missing_object", "declined", "expired"][index % 3],
    reason: ["ClientError: the image does not exist", "every worker it was offered to declined it", "ClientError: Annotation tasks expired"][index % 3],
    failedAt: Date.now() - index * 600_000,
    retryable: index % 4 !== 3,
  }));
  return {
    name, title, taskType, createdAt, labels: labeled, failures,
    progress: progressOf(progress, labels),
    /** @returns {T.Job} */
    public() {
      const over = ["Completed", "Stopped"].includes(this.progress.state);
      return {
        name, arn: `${ARN}:labeling-job/${name.toLowerCase()}`, title, description: title, taskType, createdAt, progress: this.progress,
        configuration: {
          inputManifest: body?.inputManifest ?? "s3://photos/birds/input.manifest",
          outputPath: body?.outputPath ?? "s3://photos/output/",
          outputManifest: { uri: `s3://photos/output/${name}/manifests/output/output.manifest`, ready: over },
          labelCategoryConfig: `s3://photos/output/${name}/annotation-tool/data.json`,
          labelAttributeName: body?.labelAttributeName ?? name,
          template: `s3://photos/output/${name}/annotation-tool/template.liquid`,
          workteam: { name: body?.workteam ?? "birders", arn: `${ARN}:workteam/private-crowd/birders` },
          workersPerObject: body?.workersPerObject ?? 3,
          taskTimeLimitSeconds: body?.taskTimeLimitSeconds ?? 300,
          taskAvailabilityLifetimeSeconds: 864_000,
          maxConcurrentTaskCount: 1_000,
          keywords: ["birds", "photos"],
          preHumanTaskFunction: `arn:aws:lambda:ap-northeast-1:477331159723:function:PRE-${taskType}`,
          consolidationFunction: `arn:aws:lambda:ap-northeast-1:477331159723:function:ACS-${taskType}`,
          consolidation: body?.consolidation ?? "cairn",
          confidenceTarget: body?.confidenceTarget === undefined ? null : body.confidenceTarget / 100,
          answersMean: null,
          workersMin: 2,
          submitOnKey: body?.submitOnKey ?? true,
          roleArn: "arn:aws:iam::000000000000:role/CairnRequester",
          maxHumanLabeledObjectCount: null,
          maxPercentageOfInputDatasetLabeled: null,
          tags: [{ key: "season", value: "2026" }, { key: "cairn:consolidation", value: "ground-truth" }],
        },
      };
    },
  };
}

/** @param {{empty?: boolean}} options */
export function seed({ empty = false }) {
  const now = Date.now();
  const jobs = empty ? [] : [
    makeJob({ name: "birds-2026", title: "Which bird is in the picture?", createdAt: now - 3 * HOUR }, { counts: { total: 1_000, human: 612, machine: 200, failed: 7 }, perHour: 238, secondsLeft: 2_740, activeWorkers: 4 }),
    makeJob({ name: "reviews-ja", title: "このレビューの気持ちは？", taskType: "TextMultiClass", labels: MOODS, createdAt: now - 70 * HOUR }, { state: "Completed", counts: { total: 5_000, human: 4_996, machine: 0, failed: 4 }, finishedAt: now - 20 * HOUR }),
    makeJob({ name: "street-scenes-night-second-round-with-a-long-name", title: "What can be seen?", taskType: "ImageMultiClassMultiLabel", labels: ["Car", "Person", "Bicycle"], createdAt: now - 60_000 }, { state: "Initializing", heldUp: { reason: "the bucket `street-scenes` did not answer: connection refused (os error 111)", since: now - 50_000 }, counts: { total: 0, human: 0, machine: 0, failed: 0 } }),
    makeJob({ name: "product-photos", createdAt: now - 200 * HOUR }, { state: "Failed", failureReason: "ClientError: line 12 of s3://photos/products/input.manifest is not JSON", counts: { total: 0, human: 0, machine: 0, failed: 0 }, finishedAt: now - 199 * HOUR }),
    makeJob({ name: "birds-2025", createdAt: now - 400 * HOUR }, { state: "Stopped", counts: { total: 12_000, human: 3_400, machine: 5_100, failed: 12 }, finishedAt: now - 300 * HOUR }),
    ...Array.from({ length: 120 }, (_, index) => makeJob({ name: `archive-${String(index + 1).padStart(3, "0")}`, createdAt: now - (500 + index * 9) * HOUR }, { state: "Completed", counts: { total: 800 + index, human: 800 + index, machine: 0, failed: 0 }, finishedAt: now - (490 + index * 9) * HOUR })),
  ];
  /** @type {T.Team[]} */
  const teams = empty ? [] : [
    { name: "birders", arn: `${ARN}:workteam/private-crowd/birders`, description: "Know the birds of the region", members: 0, jobs: 2, createdAt: now - 900 * HOUR },
    { name: "readers-ja", arn: `${ARN}:workteam/private-crowd/readers-ja`, description: "日本語の文章を読む方", members: 0, jobs: 0, createdAt: now - 700 * HOUR },
  ];
  /** @type {T.Worker[]} */
  const workers = empty ? [] : [
    { id: "p-aya", name: "aya", email: "aya@example.com", role: "administrator", state: "active", teams: ["birders"], answers: 40, lastSeenAt: now - 20_000, createdAt: now - 900 * HOUR },
    { id: "w-1", name: "Hana Sato", email: "hana@example.com", role: "worker", state: "active", teams: ["birders", "readers-ja"], answers: 1_204, lastSeenAt: now - 240_000, createdAt: now - 800 * HOUR },
    { id: "w-2", name: "ken", email: null, role: "worker", state: "active", teams: ["birders"], answers: 611, lastSeenAt: now - 26 * HOUR, createdAt: now - 800 * HOUR },
    { id: "w-3", name: "森 彩", email: "mori@example.com", role: "worker", state: "invited", teams: ["readers-ja"], answers: 0, lastSeenAt: null, createdAt: now - 5 * HOUR },
    { id: "w-4", name: "old-account", email: "somebody.with.a.long.address@department.example.com", role: "worker", state: "disabled", teams: [], answers: 88, lastSeenAt: now - 2_000 * HOUR, createdAt: now - 3_000 * HOUR },
  ];
  /** @type {T.AccessKey[]} */
  const keys = empty ? [] : [{ id: "AKIACAIRN00000000000", name: "nightly import", role: "requester", state: "active", createdAt: now - 300 * HOUR, lastUsedAt: now - 4 * HOUR }];
  /** @type {T.Person[]} */
  const people = [
    { id: "p-aya", name: "aya", role: "administrator", mustChangePassword: false },
    { id: "p-rei", name: "rei", role: "requester", mustChangePassword: false },
    { id: "p-new", name: "new", role: "requester", mustChangePassword: true },
    { id: "w-1", name: "hana", role: /** @type {any} */ ("worker"), mustChangePassword: false },
  ];
  return {
    jobs, teams, workers, keys, people, picture, taskPage,
    passwords: new Map([["aya", "a good password"], ["rei", "a good password"], ["new", "given-once"], ["hana", "a good password"]]),
    buckets: ["photos", "reviews"],
    /** @param {T.CreateJob} body */
    newJob: (body) => makeJob({ name: body.name, title: body.header, taskType: body.taskType, labels: body.labels, body }, { state: "Initializing", counts: { total: 0, human: 0, machine: 0, failed: 0 } }),
    /** @param {T.ManifestCheck} check @returns {T.ManifestReport} */
    report: ({ uri, taskType }) => {
      const first = Array.from({ length: 5 }, (_, index) => (taskType.startsWith("Image") ? { objectId: String(index), url: `/objects/${index}.svg`, uri: `s3://photos/birds/${index}.jpg` } : { objectId: String(index), text: REVIEWS[index] }));
      const bad = uri.includes("bad");
      return {
        lines: 1_000, bytes: 84_211, complete: true, labeled: 0, first,
        errorCount: bad ? 3 : 0,
        errors: bad ? [{ line: 12, code: "not_json", message: "not a JSON object" }, { line: 40, code: "no_source", message: "neither `source` nor `source-ref`" }, { line: 41, code: "bad_uri", message: "`source-ref` is not an S3 address: ftp://x" }] : [],
      };
    },
  };
}
