select
    object,
    byte_offset,
    record_index,
    reason,
    detail,
    sha256,
    at
from quarantine
order by id desc
limit ?1
