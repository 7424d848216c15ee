-- What is known of a job's workers, version by version, and tasks that may be given more answers.

-- How many answers a task may have when those it wants leave its label unsure; 0 where it never gets more than it
-- wants. A task in state 1 with wanted < most is undecided: it gets another answer or is found to have enough.
ALTER TABLE task ADD COLUMN most BIGINT NOT NULL DEFAULT 0;
CREATE INDEX task_undecided ON task (job_id, line) WHERE state = 1 AND batch = 0 AND wanted < most;

-- The parameters that a consolidation used; 0 for none, or those of before any answer.
ALTER TABLE consolidation ADD COLUMN parameters BIGINT NOT NULL DEFAULT 0;

CREATE TABLE worker_parameters (
    job_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    -- Answers that went into them, and of how many objects.
    answers BIGINT NOT NULL,
    objects BIGINT NOT NULL,
    -- The consolidation under which labels are written anew with them; 0 where they stay as they are.
    batch BIGINT NOT NULL DEFAULT 0,
    -- Lines before this one have been written anew; -1 when all are.
    next_line BIGINT NOT NULL DEFAULT -1,
    body BYTEA NOT NULL,
    PRIMARY KEY (job_id, version)
) /*clustered*/;

-- Answers of this worker that were corrected: with `answered` it tells whether anything changed since a fit.
ALTER TABLE job_worker ADD COLUMN corrected BIGINT NOT NULL DEFAULT 0;
