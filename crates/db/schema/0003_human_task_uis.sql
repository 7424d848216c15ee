-- Worker task templates kept by the service itself. A job pins the content when it begins, so
-- deleting one takes nothing away from a job.

CREATE TABLE human_task_ui (
    name TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL,
    content TEXT NOT NULL,
    -- Hexadecimal.
    content_sha256 TEXT NOT NULL
);
CREATE INDEX human_task_ui_created ON human_task_ui (created_at, name);
