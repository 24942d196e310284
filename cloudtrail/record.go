package cloudtrail

// Bool is a boolean that may be unknown.
type Bool uint8

const (
	Unknown Bool = iota
	False
	True
)

// Record is one CloudTrail record. Its slices point into the document it was
// decoded from, or into the decoder, and are valid until the decoder's next
// document. A nil slice is a field that is absent, JSON null, or of a type its
// column cannot hold; what it was then stands in Other.
type Record struct {
	// Raw is the record's JSON text, session tokens replaced.
	Raw  []byte
	Text [NumTexts][]byte
	// JSON values are never the word null.
	JSON            [NumJSON][]byte
	ReadOnly        Bool
	ManagementEvent Bool
	// Time is eventTime in microseconds since 1970, UTC.
	Time int64
	// UserIdentity is the raw object, see [IdentityParser].
	UserIdentity []byte
	// Other is a JSON object of all members that the fields above do not hold as
	// AWS wrote them; nil if there are none. Its members win over the fields when
	// the record is rebuilt.
	Other []byte
	// Family is the log family the record belongs to.
	Family Family
	// Offset is where the record starts in the inflated document, in bytes.
	Offset int64
	// Index counts the records of the document from 0, quarantined ones included.
	Index int
}

// Account is the account that the record was delivered for, and where it does not
// say so, as in old versions, that of the identity (P31). It may be empty.
func (rec *Record) Account() []byte {
	if account := rec.Text[RecipientAccountID]; len(account) > 0 {
		return account
	}
	account := member(rec.UserIdentity, "accountId")
	if rec.Family == Aggregated {
		account = member(rec.Other, "accountId")
	}
	if !isString(account) {
		return nil
	}
	var s scratch
	text, _ := stringText(account, &s)
	return text
}

// HasTime reports whether Time is set. It always is in records of the family that
// is use.
func (rec *Record) HasTime() bool { return rec.Time != timeMissing && rec.Time != timeInvalid }
