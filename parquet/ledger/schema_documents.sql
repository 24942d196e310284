-- What the files of the lake tell of documents of roles and policies, for whoever holds
-- changes against it while they come in: of each subject the newest facts. It is made
-- anew from the files where it is lost.

create table if not exists documents (
    subject text not null,
    at_us integer not null, -- microseconds since 1970
    turn integer not null,
    event text not null, -- empty: an inventory
    standing text not null,
    document text not null,
    primary key (subject, at_us, turn, event)
) without rowid;

-- The files of which that was taken.
create table if not exists told_files (
    path text primary key
) without rowid;
