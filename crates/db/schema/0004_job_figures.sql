-- What the console shows of a running job, each by an index of its own, so that a page costs the same
-- in a job of ten thousand objects and of ten million.

-- Labels and failures by themselves, newest first: one of the two indexes holds each object.
DROP INDEX label_recent;
DROP INDEX label_failed;
CREATE INDEX label_made ON label (job_id, labeled_at, line) WHERE kind <> 3;
CREATE INDEX label_failure ON label (job_id, labeled_at, line) WHERE kind = 3;
-- Labels of one class. A long name is cut: an index entry has a greatest size.
CREATE INDEX label_class ON label (job_id, substr(summary, 1, 100), labeled_at, line) WHERE kind <> 3;

ALTER TABLE iteration ADD COLUMN failed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE iteration ADD COLUMN started_at BIGINT NOT NULL DEFAULT 0;
-- When an object of it was last settled.
ALTER TABLE iteration ADD COLUMN settled_at BIGINT;
