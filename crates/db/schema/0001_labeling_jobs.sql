-- Labeling jobs and the way of a label. Every hot key starts with the job, so that tables can be
-- spread by job. Times are milliseconds since the epoch, UTC.

CREATE TABLE labeling_job (
    job_id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    -- Names are unique without regard to case.
    name_key TEXT NOT NULL UNIQUE,
    reference_code TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    failure_reason TEXT,
    created_at BIGINT NOT NULL,
    modified_at BIGINT NOT NULL,
    finished_at BIGINT,
    workteam_arn TEXT NOT NULL,
    task_type TEXT NOT NULL,
    -- CreateLabelingJob as it was received, and our own settings with defaults filled in.
    request TEXT NOT NULL,
    settings TEXT NOT NULL,
    -- Pinned when the job begins; later edits of the files in the bucket change nothing.
    template TEXT,
    categories TEXT,
    manifest_etag TEXT,
    -- Progress. Written by the job's reconcilers only, so that answers never wait for this row.
    total BIGINT NOT NULL DEFAULT 0,
    ingested_bytes BIGINT NOT NULL DEFAULT 0,
    labeled_before BIGINT NOT NULL DEFAULT 0,
    human_labeled BIGINT NOT NULL DEFAULT 0,
    machine_labeled BIGINT NOT NULL DEFAULT 0,
    failed BIGINT NOT NULL DEFAULT 0,
    dispatched BIGINT NOT NULL DEFAULT 0,
    next_line BIGINT NOT NULL DEFAULT 0,
    -- Grows with every change of a label, and what of it the output manifest shows.
    label_version BIGINT NOT NULL DEFAULT 0,
    output_version BIGINT NOT NULL DEFAULT -1,
    output_written_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX labeling_job_created ON labeling_job (created_at, job_id);
CREATE INDEX labeling_job_modified ON labeling_job (modified_at, job_id);
CREATE INDEX labeling_job_state ON labeling_job (state, job_id);
CREATE INDEX labeling_job_team ON labeling_job (workteam_arn, created_at, job_id);

-- The input manifest, in order: at most 1,000 lines or 256 KiB a page, compressed with zstd.
CREATE TABLE manifest_page (
    job_id BIGINT NOT NULL,
    first_line BIGINT NOT NULL,
    line_count BIGINT NOT NULL,
    labeled_count BIGINT NOT NULL,
    byte_offset BIGINT NOT NULL,
    byte_length BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (job_id, first_line)
) /*clustered*/;

-- One dispatched object. state: 0 open, 1 answered and waiting for consolidation, 2 labeled, 3 failed.
-- queue is the place in line, and NULL as soon as live + answered = wanted.
CREATE TABLE task (
    job_id BIGINT NOT NULL,
    line BIGINT NOT NULL,
    iteration BIGINT NOT NULL,
    wanted BIGINT NOT NULL,
    live BIGINT NOT NULL DEFAULT 0,
    answered BIGINT NOT NULL DEFAULT 0,
    declined BIGINT NOT NULL DEFAULT 0,
    state BIGINT NOT NULL DEFAULT 0,
    queue BIGINT,
    published_at BIGINT NOT NULL,
    ready_at BIGINT,
    -- The consolidation that holds it; 0 for none.
    batch BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (job_id, line)
) /*clustered*/;
CREATE INDEX task_queue ON task (job_id, queue, line) WHERE queue IS NOT NULL;
CREATE INDEX task_open ON task (job_id, published_at, line) WHERE state = 0;
CREATE INDEX task_ready ON task (job_id, batch, iteration, line) WHERE state = 1;

-- One worker's hold on a task. state: 0 live, 1 answered, 2 lapsed, 3 released, 4 declined, 5 closed.
CREATE TABLE assignment (
    job_id BIGINT NOT NULL,
    line BIGINT NOT NULL,
    worker_id BIGINT NOT NULL,
    state BIGINT NOT NULL,
    -- When the worker first saw it; NULL while it is only held ahead.
    accepted_at BIGINT,
    leased_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    limit_at BIGINT NOT NULL,
    revision BIGINT NOT NULL DEFAULT 0,
    idempotency_key TEXT,
    answered_at BIGINT,
    reason TEXT,
    PRIMARY KEY (job_id, line, worker_id)
) /*clustered*/;
CREATE INDEX assignment_expiry ON assignment (expires_at) WHERE state = 0;
CREATE INDEX assignment_live ON assignment (job_id, worker_id, line) WHERE state = 0;
CREATE INDEX assignment_lapsed ON assignment (job_id, worker_id, line) WHERE state IN (2, 3);
CREATE INDEX assignment_history ON assignment (job_id, worker_id, answered_at, line) WHERE state = 1;

-- Answers, as given. Only ever added to: a correction is a new revision.
CREATE TABLE annotation (
    job_id BIGINT NOT NULL,
    line BIGINT NOT NULL,
    worker_id BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    idempotency_key TEXT NOT NULL,
    accepted_at BIGINT NOT NULL,
    submitted_at BIGINT NOT NULL,
    time_spent_ms BIGINT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (job_id, line, worker_id, revision)
) /*clustered*/;

CREATE TABLE draft (
    job_id BIGINT NOT NULL,
    line BIGINT NOT NULL,
    worker_id BIGINT NOT NULL,
    saved_at BIGINT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (job_id, line, worker_id)
) /*clustered*/;

-- What one worker has done in one job. settled counts answers whose object has its label.
CREATE TABLE job_worker (
    job_id BIGINT NOT NULL,
    worker_id BIGINT NOT NULL,
    answered BIGINT NOT NULL DEFAULT 0,
    settled BIGINT NOT NULL DEFAULT 0,
    declined BIGINT NOT NULL DEFAULT 0,
    time_spent_ms BIGINT NOT NULL DEFAULT 0,
    last_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (job_id, worker_id)
) /*clustered*/;

-- One consolidation: the objects whose answers were brought together at one time. state: 0 begun, 1 done.
CREATE TABLE consolidation (
    job_id BIGINT NOT NULL,
    batch BIGINT NOT NULL,
    iteration BIGINT NOT NULL,
    -- Names its files, so it is unique within the iteration at the resolution of a second.
    stamped_at BIGINT NOT NULL,
    method TEXT NOT NULL,
    objects BIGINT NOT NULL,
    state BIGINT NOT NULL,
    PRIMARY KEY (job_id, batch)
) /*clustered*/;

-- What is concluded of an object, or why nothing could be. kind: 1 by people, 2 by a model, 3 failed.
CREATE TABLE label (
    job_id BIGINT NOT NULL,
    line BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    batch BIGINT NOT NULL,
    labeled_at BIGINT NOT NULL,
    answers BIGINT NOT NULL,
    confidence DOUBLE PRECISION,
    -- Names of the classes, one a line, or the reason of a failure.
    summary TEXT NOT NULL,
    -- The label and its metadata as JSON texts; an empty label where the object failed.
    content TEXT NOT NULL,
    metadata TEXT NOT NULL,
    PRIMARY KEY (job_id, line)
) /*clustered*/;
CREATE INDEX label_recent ON label (job_id, labeled_at, line);
CREATE INDEX label_failed ON label (job_id, line) WHERE kind = 3;

-- Labels that a later consolidation replaced.
CREATE TABLE label_replaced (
    job_id BIGINT NOT NULL,
    line BIGINT NOT NULL,
    batch BIGINT NOT NULL,
    replaced_by BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    labeled_at BIGINT NOT NULL,
    summary TEXT NOT NULL,
    content TEXT NOT NULL,
    metadata TEXT NOT NULL,
    PRIMARY KEY (job_id, line, batch)
) /*clustered*/;

-- How many objects have each class.
CREATE TABLE label_tally (
    job_id BIGINT NOT NULL,
    class TEXT NOT NULL,
    objects BIGINT NOT NULL,
    PRIMARY KEY (job_id, class)
) /*clustered*/;

-- An iteration's name is fixed at dispatch; its manifest is written when its last object settles.
CREATE TABLE iteration (
    job_id BIGINT NOT NULL,
    iteration BIGINT NOT NULL,
    dispatched BIGINT NOT NULL DEFAULT 0,
    settled BIGINT NOT NULL DEFAULT 0,
    -- No more objects will be dispatched under this name.
    closed BIGINT NOT NULL DEFAULT 0,
    written_at BIGINT,
    PRIMARY KEY (job_id, iteration)
) /*clustered*/;

-- Who works on what in the background, so that replicas do not do it twice.
CREATE TABLE claim (
    name TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- What happened to labels, jobs and access. Only ever added to.
CREATE TABLE audit (
    audit_id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX audit_subject ON audit (subject, at);

-- Tags of anything that has an ARN, in the order they were given.
CREATE TABLE tag (
    arn TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (arn, key)
) /*clustered*/;
