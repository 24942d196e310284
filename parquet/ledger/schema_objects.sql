-- The objects of a ledger of version 3. Their names are most of it, and are kept
-- in parts: what the names of a series of log files have in common stands once.

-- Names are put together of these and of those of the object:
--     before YYYY/MM/DD middle YYYYMMDDTHHMMZ_ rest after
--     before rest                                  where middle is empty
create table series (
    id integer primary key,
    before text not null,
    middle text not null,
    after text not null,
    unique (before, middle, after)
) strict;

create table source_objects (
    series_id integer not null references series (id),
    minute integer not null, -- of the name, since 1970; 0 where the series has no middle
    rest text not null,
    size integer not null,
    modified_ns integer not null,
    records integer not null,
    written integer not null,
    duplicate integer not null,
    quarantined integer not null,
    run_id integer not null references runs (id),
    status text, -- null: ingested
    reason text, -- null: ingested, as is at
    at text,
    checksum integer not null, -- of all that stands here of it, and of its name
    primary key (series_id, minute, rest),
    check (status is null or status = 'quarantined' or status = 'skipped'),
    check ((status is null) = (reason is null) and (status is null) = (at is null)),
    check (records = written + duplicate + quarantined)
) strict, without rowid;

create index objects_in_quarantine on source_objects (status)
where status = 'quarantined';

pragma user_version = 3;
