/**
 * What the portal keeps on the device: answers not acknowledged yet, and the drafts of tasks at hand. IndexedDB where
 * the browser grants it, memory where it does not (private windows of some browsers), so that labeling goes on either
 * way.
 */

/** @import { Answer, AnswerStore } from "./queue.js" */

/**
 * @typedef {object} LocalDraft
 * @property {string} assignment
 * @property {string} worker
 * @property {unknown} content
 * @property {number} savedAt by the server's clock
 *
 * @typedef {object} DraftStore
 * @property {(assignment: string) => Promise<LocalDraft|undefined>} get
 * @property {(draft: LocalDraft) => Promise<void>} put
 * @property {(assignment: string) => Promise<void>} remove
 * @property {(before: number) => Promise<void>} removeOlder
 */

const DATABASE = "cairn-portal";
const VERSION = 1;

/** @returns {Promise<{answers: AnswerStore, drafts: DraftStore, lasting: boolean}>} */
export async function openStore() {
  try {
    const database = await openDatabase();
    return { answers: indexedAnswers(database), drafts: indexedDrafts(database), lasting: true };
  } catch {
    return { ...memoryStore(), lasting: false };
  }
}

/** A store that forgets with the page. */
export function memoryStore() {
  /** @type {Map<string, Answer>} */
  const answers = new Map();
  /** @type {Map<string, LocalDraft>} */
  const drafts = new Map();
  return {
    answers: /** @type {AnswerStore} */ ({
      list: async (worker) => [...answers.values()].filter((answer) => answer.worker === worker),
      put: async (answer) => void answers.set(answer.key, answer),
      remove: async (key) => void answers.delete(key),
    }),
    drafts: /** @type {DraftStore} */ ({
      get: async (assignment) => drafts.get(assignment),
      put: async (draft) => void drafts.set(draft.assignment, draft),
      remove: async (assignment) => void drafts.delete(assignment),
      removeOlder: async (before) => {
        for (const draft of [...drafts.values()]) if (draft.savedAt < before) drafts.delete(draft.assignment);
      },
    }),
  };
}

/** @returns {Promise<IDBDatabase>} */
function openDatabase() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, VERSION);
    opening.onupgradeneeded = () => {
      const database = opening.result;
      database.createObjectStore("answers", { keyPath: "key" }).createIndex("worker", "worker");
      database.createObjectStore("drafts", { keyPath: "assignment" }).createIndex("savedAt", "savedAt");
    };
    opening.onsuccess = () => {
      // A newer portal in another tab may need to change the tables: make room instead of blocking it.
      opening.result.onversionchange = () => opening.result.close();
      resolve(opening.result);
    };
    opening.onerror = () => reject(opening.error);
    opening.onblocked = () => reject(new Error("the device's store is held by another version"));
  });
}

/**
 * Runs one transaction; resolves with what `work` asked for once the transaction has completed.
 *
 * @template T
 * @param {IDBDatabase} database
 * @param {string} table
 * @param {IDBTransactionMode} mode
 * @param {(table: IDBObjectStore) => IDBRequest<T>} work
 * @returns {Promise<T>}
 */
function run(database, table, mode, work) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(table, mode, { durability: mode === "readwrite" ? "strict" : "default" });
    const request = work(transaction.objectStore(table));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** @param {IDBDatabase} database @returns {AnswerStore} */
function indexedAnswers(database) {
  return {
    list: (worker) => run(database, "answers", "readonly", (table) => table.index("worker").getAll(worker)),
    put: async (answer) => void (await run(database, "answers", "readwrite", (table) => table.put(answer))),
    remove: async (key) => void (await run(database, "answers", "readwrite", (table) => table.delete(key))),
  };
}

/** @param {IDBDatabase} database @returns {DraftStore} */
function indexedDrafts(database) {
  return {
    get: (assignment) => run(database, "drafts", "readonly", (table) => table.get(assignment)),
    put: async (draft) => void (await run(database, "drafts", "readwrite", (table) => table.put(draft))),
    remove: async (assignment) =>
      void (await run(database, "drafts", "readwrite", (table) => table.delete(assignment))),
    removeOlder: async (before) => {
      const old = await run(database, "drafts", "readonly", (table) =>
        table.index("savedAt").getAllKeys(IDBKeyRange.upperBound(before, true)),
      );
      for (const key of old) await run(database, "drafts", "readwrite", (table) => table.delete(key));
    },
  };
}
