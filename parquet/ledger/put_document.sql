insert or ignore into documents (
    subject, at_us, turn, event, standing, document
) values (?, ?, ?, ?, ?, ?)
