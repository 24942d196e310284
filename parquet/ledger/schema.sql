-- The ledger of a lake, but for its objects, see schema_objects. Names of objects and paths of files are kept
-- as bytes came; nothing here is ever read back as SQL or as a path outside the
-- lake.

create table runs (
    id integer primary key,
    started_at text not null,
    finished_at text, -- null: running, or interrupted
    version text not null
);

create table files (
    path text primary key, -- relative to the lake, with slashes
    table_name text not null,
    partition text not null, -- YYYY-MM-DD or empty
    rows integer not null,
    bytes integer not null,
    sha256 blob not null check (length(sha256) = 32),
    run_id integer not null references runs (id)
) without rowid;

create index files_by_table on files (table_name, partition);

-- Files that are about to replace one of the same path. A reader that finds the
-- new one before its row in files is changed knows it from here.
create table replacing (
    path text primary key references files (path),
    bytes integer not null,
    sha256 blob not null check (length(sha256) = 32),
    run_id integer not null references runs (id)
) without rowid;

create table quarantine (
    id integer primary key,
    object text not null,
    byte_offset integer not null,
    record_index integer, -- null: the whole object
    reason text not null,
    detail text not null,
    sha256 blob check (length(sha256) = 32), -- null: not readable to its end
    run_id integer not null references runs (id),
    at text not null
);

create index quarantine_by_object on quarantine (object);

pragma application_id = 1920234092; -- 'rtrl'
