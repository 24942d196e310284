select distinct
    object,
    reason
from quarantine
where record_index is not null and substr(reason, 1, length(?1)) = ?1
