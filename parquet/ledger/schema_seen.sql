-- What was seen in logs, for whoever tells what is unusual: see package unusual. Keys are
-- hashes. It is bounded, and is made anew from the files where it is lost.

create table if not exists seen (
    kind text not null,
    key blob not null,
    first_us integer not null, -- microseconds since 1970
    last_us integer not null,
    number integer not null, -- in the unit of the kind
    primary key (kind, key)
) without rowid;

-- The files of events of which that was taken.
create table if not exists learnt_files (
    path text primary key
) without rowid;

-- What is remembered of kinds of which there is much for a short while, many to a row: see ledger_many.go.
create table if not exists seen_many (
    kind text not null,
    span blob not null, -- what the entries of a row have in common: an hour, a day
    part integer not null, -- 1, 2, …
    number integer not null, -- of entries
    last_us integer not null, -- of the newest, microseconds since 1970
    entries blob not null, -- a key, and first_us, last_us and number in 8 bytes each
    primary key (kind, span, part)
) without rowid;
