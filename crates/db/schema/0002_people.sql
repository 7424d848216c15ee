-- People, how they sign in, the keys of scripts, and the teams people work in.

CREATE TABLE person (
    person_id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    -- Names and addresses are unique without regard to case.
    name_key TEXT NOT NULL UNIQUE,
    email TEXT,
    email_key TEXT,
    -- NULL until somebody sets one by a one-time link.
    password_hash TEXT,
    -- The password was given by an administrator, or there is none yet.
    must_change BIGINT NOT NULL,
    role TEXT NOT NULL,
    disabled BIGINT NOT NULL DEFAULT 0,
    language TEXT,
    -- Stands for the worker in answers and files; never changes.
    worker_key TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT
);
CREATE UNIQUE INDEX person_email ON person (email_key) WHERE email_key IS NOT NULL;

-- Only a hash of the token is kept: the database alone opens no session.
CREATE TABLE session (
    token_hash TEXT PRIMARY KEY,
    person_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_person ON session (person_id);
CREATE INDEX session_expiry ON session (expires_at);

-- One-time links to set a password; at most one a person.
CREATE TABLE password_reset (
    token_hash TEXT PRIMARY KEY,
    person_id BIGINT NOT NULL UNIQUE,
    expires_at BIGINT NOT NULL
);

-- Keys of scripts. The secret half derives from the id and is stored nowhere.
CREATE TABLE access_key (
    access_key_id TEXT PRIMARY KEY,
    -- NULL for a key that belongs to nobody in particular.
    person_id BIGINT,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    disabled BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    -- At coarse grain: written at most every some minutes.
    last_used_at BIGINT
);
CREATE INDEX access_key_created ON access_key (created_at, access_key_id);

CREATE TABLE workforce (
    name_key TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    -- `cognito` or `oidc`, and its configuration as JSON.
    kind TEXT NOT NULL,
    config TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE workteam (
    name_key TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    workforce TEXT,
    -- As CreateWorkteam gave them, as JSON.
    member_definitions TEXT NOT NULL,
    notification TEXT,
    access TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX workteam_created ON workteam (created_at, name_key);

-- The groups whose members make up a team.
CREATE TABLE workteam_group (
    team_key TEXT NOT NULL,
    group_name TEXT NOT NULL,
    PRIMARY KEY (team_key, group_name)
) /*clustered*/;
CREATE INDEX workteam_group_name ON workteam_group (group_name, team_key);

CREATE TABLE group_member (
    group_name TEXT NOT NULL,
    person_id BIGINT NOT NULL,
    PRIMARY KEY (group_name, person_id)
) /*clustered*/;
CREATE INDEX group_member_person ON group_member (person_id, group_name);

-- What one worker has done in all jobs.
CREATE INDEX job_worker_worker ON job_worker (worker_id);
