// A `cairn serve` of one's own for browser tests, with a requester's key to fill it: CAIRN_BIN names the binary.
import { execFile, spawn } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { deflateSync, crc32 } from "node:zlib";

const REGION = "us-east-1";
const ACCOUNT = "432418664414";
const START_MS = 20_000;

/** @param {string | Buffer} data */
const sha256 = (data) => createHash("sha256").update(data).digest("hex");
/** @param {string | Buffer} key @param {string} data */
const hmac = (key, data) => createHmac("sha256", key).update(data).digest();

/** Starts a server on an empty folder. */
export async function startCairn() {
  const binary = process.env.CAIRN_BIN;
  if (!binary) throw new Error("CAIRN_BIN names no cairn binary; `cargo xtask test web` builds one and names it");
  const folder = await mkdtemp(join(tmpdir(), "cairn-browser-"));
  const port = await freePort();
  const place = ["--data", folder, "--listen", `127.0.0.1:${port}`];
  // Settings of the developer's own shell must not reach the server under test.
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(CAIRN|AWS)_/.test(name)));
  const child = spawn(binary, ["serve", ...place], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const url = `http://127.0.0.1:${port}`;
  const until = Date.now() + START_MS;
  while (!(await fetch(`${url}/_/health`).then((answer) => answer.ok, () => false))) {
    if (child.exitCode !== null || Date.now() > until) throw new Error(`the server did not start:\n${said}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const admin = async (/** @type {string[]} */ ...words) => {
    const { stdout } = await promisify(execFile)(binary, ["admin", ...words, ...place, "--json"], { env: environment });
    return JSON.parse(stdout);
  };
  const key = await admin("access-key", "create", "tests");
  return new Cairn(url, port, key, admin, async () => {
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  });
}

export class Cairn {
  #key;

  /**
   * @param {string} url @param {number} port @param {{id: string, secret: string}} key
   * @param {(...words: string[]) => Promise<any>} admin `cairn admin …` @param {() => Promise<void>} stop
   */
  constructor(url, port, key, admin, stop) {
    this.url = url;
    this.port = port;
    this.admin = admin;
    this.stop = stop;
    this.#key = key;
  }

  /** Adds a worker to a team; gives the password to begin with. @param {string} name @param {string} team @returns {Promise<string>} */
  async addWorker(name, team) {
    return (await this.admin("person", "create", name, "--team", team)).password;
  }

  /** @param {string} path @param {string | Buffer} body */
  put(path, body) {
    return this.#send("PUT", "s3", path, body);
  }

  /** @param {string} path */
  remove(path) {
    return this.#send("DELETE", "s3", path, "");
  }

  /** @param {string} operation @param {unknown} request @returns {Promise<any>} */
  async call(operation, request) {
    const answer = await this.#send("POST", "sagemaker", "/", JSON.stringify(request), {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `SageMaker.${operation}`,
    });
    const text = await answer.text();
    return text === "" ? {} : JSON.parse(text);
  }

  /**
   * Creates a job out of the bucket `data`, and waits until its objects are out.
   *
   * @param {{ name: string, team: string, taskType: string, title: string, labels: string[], lines: unknown[],
   *   template: string, wanted: number, tags?: Record<string, string> }} job
   */
  async createJob({ name, team, taskType, title, labels, lines, template, wanted, tags = {} }) {
    await this.put(`/data/${name}.manifest`, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    await this.put(`/data/${name}.json`, JSON.stringify({ labels: labels.map((label) => ({ label })) }));
    await this.put(`/data/${name}.liquid`, template);
    const lambda = (/** @type {string} */ kind) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${kind}-${taskType}`;
    await this.call("CreateLabelingJob", {
      LabelingJobName: name,
      LabelAttributeName: "label",
      InputConfig: { DataSource: { S3DataSource: { ManifestS3Uri: `s3://data/${name}.manifest` } } },
      OutputConfig: { S3OutputPath: "s3://data/out/" },
      RoleArn: "arn:aws:iam::000000000000:role/labeling",
      LabelCategoryConfigS3Uri: `s3://data/${name}.json`,
      HumanTaskConfig: {
        WorkteamArn: `arn:aws:sagemaker:${REGION}:000000000000:workteam/private-crowd/${team}`,
        UiConfig: { UiTemplateS3Uri: `s3://data/${name}.liquid` },
        PreHumanTaskLambdaArn: lambda("PRE"),
        AnnotationConsolidationConfig: { AnnotationConsolidationLambdaArn: lambda("ACS") },
        TaskTitle: title,
        TaskDescription: "Choose the one that fits best.",
        NumberOfHumanWorkersPerDataObject: wanted,
        TaskTimeLimitInSeconds: 300,
        TaskAvailabilityLifetimeInSeconds: 864_000,
      },
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    });
    const { LabelingJobStatus: state, FailureReason: reason } = await this.#until(name, (state) => state !== "Initializing");
    if (state !== "InProgress") throw new Error(`${name}: ${state} ${reason ?? ""}`);
  }

  /** A job as it is described once it is over. @param {string} name */
  ended(name) {
    return this.#until(name, (state) => ["Completed", "Failed", "Stopped"].includes(state));
  }

  /** @param {string} name @param {(state: string) => boolean} is @returns {Promise<any>} */
  async #until(name, is) {
    const until = Date.now() + START_MS;
    for (;;) {
      const job = await this.call("DescribeLabelingJob", { LabelingJobName: name });
      if (is(job.LabelingJobStatus)) return job;
      if (Date.now() > until) throw new Error(`${name} is still ${job.LabelingJobStatus}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /**
   * A request signed as AWS's clients sign.
   *
   * @param {string} method @param {string} service @param {string} path without characters to encode
   * @param {string | Buffer} body @param {Record<string, string>} [headers]
   */
  async #send(method, service, path, body, headers = {}) {
    const date = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
    const payload = sha256(body);
    /** @type {Record<string, string>} */
    const all = { ...headers, host: `127.0.0.1:${this.port}`, "x-amz-content-sha256": payload, "x-amz-date": date };
    const names = Object.keys(all).sort();
    const signed = names.join(";");
    const canonical = [method, path, "", ...names.map((name) => `${name}:${all[name]}`), "", signed, payload].join("\n");
    const scope = `${date.slice(0, 8)}/${REGION}/${service}/aws4_request`;
    const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`;
    const key = scope.split("/").reduce((/** @type {string | Buffer} */ before, part) => hmac(before, part), `AWS4${this.#key.secret}`);
    const signature = hmac(key, text).toString("hex");
    const answer = await fetch(this.url + path, {
      method,
      body: method === "DELETE" ? undefined : body,
      headers: {
        ...all,
        authorization: `AWS4-HMAC-SHA256 Credential=${this.#key.id}/${scope}, SignedHeaders=${signed}, Signature=${signature}`,
      },
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/**
 * A picture as PNG.
 * @param {number} width @param {number} height @param {(x: number, y: number) => [number, number, number]} color
 */
export function png(width, height, color) {
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rows.set(color(x, y), y * (1 + width * 3) + 1 + x * 3);
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const chunk = (/** @type {string} */ type, /** @type {Buffer} */ data) => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}
