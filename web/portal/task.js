/**
 * Labeling: one job's tasks, one after another. A submit puts the next task, already loaded, before the worker's eyes and
 * lets the answer travel behind; the server's reply to it brings the task after that. This file decides what happens
 * when; what is shown is `task_view.js`'s, frames are `frames.js`'s, leases `lease.js`'s, answers `queue.js`'s.
 */

import * as api from "./api.js";
import { serverNow } from "../pages/clock.js";
import { askDeclineReason } from "./decline.js";
import { showDialog } from "../pages/dialogs.js";
import { Drafts } from "./drafts.js";
import { codeText, errorText } from "../pages/errors.js";
import { clockTime } from "../pages/format.js";
import { TaskFrame } from "../pages/frames.js";
import { belongsToControl, commandOf, keyOverlay, pressOf } from "./keys.js";
import { LeaseKeeper, phase } from "./lease.js";
import { language, t } from "../pages/messages.js";
import { preferences } from "../pages/preferences.js";
import { WAITING_LIMIT } from "./queue.js";
import { Review } from "./review.js";
import { openSettings } from "../pages/settings.js";
import { saveStatus } from "./status.js";
import { announce, heldElsewhere, randomId } from "./tabs.js";
import { TaskView } from "./task_view.js";
import { nextLook, reasonWords } from "./waiting.js";

/** @import { App } from "./index.js" */
/** @import { Command } from "./keys.js" */
/** @import { Answer, Outcome } from "./queue.js" */
/** @import { Assignment, Draft, Job, Reason } from "./types.js" */

/** A frame that was asked to submit and says nothing for this long may be asked again. */
const SUBMIT_PATIENCE_MS = 4_000;

/** When a time limit has passed and nobody is there, the task held ahead is given back after this long. */
const ABSENT_MS = 60_000;

/**
 * @typedef {object} Task
 * @property {Assignment} assignment
 * @property {TaskFrame} frame
 * @property {Draft|null} draft what it starts from
 */

export class TaskPage {
  #app;
  #job;
  #view;
  #keeper;
  #drafts;
  #review;
  /** Before the worker's eyes. @type {Task|null} */
  #front = null;
  /** Loaded behind it. @type {Task|null} */
  #back = null;
  /** One request for work at a time. */
  #asking = false;
  /** The front frame was asked to submit. @type {ReturnType<typeof setTimeout>|null} */
  #submitting = null;
  /** The front task can no longer be answered. @type {string|null} */
  #ended = null;
  #warned = false;
  /** @type {Reason | {code: "offline"} | null} */
  #reason = null;
  #looks = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #lookTimer;
  #leaving = new AbortController();
  #closed = false;

  /** @param {App} app @param {Element} root @param {Job} job @param {string} [answer] an answer to begin with, by its assignment */
  constructor(app, root, job, answer) {
    this.#app = app;
    this.#job = job;
    this.answer = answer;
    this.#view = new TaskView(root, (command) => this.#run(command));
    this.#keeper = new LeaseKeeper({
      now: serverNow,
      beat: api.heartbeat,
      later: setTimeout.bind(globalThis),
      cancel: clearTimeout.bind(globalThis),
      lost: (id, code) => this.#lost(id, code),
    });
    this.#drafts = new Drafts({
      worker: app.worker.id,
      store: app.store.drafts,
      now: serverNow,
      save: api.saveDraft,
      later: setTimeout.bind(globalThis),
      changed: () => this.#tick(),
    });
    const events = {
      /** @param {TaskFrame} frame @param {unknown} content @param {number|undefined} timeSpentMs */
      answer: (frame, content, timeSpentMs) => this.#answered(frame, content, timeSpentMs),
      /** @param {TaskFrame} frame @param {string} message */
      invalid: (frame, message) => this.#invalid(frame, message),
      /** @param {TaskFrame} _ @param {import("../pages/frames.js").KeyPress} key */
      key: (_, key) => {
        const command = commandOf(key);
        if (command) this.#run(command);
      },
      submitRequest: () => this.#run("submit"),
    };
    this.#review = new Review({
      job: job.job,
      stage: this.#view.stage,
      events,
      prepare: (frame) => this.#settle(frame, false),
      changed: () => this.#reviewChanged(),
    });
    this.#events = {
      ...events,
      ready: (/** @type {TaskFrame} */ frame) => this.#ready(frame),
      failed: (/** @type {TaskFrame} */ frame) => this.#failed(frame),
      change: (/** @type {TaskFrame} */ frame, /** @type {unknown} */ content) => {
        this.#view.clearNotice("invalid");
        if (frame === this.#front?.frame) this.#drafts.change(frame.assignment, content);
      },
      objectError: (/** @type {TaskFrame} */ frame, /** @type {string} */ url, /** @type {string} */ message) =>
        this.#objectError(frame, url, message),
    };
  }

  /** @type {import("../pages/frames.js").FrameEvents} */
  #events;

  async open() {
    this.#view.mount();
    const signal = this.#leaving.signal;
    const timer = setInterval(() => this.#tick(), 1_000);
    signal.addEventListener("abort", () => clearInterval(timer));
    document.addEventListener("keydown", (event) => this.#keydown(event), { signal });
    addEventListener("online", () => this.#onlineAgain(), { signal });
    addEventListener("offline", () => this.#tick(), { signal });
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#drafts.flush() : this.#awake()), { signal });
    addEventListener("pagehide", () => this.close(true), { signal });
    // After a press on one of the portal's buttons the keyboard goes back to the task.
    this.#view.stage.addEventListener("pointerenter", () => this.#focusTask(), { signal });
    this.draw();
    await this.#ask();
    if (this.answer) await this.#review.jumpTo(this.answer);
  }

  /** Writes the bars anew, in the language of now. */
  draw() {
    const reviewing = this.#review.entry !== null;
    const frame = reviewing ? this.#review.frame : this.#front?.frame;
    this.#view.bars({
      title: this.#job.title,
      team: this.#job.team,
      done: this.#job.doneByMe,
      left: this.#job.left,
      instructions: frame?.info?.instructions ?? false,
      canDecline: this.#front !== null && this.#ended === null,
      canSubmit: frame?.state === "ready" && (reviewing || this.#ended === null),
      canGoBack: this.#review.hasOlder && (reviewing || this.#job.doneByMe > 0),
      review: reviewing ? { text: this.#review.words, open: this.#review.open } : null,
    });
    this.#tick();
  }

  /**
   * Leaves the page. An untouched task goes back to the pool for others; a begun one stays this worker's until its lease
   * ends, so that it can be taken up again.
   *
   * @param {boolean} [unloading] the tab closes: requests must outlive it
   */
  close(unloading = false) {
    if (this.#closed) return;
    this.#closed = true;
    this.#leaving.abort();
    clearTimeout(this.#lookTimer);
    this.#drafts.flush();
    const options = { leaving: unloading };
    const letGo = (/** @type {Task|null} */ task) => void (task && api.release(task.assignment.id, options).catch(() => undefined));
    letGo(this.#back);
    if (!this.#drafts.touched && this.#ended === null) letGo(this.#front);
    this.#keeper.dropAll();
    announce(this.#app.worker.id, []);
    this.#review.frame?.dispose();
    this.#front?.frame.dispose();
    this.#back?.frame.dispose();
  }

  /** What a submit of this job's answer tells the server besides. @param {Answer} answer */
  sendingContext(answer) {
    if (this.#closed || answer.job !== this.#job.job) return null;
    return {
      ...(this.#front ? { showing: this.#front.assignment.id } : {}),
      next: !answer.correction && this.#back === null && !this.#asking,
      holding: this.#holding(),
    };
  }

  /** The server's word on an answer. @param {Answer} answer @param {Outcome} outcome */
  settled(answer, outcome) {
    if (this.#closed || answer.job !== this.#job.job) return;
    const { reply, refused } = outcome;
    if (refused) {
      this.#refused(answer, refused);
    } else if (reply) {
      this.#drafts.forget(answer.assignment);
      this.#review.settled(answer.assignment, { correctableUntil: reply.correctableUntil });
      if (answer.correction) this.#view.notice("info", t("portal.review.saved"), { kind: "review" });
      if (reply.counts && this.#app.queue?.waiting === 0) Object.assign(this.#job, reply.counts);
      if (reply.next) void this.#place(reply.next);
      else if (!this.#front && !answer.correction) {
        if (reply.reason) this.#wait(reply.reason);
        else void this.#ask();
      }
    }
    if (refused && !this.#front) void this.#ask();
    this.draw();
  }

  /** The number of waiting answers, or the way to the server, is another now. */
  queueChanged() {
    this.#tick();
    if (this.#reason?.code === "offline") this.#wait(this.#reason, true);
    // The answer that was to bring the next task found no way to the server.
    else if (!this.#front && !this.#asking && this.#app.queue?.stuck) this.#wait({ code: "offline" });
  }

  // ---- work in ----------------------------------------------------------------------------------------------------

  /** Asks for a task to show now. */
  async #ask() {
    if (this.#asking || this.#closed) return;
    this.#asking = true;
    clearTimeout(this.#lookTimer);
    if (!this.#reason) this.#view.loading();
    try {
      const reply = await api.next(this.#job.job, this.#holding(), false);
      this.#asking = false;
      if (reply.assignment) await this.#place(reply.assignment);
      else this.#wait(reply.reason ?? { code: "no_objects_open" });
    } catch (error) {
      this.#asking = false;
      const failure = /** @type {api.ApiError} */ (error);
      if (failure.passing) this.#wait({ code: "offline" });
      else if (failure.code === "job_over" || failure.status === 404) this.#wait({ code: "job_over" });
      else this.#coverError(errorText(error));
    }
  }

  /** Asks for the task after this one, while the worker is busy with this one. */
  async #prefetch() {
    if (this.#asking || this.#back || !this.#front || this.#closed || this.#ended !== null) return;
    this.#asking = true;
    try {
      const reply = await api.next(this.#job.job, this.#holding(), true);
      this.#asking = false;
      if (reply.assignment) await this.#place(reply.assignment);
    } catch {
      // The next submit brings one, or says why there is none.
      this.#asking = false;
    }
  }

  /** Takes a task in: to the front if nothing is there, else behind it. @param {Assignment} assignment */
  async #place(assignment) {
    const draft = await this.#drafts.newest(assignment);
    const held = [this.#front, this.#back].some((task) => task?.assignment.id === assignment.id);
    if (this.#closed || held) return;
    if (this.#front && this.#back) {
      // Two are at hand already; this one is for others.
      void api.release(assignment.id).catch(() => undefined);
      return;
    }
    const frame = new TaskFrame(this.#view.stage, assignment, t("portal.task.frame"), this.#events);
    const task = { assignment, frame, draft };
    this.#keeper.hold(assignment, this.#front === null);
    if (this.#front) this.#back = task;
    else this.#present(task);
    announce(this.#app.worker.id, this.#keeper.holding);
  }

  /** Puts a task before the worker's eyes. @param {Task} task */
  #present(task) {
    this.#front = task;
    this.#reason = null;
    this.#looks = 0;
    this.#ended = null;
    this.#warned = false;
    clearTimeout(this.#lookTimer);
    this.#keeper.show(task.assignment.id, this.#limitMs());
    this.#drafts.begin(task.assignment.id, task.draft);
    if (this.#review.entry === null) {
      task.frame.show();
      if (task.frame.state === "ready") {
        this.#view.uncover();
        this.#focusTask();
      } else if (task.frame.state === "failed") this.#failed(task.frame);
      else this.#view.loading();
    }
    if (task.draft) {
      this.#view.notice("info", t("portal.task.draft_restored", { time: clockTime(task.draft.savedAt) }), { kind: "draft" });
    }
    this.draw();
  }

  /** @param {TaskFrame} frame */
  #ready(frame) {
    const task = this.#taskOf(frame);
    if (!task) return;
    this.#settle(frame, task.assignment.submitOnKey);
    const content = frame.content ?? task.draft?.content;
    if (content !== undefined) frame.send({ type: "restore", content });
    if (task !== this.#front) return;
    if (this.#review.entry === null && this.#ended === null) {
      this.#view.uncover();
      this.#focusTask();
    }
    this.draw();
    void this.#prefetch();
  }

  /** Tells a frame how the worker wants it. @param {TaskFrame} frame @param {boolean} jobSubmitsOnKey */
  #settle(frame, jobSubmitsOnKey) {
    const { theme, textSize, submitOnKey } = preferences();
    frame.send({
      type: "settings",
      language: language(),
      theme,
      textSize,
      submitOnKey: submitOnKey === "job" ? jobSubmitsOnKey : submitOnKey === "always",
    });
  }

  /** @param {TaskFrame} frame */
  #failed(frame) {
    if (frame !== this.#front?.frame) return;
    this.#view.cover({
      title: t("portal.task.failed"),
      text: t("portal.task.failed.help"),
      note: frame.failure,
      actions: [
        [t("portal.task.decline"), () => this.#run("decline")],
        [
          t("page.try_again"),
          () => {
            this.#view.loading();
            frame.reload();
          },
          true,
        ],
      ],
    });
  }

  // ---- answers out ------------------------------------------------------------------------------------------------

  #submit() {
    const reviewing = this.#review.entry !== null;
    const frame = reviewing ? this.#review.frame : this.#front?.frame;
    if (!frame || frame.state !== "ready" || this.#submitting !== null) return;
    if (reviewing ? !this.#review.open : this.#ended !== null || this.#view.covered) return;
    if ((this.#app.queue?.waiting ?? 0) >= WAITING_LIMIT) {
      this.#view.notice("attention", t("portal.task.too_many_waiting"), { kind: "queue" });
      return;
    }
    this.#submitting = setTimeout(() => (this.#submitting = null), SUBMIT_PATIENCE_MS);
    frame.send({ type: "submit" });
  }

  /** @param {TaskFrame} frame @param {string} message */
  #invalid(frame, message) {
    if (frame !== this.#review.frame && frame !== this.#front?.frame) return;
    this.#endSubmitting();
    this.#view.notice("attention", message || t("portal.task.invalid"), { kind: "invalid" });
    frame.focus();
  }

  /** @param {TaskFrame} frame @param {unknown} content @param {number|undefined} timeSpentMs */
  #answered(frame, content, timeSpentMs) {
    this.#endSubmitting();
    if (frame === this.#review.frame) return this.#corrected(content, timeSpentMs ?? 0);
    const task = this.#front;
    if (!task || frame !== task.frame || this.#ended !== null) return;
    const { id, objectId, page } = task.assignment;
    this.#view.clearNotice("invalid");
    this.#view.clearNotice("draft");
    this.#job.doneByMe += 1;
    this.#job.left = Math.max(0, this.#job.left - 1);
    this.#review.answered({ id, objectId, page, content, submittedAt: serverNow(), correctableUntil: null });
    const key = randomId();
    // The next task first: what follows costs a few milliseconds that the worker need not wait for.
    this.#advance();
    this.#send({ key, job: this.#job.job, assignment: id, objectId, content, timeSpentMs: timeSpentMs ?? 0, correction: false });
  }

  /** @param {unknown} content @param {number} timeSpentMs */
  #corrected(content, timeSpentMs) {
    const entry = this.#review.entry;
    if (!entry || !this.#review.open) return;
    this.#review.answered({ ...entry, content });
    this.#review.leave();
    this.#send({
      key: randomId(),
      job: this.#job.job,
      assignment: entry.id,
      objectId: entry.objectId,
      content,
      timeSpentMs,
      correction: true,
    });
  }

  /** @param {Omit<Answer, "worker"|"order">} answer */
  #send(answer) {
    this.#app.queue?.add(answer).catch((error) => {
      // It is in memory and on its way; only a closed tab could lose it now.
      this.#view.notice("attention", t("portal.task.not_kept", { message: String(error) }), { kind: "queue" });
    });
  }

  /** Takes the front task away and puts the one behind in its place. */
  #advance() {
    const old = this.#front;
    const next = this.#back;
    this.#front = null;
    this.#back = null;
    if (old) this.#keeper.drop(old.assignment.id);
    if (next) this.#present(next);
    else {
      this.#drafts.begin(null);
      this.#view.loading();
    }
    old?.frame.dispose();
    announce(this.#app.worker.id, this.#keeper.holding);
    if (!next) this.draw();
  }

  /** @param {Answer} answer @param {{code: string, message: string, status: number}} refused */
  #refused(answer, refused) {
    // The answer is there already: another tab or an earlier try brought it.
    if (refused.code === "already_answered") return this.#drafts.forget(answer.assignment);
    this.#review.settled(answer.assignment, null);
    if (!answer.correction) {
      this.#job.doneByMe = Math.max(0, this.#job.doneByMe - 1);
      if (refused.code !== "object_settled") this.#job.left += 1;
    }
    this.#view.notice("failed", codeText(refused.code, refused.message, refused.status), { kind: refused.code, lasting: true });
    if (refused.code === "job_over") {
      this.#end("job_over");
    }
  }

  // ---- the time limit and the lease -------------------------------------------------------------------------------

  #tick() {
    if (this.#closed) return;
    const now = serverNow();
    const queue = this.#app.queue;
    this.#view.status(
      saveStatus({
        draft: this.#drafts.state,
        waiting: queue?.waiting ?? 0,
        stuck: queue?.stuck ?? false,
        online: navigator.onLine,
        now,
      }),
    );
    const task = this.#front;
    if (!task || this.#ended !== null) {
      this.#view.timer(this.#ended === "time_limit" ? 0 : null, this.#ended === "time_limit" ? "over" : "open");
      return;
    }
    const limitAt = this.#keeper.limitAt(task.assignment.id);
    const inPhase = phase(now, limitAt, this.#limitMs());
    this.#view.timer(limitAt === null ? null : limitAt - now, inPhase);
    if (inPhase === "warning" && !this.#warned && limitAt !== null) {
      this.#warned = true;
      this.#view.announce(t("portal.task.time_warning", { count: Math.max(1, Math.round((limitAt - now) / 1_000)) }));
    }
    if (inPhase === "over") this.#end("time_limit");
  }

  /** The server has ended a hold. @param {string} id @param {string} code */
  #lost(id, code) {
    if (this.#back?.assignment.id === id) {
      this.#back.frame.dispose();
      this.#back = null;
      announce(this.#app.worker.id, this.#keeper.holding);
      return;
    }
    if (this.#front?.assignment.id === id) this.#end(code);
  }

  /** The front task can no longer be answered; what was done stays as a draft. @param {string} code */
  #end(code) {
    const task = this.#front;
    if (code === "job_over") {
      this.#keeper.dropAll();
      this.#front?.frame.dispose();
      this.#back?.frame.dispose();
      this.#front = this.#back = null;
      this.#wait({ code: "job_over" });
      return;
    }
    if (!task || this.#ended !== null) return;
    this.#ended = code;
    this.#endSubmitting();
    this.#drafts.flush();
    task.frame.element.inert = true;
    this.#keeper.drop(task.assignment.id);
    const touched = this.#drafts.touched;
    if (this.#review.entry !== null) this.#review.leave();
    this.#view.cover({
      title: t(`portal.ended.${code === "time_limit" || code === "object_settled" ? code : "lease_lost"}`),
      text: touched ? t("portal.ended.draft") : t("portal.ended.nothing"),
      actions: [[t("portal.ended.next"), () => this.#afterEnd(), true]],
    });
    this.draw();
    setTimeout(() => {
      if (this.#ended === null || this.#front !== task || !this.#back) return;
      void api.release(this.#back.assignment.id).catch(() => undefined);
      this.#lost(this.#back.assignment.id, code);
    }, ABSENT_MS);
  }

  #afterEnd() {
    this.#ended = null;
    this.#advance();
    if (this.#front) void this.#prefetch();
    else void this.#ask();
  }

  /** The page was asleep: what it knows of leases may be old. */
  #awake() {
    this.#tick();
    this.#keeper.beatAll();
    void this.#app.queue?.flush();
    if (this.#reason && this.#reason.code !== "job_over") void this.#ask();
  }

  #onlineAgain() {
    this.#awake();
    this.#drafts.flush();
  }

  // ---- nothing to show --------------------------------------------------------------------------------------------

  /** @param {Reason | {code: "offline"}} reason @param {boolean} [again] the same reason with other figures: no new timer */
  #wait(reason, again = false) {
    if (this.#closed || this.#front) return;
    if (!again) this.#looks = this.#reason?.code === reason.code ? this.#looks + 1 : 0;
    this.#reason = reason;
    const words = reasonWords(reason, serverNow(), this.#app.queue?.waiting ?? 0);
    const delayMs = nextLook(reason, this.#looks, serverNow(), Math.random());
    if (this.#review.entry === null) {
      this.#view.cover({
        ...words,
        note: delayMs === null ? undefined : t("portal.reason.looking"),
        actions: [
          ...(delayMs === null ? [] : /** @type {[string, () => void][]} */ ([[t("portal.reason.look_now"), () => void this.#ask()]])),
          [t("portal.reason.home"), () => (location.hash = ""), true],
        ],
      });
    }
    this.draw();
    if (again) return;
    clearTimeout(this.#lookTimer);
    if (delayMs !== null) this.#lookTimer = setTimeout(() => void this.#ask(), delayMs);
  }

  /** @param {string} text */
  #coverError(text) {
    this.#view.cover({
      title: t("portal.task.no_task"),
      text,
      actions: [
        [t("portal.reason.home"), () => (location.hash = "")],
        [t("page.try_again"), () => void this.#ask(), true],
      ],
    });
  }

  // ---- what the worker presses ------------------------------------------------------------------------------------

  /** @param {KeyboardEvent} event */
  #keydown(event) {
    if (event.defaultPrevented || document.querySelector("dialog[open]") || belongsToControl(event)) return;
    const command = commandOf(pressOf(event));
    if (command) {
      event.preventDefault();
      this.#run(command);
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey && event.key.length === 1) {
      // A label's key while the portal has the keyboard: from the next press on the task has it.
      this.#focusTask();
    }
  }

  /** @param {Command} command */
  #run(command) {
    if (document.querySelector("dialog[open]")) return;
    switch (command) {
      case "submit":
        return this.#submit();
      case "decline":
        return void this.#decline();
      case "instructions":
        return (this.#review.frame ?? this.#front?.frame)?.send({ type: "open-instructions" });
      case "help":
        return void showDialog(keyOverlay((this.#review.frame ?? this.#front?.frame)?.info?.keys ?? [])).then(() => this.#focusTask());
      case "settings":
        return void openSettings({ changed: () => this.#settingsChanged(), signOut: () => this.#app.signOut(), labels: true }).then(() =>
          this.#focusTask(),
        );
      case "reopen":
        if (this.#review.entry === null) void this.#review.older();
        return;
      case "older":
        return void this.#review.older();
      case "newer":
        return this.#review.newer();
      case "escape":
        if (this.#review.entry !== null) this.#review.leave();
        return;
    }
  }

  async #decline() {
    const task = this.#front;
    if (!task || this.#ended !== null || this.#review.entry !== null) return;
    const reason = await askDeclineReason();
    if (reason === null || this.#front !== task) return this.#focusTask();
    try {
      await api.decline(task.assignment.id, reason);
    } catch (error) {
      this.#view.notice("failed", errorText(error), { kind: "decline" });
      return;
    }
    if (this.#front !== task) return;
    this.#drafts.forget(task.assignment.id);
    this.#job.left = Math.max(0, this.#job.left - 1);
    this.#advance();
    if (this.#front) void this.#prefetch();
    else void this.#ask();
  }

  /** @param {TaskFrame} frame @param {string} url @param {string} message */
  async #objectError(frame, url, message) {
    const reply = await api.objectError(frame.assignment, message, url).catch(() => ({ declined: false }));
    const task = this.#taskOf(frame);
    if (!task || this.#closed) return;
    if (reply.declined) {
      // The server finds no such object either, and has put the task away.
      this.#drafts.forget(task.assignment.id);
      this.#job.left = Math.max(0, this.#job.left - 1);
      if (task === this.#front) {
        this.#advance();
        this.#view.notice("info", t("portal.task.object_missing"), { kind: "object" });
      } else this.#lost(task.assignment.id, "declined");
      if (this.#front) void this.#prefetch();
      else void this.#ask();
      return;
    }
    if (task !== this.#front) return;
    this.#view.notice("failed", t("portal.task.object_error"), {
      kind: "object",
      actions: [
        [t("page.try_again"), () => frame.reload()],
        [t("portal.task.decline"), () => this.#run("decline")],
      ],
    });
  }

  #settingsChanged() {
    this.draw();
    for (const task of [this.#front, this.#back]) {
      if (task?.frame.state === "ready") this.#settle(task.frame, task.assignment.submitOnKey);
    }
    if (this.#review.frame?.state === "ready") this.#settle(this.#review.frame, false);
    if (this.#reason) this.#wait(this.#reason, true);
  }

  #reviewChanged() {
    const reviewing = this.#review.entry !== null;
    const front = this.#front;
    if (reviewing) {
      front?.frame.hide();
      this.#view.uncover();
    } else if (front) {
      front.frame.show();
      if (front.frame.state !== "ready") this.#view.loading();
      this.#focusTask();
    } else if (this.#reason) {
      this.#wait(this.#reason, true);
    }
    this.draw();
  }

  // ---- helpers ----------------------------------------------------------------------------------------------------

  #endSubmitting() {
    if (this.#submitting !== null) clearTimeout(this.#submitting);
    this.#submitting = null;
  }

  #focusTask() {
    if (document.querySelector("dialog[open]")) return;
    (this.#review.frame ?? (this.#view.covered ? null : this.#front?.frame))?.focus();
  }

  #limitMs() {
    return this.#job.timeLimitSeconds * 1_000;
  }

  /** @param {TaskFrame} frame */
  #taskOf(frame) {
    return [this.#front, this.#back].find((task) => task?.frame === frame) ?? null;
  }

  /** Every assignment this worker has at hand: this tab's, the other tabs', and those whose answers are on their way. */
  #holding() {
    return [
      ...new Set([...this.#keeper.holding, ...heldElsewhere(this.#app.worker.id), ...(this.#app.queue?.assignments ?? [])]),
    ];
  }
}
