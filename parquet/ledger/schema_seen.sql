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
