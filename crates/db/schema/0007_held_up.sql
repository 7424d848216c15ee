-- Why a job is not going on, as of the last try, and since when; null while it goes on.
ALTER TABLE labeling_job ADD COLUMN held_up TEXT;
ALTER TABLE labeling_job ADD COLUMN held_up_since BIGINT;
