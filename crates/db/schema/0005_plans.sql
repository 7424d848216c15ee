-- Indexes for what would otherwise walk everything a job has.

-- The consolidation that was begun and not finished.
CREATE INDEX consolidation_begun ON consolidation (job_id, batch) WHERE state = 0;
-- What a worker declined.
CREATE INDEX assignment_declined ON assignment (job_id, worker_id, line) WHERE state = 4;
-- Iterations whose manifest is still to be written.
CREATE INDEX iteration_unwritten ON iteration (job_id, iteration) WHERE written_at IS NULL;
