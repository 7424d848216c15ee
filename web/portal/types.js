/**
 * The shapes that cross between the portal and the server, and between the portal and the task frame. Types only: this
 * module holds no code, so the checker sees one definition and the browser loads an empty file.
 *
 * Times are milliseconds since the epoch, UTC, by the server's clock.
 *
 * @typedef {object} Worker
 * @property {string} id
 * @property {string} name
 * @property {boolean} mustChangePassword the password was given by an administrator and opens nothing but its own change
 * @property {string} [language] "en" or "ja", when the worker or an administrator has chosen one
 *
 * @typedef {object} Job
 * @property {string} job
 * @property {string} title
 * @property {string} description
 * @property {string[]} [keywords]
 * @property {string} team
 * @property {string} taskType
 * @property {number} left objects this worker could still be given
 * @property {number} doneByMe
 * @property {number} timeLimitSeconds
 * @property {string} [thumbnail]
 * @property {number} createdAt
 * @property {"available"|"stopped"} state "stopped": this worker has an unfinished task here
 *
 * @typedef {object} JobList
 * @property {Job[]} jobs
 * @property {number} today answers given today
 * @property {number} week answers given in the last seven days
 *
 * @typedef {object} Draft
 * @property {unknown} content
 * @property {number} savedAt
 *
 * @typedef {object} Assignment
 * @property {string} id
 * @property {string} page absolute address of the task's page
 * @property {string} objectId
 * @property {number|null} acceptedAt null while it is only held ahead
 * @property {number} leaseExpiresAt
 * @property {number|null} limitAt when the time limit ends; null while it is only held ahead
 * @property {Draft|null} draft
 * @property {boolean} submitOnKey
 *
 * @typedef {object} Reason why there is nothing to do
 * @property {"all_done_by_you"|"held_by_others"|"no_objects_open"|"job_over"|"starting"|"paused"} code
 * @property {{count?: number, nextFreeAt?: number}} [params]
 *
 * @typedef {object} NextReply
 * @property {Assignment|null} assignment
 * @property {Reason} [reason]
 *
 * @typedef {object} SubmitReply
 * @property {boolean} accepted
 * @property {number} revision
 * @property {number} correctableUntil
 * @property {Assignment|null} [next]
 * @property {Reason} [reason]
 * @property {{doneByMe: number, left: number}} [counts]
 *
 * @typedef {object} HistoryItem
 * @property {string} id the assignment
 * @property {string} objectId
 * @property {number} submittedAt
 * @property {number} correctableUntil
 * @property {string} summary
 * @property {string} page
 * @property {unknown} content
 *
 * @typedef {object} HistoryPage
 * @property {HistoryItem[]} items newest first
 * @property {string|number} [next] give it as `before` for the page after
 */

export {};
