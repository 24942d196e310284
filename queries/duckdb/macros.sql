-- The names of Trino that DuckDB does not know, so that one text runs on both.
-- Only what the shipped queries and a reader's ad hoc SQL need: a macro must
-- answer as Trino does, or it is not here.

create or replace macro json_extract_scalar(j, p) as json_extract_string(j, p);

create or replace macro regexp_like(s, p) as regexp_matches(s, p);

create or replace macro cardinality(a) as len(a);

create or replace macro array_min(a) as case
    when len(list_filter(a, lambda x: x is null)) = 0 then list_min(a)
end;

-- NULL elements are left out, as Trino does. (array_to_string wants a constant
-- separator and cannot stand in a macro.)
create or replace macro array_join(a, s) as substr(
    list_reduce(
        list_transform(
            list_filter(a, lambda x: x is not null),
            lambda x: s || cast(x as varchar)
        ),
        lambda x, y: x || y,
        ''
    ),
    length(s) + 1
);

create or replace macro split(s, d) as string_split(s, d);

create or replace macro levenshtein_distance(a, b) as levenshtein(a, b);

-- Seconds since 1970, as double.
create or replace macro to_unixtime(t) as epoch(t);

create or replace macro from_iso8601_timestamp(s) as cast(s as timestamp with time zone);

create or replace macro date_format(t, f) as strftime(t, f);

create or replace macro at_timezone(t, z) as timezone(z, t);
