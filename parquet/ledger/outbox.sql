-- What is still to be told to a webhook: one row per webhook and change, gone when it is
-- told. Ledgers of before get the table when they are opened for writing.
create table if not exists outbox (
    webhook text not null,
    change text not null, -- the change's key
    event_time text not null, -- RFC 3339, by which it is told in order
    body blob not null, -- JSON
    tries integer not null default 0, -- that failed
    due_ns integer not null default 0, -- not to be tried before, ns since 1970
    primary key (webhook, change)
) without rowid;
