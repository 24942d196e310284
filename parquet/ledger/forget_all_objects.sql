-- What the lake held of them is no part of it any more.
delete from source_objects
