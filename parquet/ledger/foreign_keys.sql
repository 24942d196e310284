select
    "table",
    rowid,
    parent
from pragma_foreign_key_check
