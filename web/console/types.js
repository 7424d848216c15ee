/**
 * The console's HTTP API: every route, what it takes and what it gives. Types only: this module holds no code, so the
 * checker sees one definition and the browser loads an empty file.
 *
 * Conventions
 * - Paths are below `/_/console/api/`. Bodies and replies are JSON objects (`content-type: application/json`); a route
 *   that has nothing to say replies `{}`. Names and ids in a path are percent-encoded.
 * - The session is the portal's: one cookie, one table. Everything but the four routes marked `open` needs the role
 *   `administrator` or `requester`; what is marked `administrator` needs that one. A worker who signs in here gets 403
 *   `no_access`.
 * - Whoever still has the password that an administrator gave gets 403 `password_change` from everything but `me`,
 *   `password`, `language` and `sign-out`.
 * - POST, PUT and DELETE are refused with 403 `foreign_origin` unless their `Origin` is the server's own.
 * - Times are milliseconds since the epoch, UTC, by the server's clock. Every reply carries the server's time as `now`,
 *   beside what is listed here.
 * - Lists are paged: `?limit=` (1–200, 50 without it) and `?after=` (the `next` of the page before) give `Page`. A
 *   cursor is opaque, and absent on the last page.
 * - Errors are `{"error": {"code", "message", "field"?}}`: 400 for what the caller can mend, 401 `no_session`, 403, 404
 *   `not_found`, 409 for a clash with what is, 429 `too_many_tries`, 500. `message` is English for a log; `code` chooses
 *   the words that a person reads, and `field` is the member of the request that broke the rule (`labels`, or `labels.3`
 *   for one item of a list).
 *
 * | route                                    | takes               | gives                          | own error codes |
 * | ---------------------------------------- | ------------------- | ------------------------------ | --------------- |
 * | POST sign-in                        open | SignIn              | Session                        | wrong_password, worker_disabled, too_many_tries, no_access |
 * | POST sign-out                       open | {}                  | {}                             | |
 * | POST password/reset                 open | ResetPassword       | {}                             | reset_token, password_… |
 * | GET me                                   |                     | Session                        | 401 no_session without one |
 * | POST password                            | ChangePassword      | {}                             | wrong_password (`current`), password_too_short, password_too_long, password_too_common, password_unchanged |
 * | POST language                            | {language}          | {}                             | |
 * | GET overview                             |                     | Overview                       | |
 * | GET jobs                                 | ?name= ?state= page | Page of JobSummary             | |
 * | POST jobs                                | CreateJob           | {job: JobSummary}              | see CreateJob |
 * | GET jobs/{name}                          |                     | {job: Job}                     | |
 * | GET jobs/{name}/events                   |                     | server-sent events, see below  | |
 * | GET jobs/{name}/labels                   | ?label= page        | Page of Labeled, newest first  | |
 * | GET jobs/{name}/failures                 | page                | Page of Failure, newest first  | |
 * | POST jobs/{name}/retry                   | Retry               | Retried                        | job_over |
 * | POST jobs/{name}/stop                    | {}                  | {progress: Progress}           | job_over |
 * | GET jobs/{name}/output-manifest          |                     | the file (JSON Lines), `content-disposition: attachment` | not_ready (404) |
 * | POST manifest-check                      | ManifestCheck       | ManifestReport                 | see ManifestCheck |
 * | POST preview                             | Preview             | PreviewPage                    | as CreateJob, and template |
 * | GET teams                                | page                | Page of Team, by name          | |
 * | POST teams                               | CreateTeam          | {team: Team}                   | name_taken, pattern, required, too_long |
 * | GET teams/{name}                         |                     | {team: Team}                   | |
 * | DELETE teams/{name}                      |                     | {}                             | team_in_use (409): a job that is not over works with it |
 * | POST teams/{name}/members                | Members             | {team: Team}                   | no_such_worker |
 * | DELETE teams/{name}/members/{worker}     |                     | {team: Team}                   | |
 * | GET workers                              | ?search= ?team= ?state= page | Page of Worker, by name | |
 * | POST workers                             | Invite              | {invitations: Invitation[]}    | too_many_people, no_such_team |
 * | POST workers/{id}/disable                | {}                  | {worker: Worker}               | own_account: nobody locks themselves out |
 * | POST workers/{id}/enable                 | {}                  | {worker: Worker}               | |
 * | POST workers/{id}/reset-link             | {}                  | ResetLink                      | |
 * | GET keys                   administrator | page                | Page of AccessKey, newest first | |
 * | POST keys                  administrator | CreateKey           | CreatedKey                     | required, too_long |
 * | POST keys/{id}/disable     administrator | {}                  | {key: AccessKey}               | |
 * | POST keys/{id}/enable      administrator | {}                  | {key: AccessKey}               | |
 *
 * Server-sent events of a job: `event: progress`, `data:` a `Progress` with `now`. The first comes at once, then one
 * whenever a figure has changed, at most one a second, and one at least every 15 seconds even when nothing has, so that
 * silence means a broken way. After the `Progress` whose state is final the server sends `event: end` and closes.
 *
 *
 * Who is signed in
 *
 * @typedef {object} SignIn
 * @property {string} name name or e-mail
 * @property {string} password
 *
 * @typedef {object} ChangePassword
 * @property {string} [current] absent when a first password is changed right after it was used to sign in
 * @property {string} new
 *
 * @typedef {object} ResetPassword
 * @property {string} token what stands after `#reset=` in the link
 * @property {string} new
 *
 * @typedef {object} Session
 * @property {Person} person
 *
 * @typedef {object} Person
 * @property {string} id
 * @property {string} name
 * @property {"administrator"|"requester"} role
 * @property {boolean} mustChangePassword the password was given by an administrator and opens nothing but its own change
 * @property {string} [language] "en" or "ja", when chosen
 *
 * @typedef {object} Overview what every page may need to know of this server
 * @property {string} endpoint for `AWS_ENDPOINT_URL`
 * @property {string} region
 * @property {string} accountId
 * @property {string} portalUrl where workers sign in
 * @property {boolean} mail whether the server sends mail
 * @property {string[]} buckets names of the buckets that paths may point into, at most 100
 * @property {TaskType[]} taskTypes those a job can be created for here
 * @property {Consolidation[]} consolidations the default first
 * @property {number} jobs how many there are
 * @property {number} teams
 * @property {number} workers
 */

/**
 * Paging
 *
 * @template T
 * @typedef {object} Page
 * @property {T[]} items
 * @property {string} [next] give it as `after` for the page that follows; absent on the last
 */

/**
 * Jobs
 *
 * @typedef {"Initializing"|"InProgress"|"Completed"|"Failed"|"Stopping"|"Stopped"} JobState the wire's LabelingJobStatus
 *
 * @typedef {"ImageMultiClass"|"ImageMultiClassMultiLabel"|"TextMultiClass"|"TextMultiClassMultiLabel"} TaskType the
 *   names that the built-in functions carry. A job made by a script may have another one (`BoundingBox`, …), or `Custom`
 *
 * @typedef {"cairn"|"ground-truth"|"majority-vote"|`hook:${string}`} Consolidation the last is a program that the operator named
 *
 * @typedef {object} Counts of objects; what is left is `total` less the three others
 * @property {number} total lines of the input manifest; grows while the job is `Initializing`
 * @property {number} human labeled from people's answers
 * @property {number} machine labeled by a model
 * @property {number} failed
 *
 * @typedef {object} JobSummary
 * @property {string} name
 * @property {string} title what workers see
 * @property {JobState} state
 * @property {HeldUp|null} [heldUp]
 * @property {TaskType|string} taskType
 * @property {Counts} counts
 * @property {number} createdAt
 * @property {number} changedAt
 *
 * @typedef {object} Progress the figures of a job that move
 * @property {JobState} state
 * @property {string} [failureReason] when `Failed`
 * @property {HeldUp} [heldUp] while something keeps the job from going on
 * @property {Counts} counts
 * @property {number} answers answers given so far, of all workers
 * @property {number} activeWorkers who answered, or held a task, in the last five minutes
 * @property {number|null} perHour objects labeled an hour over the last ten minutes with work in them; null until there is something to tell
 * @property {number|null} secondsLeft at that rate; null when it cannot be told, or nothing is left
 * @property {{answers: number, fixed: number}|null} saved of the objects with a label: answers they took, and would have taken
 *   from a fixed number of workers; null without a confidence target
 * @property {number|null} agreement of all pairs of answers to one object, the share that are the same (0–1); null without a pair
 * @property {LabelCount[]} distribution one for each label category, in the file's order; of a finished object with several labels each counts
 * @property {Iteration[]} iterations the first first
 * @property {number} changedAt
 * @property {number|null} finishedAt when the state became final
 *
 * @typedef {object} HeldUp passing trouble, which is tried again
 * @property {string} reason for people, from the server
 * @property {number} since
 *
 * @typedef {object} LabelCount
 * @property {string} label
 * @property {number} count
 *
 * @typedef {object} Iteration
 * @property {number} number from 1
 * @property {number} objects
 * @property {number} labeled
 * @property {number} failed
 * @property {number} startedAt
 * @property {number|null} finishedAt
 *
 * @typedef {object} Job
 * @property {string} name
 * @property {string} arn
 * @property {string} title
 * @property {string} description
 * @property {TaskType|string} taskType
 * @property {number} createdAt
 * @property {Progress} progress
 * @property {Configuration} configuration
 *
 * @typedef {object} Configuration what the job was created with
 * @property {string} inputManifest S3 URI
 * @property {string} outputPath S3 URI, as it was given
 * @property {{uri: string, ready: boolean}} outputManifest `ready`: the file exists and can be downloaded
 * @property {string|null} labelCategoryConfig S3 URI
 * @property {string} labelAttributeName
 * @property {string|null} template S3 URI of the worker task template
 * @property {{name: string, arn: string}} workteam
 * @property {number} workersPerObject
 * @property {number} taskTimeLimitSeconds
 * @property {number|null} taskAvailabilityLifetimeSeconds
 * @property {number|null} maxConcurrentTaskCount
 * @property {string[]} keywords
 * @property {string|null} preHumanTaskFunction ARN
 * @property {string|null} consolidationFunction ARN
 * @property {Consolidation|null} consolidation null when a function of the requester's own consolidates
 * @property {number|null} confidenceTarget more workers are asked only while the label is less probable than this; null asks all
 * @property {number|null} answersMean objects have so many answers on average, the least sure ones more; null gives all the same
 * @property {number|null} workersMin how many are asked at least, with a target or a mean
 * @property {boolean} submitOnKey
 * @property {string} roleArn
 * @property {number|null} maxHumanLabeledObjectCount stopping condition
 * @property {number|null} maxPercentageOfInputDatasetLabeled stopping condition
 * @property {{key: string, value: string}[]} tags
 *
 * @typedef {object} Shown a dataset object as it can be shown in a list
 * @property {string} objectId line of the manifest, from 0
 * @property {string} [text] the first 300 characters, of an object given as `source`
 * @property {string} [url] address of the picture, of one given as `source-ref`: short-lived, and on the console's own origin or
 *   that of task pages, because the page may load pictures from nowhere else
 * @property {string} [uri] the `source-ref` itself
 *
 * @typedef {object} LabeledOwn
 * @property {{name: string, confidence: number|null}[]} labels none when nothing applies, several for a multi-label job
 * @property {"human"|"machine"} by
 * @property {number} answers
 * @property {number} labeledAt
 *
 * @typedef {Shown & LabeledOwn} Labeled
 *
 * @typedef {object} FailureOwn
 * @property {string} code `declined`, `expired`, `missing_object`, `unreadable_object`, `bad_line`, `consolidation`, or another
 * @property {string} reason in words, as it stands in the output manifest
 * @property {number} failedAt
 * @property {boolean} retryable a bad line of the manifest stays bad
 *
 * @typedef {Shown & FailureOwn} Failure
 *
 * @typedef {{objects: string[]} | {all: true}} Retry object ids, at most 1,000, or every failure that is retryable
 *
 * @typedef {object} Retried
 * @property {number} retried how many went back to the queue
 * @property {Progress} progress
 */

/**
 * Creating a job
 *
 * @typedef {object} Question what a worker is asked, and among what
 * @property {TaskType} taskType
 * @property {string[]} labels in order, 2 or more, each at most 256 characters. too_few, too_long, duplicate (`labels.3`)
 * @property {string} header the question, 1–128 characters; also the title in the workers' list. required, too_long
 * @property {string} instructions short, plain text, at most 2,000 characters, may be empty. too_long
 * @property {string} [fullInstructions] plain text, blank lines between paragraphs, at most 20,000 characters. too_long
 *
 * @typedef {object} JobOwn
 * @property {string} name 1–63 of letters, digits and single hyphens. required, pattern, name_taken (409)
 * @property {string} inputManifest S3 URI. required, pattern, no_such_bucket, no_such_object, no_access
 * @property {string} outputPath S3 URI of a folder. required, pattern, no_such_bucket, no_access
 * @property {string} [labelAttributeName] 1–127 of letters, digits and single hyphens; the job's name without it. pattern,
 *   reserved (`source`, `source-ref`, an ending `-metadata` or `-ref`)
 * @property {string} workteam name of a team. required, no_such_team
 * @property {number} workersPerObject 1–9. out_of_range
 * @property {number} taskTimeLimitSeconds 30–28,800. out_of_range
 * @property {Consolidation} consolidation unsupported
 * @property {number} [confidenceTarget] percent, 50–99; only with `cairn`. out_of_range, unsupported
 * @property {number} [answersMean] 1 to `workersPerObject`, at most one decimal; only with `cairn` and without a target.
 *   out_of_range, unsupported, one_of_two
 * @property {boolean} submitOnKey a label's key submits at once; only where one label is chosen. unsupported
 *
 * @typedef {Question & JobOwn} CreateJob The server writes the worker task template and the label category configuration
 *   into `<outputPath>/<name>/annotation-tool/`, then creates the job as CreateLabelingJob would
 *
 * @typedef {object} ManifestCheck
 * @property {string} uri required, pattern, no_such_bucket, no_such_object, no_access
 * @property {TaskType} taskType
 * @property {string} [labelAttributeName] tells how many lines have the label already
 *
 * @typedef {object} ManifestReport
 * @property {number} lines non-blank lines read
 * @property {number} bytes of the file
 * @property {boolean} complete false: the check stopped at its limit and only the first `lines` were read
 * @property {number} labeled lines that have the label attribute already
 * @property {number} errorCount
 * @property {LineError[]} errors the first 20
 * @property {Shown[]} first the first 5 good lines
 *
 * @typedef {object} LineError
 * @property {number} line from 1
 * @property {string} code `not_json`, `not_utf8`, `no_source`, `two_sources`, `wrong_kind`, `too_long`, `bad_uri`, or another
 * @property {string} message what is wrong, without the line's number
 *
 * @typedef {object} PreviewOwn
 * @property {string} [inputManifest] whose objects are shown; a sample of the server's own without it
 * @property {number} [object] which of them, from 0
 *
 * @typedef {Question & PreviewOwn} Preview
 *
 * @typedef {object} PreviewPage
 * @property {string} page absolute address of the worker's page on the origin of task pages, good for some minutes
 * @property {number} objects how many objects can be looked at, at most 10
 * @property {boolean} sample the object is the server's own: there was no manifest, or it could not be read
 */

/**
 * Teams and workers
 *
 * @typedef {object} Team
 * @property {string} name
 * @property {string} arn
 * @property {string} description
 * @property {number} members
 * @property {number} jobs jobs that are not over
 * @property {number} createdAt
 *
 * @typedef {object} CreateTeam
 * @property {string} name 1–63 of letters, digits and single hyphens
 * @property {string} description 1–200 characters
 *
 * @typedef {object} Members
 * @property {string[]} workers ids
 *
 * @typedef {"invited"|"active"|"disabled"} WorkerState `invited`: has not set a password of their own yet
 *
 * @typedef {object} Worker
 * @property {string} id
 * @property {string} name
 * @property {string|null} email
 * @property {"administrator"|"requester"|"vendor-manager"|"worker"} role
 * @property {WorkerState} state
 * @property {string[]} teams
 * @property {number} answers given so far
 * @property {number|null} lastSeenAt
 * @property {number} createdAt
 *
 * @typedef {object} Invite
 * @property {{name: string, email?: string}[]} people at most 100; a name that is an e-mail address serves as both
 * @property {string[]} teams names; may be empty
 *
 * @typedef {object} Invitation in the order asked for
 * @property {string} name
 * @property {"created"|"already_there"|"refused"} outcome `already_there`: the person existed and was put into the teams
 * @property {string} [id] the worker; absent when refused
 * @property {string} [password] the first password, told this once; when `created` without mail
 * @property {string} [link] one-time link to set a password, told this once; when `created`
 * @property {boolean} mailed
 * @property {string} [message] why it was refused, or why no mail went out
 *
 * @typedef {object} ResetLink
 * @property {string} link
 * @property {number} expiresAt
 * @property {boolean} mailed
 */

/**
 * Access keys of scripts
 *
 * @typedef {object} AccessKey
 * @property {string} id as in AWS_ACCESS_KEY_ID
 * @property {string} name what it is for
 * @property {string} role
 * @property {"active"|"disabled"} state
 * @property {number} createdAt
 * @property {number|null} lastUsedAt
 *
 * @typedef {object} CreateKey
 * @property {string} name 1–63 characters
 * @property {"administrator"|"requester"} role
 *
 * @typedef {object} CreatedKey
 * @property {AccessKey} key
 * @property {string} secret told this once
 */

export {};
