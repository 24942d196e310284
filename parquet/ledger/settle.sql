-- Makes the replacing file the one of the ledger.
update files set
    rows = ?2,
    bytes = ?3,
    sha256 = ?4,
    run_id = (select run_id from replacing where path = ?1)
where path = ?1
