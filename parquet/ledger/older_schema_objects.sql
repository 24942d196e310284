-- The objects of a ledger of version 2.

create table objects (
    name text primary key,
    size integer not null,
    modified_ns integer not null,
    family text not null,
    -- not "in": SQLite would make a table of the list for every row
    status text not null check (
        status = 'ingested' or status = 'quarantined' or status = 'skipped'
    ),
    reason text not null,
    records integer not null,
    written integer not null,
    duplicate integer not null,
    quarantined integer not null,
    run_id integer not null references runs (id),
    at text not null,
    check (records = written + duplicate + quarantined)
) without rowid;

pragma user_version = 2;
