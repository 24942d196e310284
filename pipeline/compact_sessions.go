package pipeline

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"roletrail/parquet"
)

// sessionDays brings the events of one file together by the role session that made them.
type sessionDays struct {
	names textCodes
	of    map[roleSession]sessionDay
	// Of the row group that is being added: a code of names for each code of its columns.
	translated [len(sessionColumns)][]int32
}

// roleSession is what the rows of [parquet.SessionDaysSchema] tell apart.
type roleSession struct {
	texts     [len(sessionColumns)]int32 // codes of [sessionDays.names], or noCode; the accounts are one
	createdAt int64                      // µs since 1970, where isDated
	isDated   bool
	unnamedAt int64 // µs since 1970, where only an ARN names the role
}

// sessionColumns are the columns of events, in the order of roleSession.texts. Of the
// accounts the second counts where there is none of the first; then it is NULL.
var sessionColumns = [...]int{
	parquet.ColRoleID, parquet.ColRoleARN, parquet.ColIdentityAccountID,
	parquet.ColRoleSessionName, parquet.ColIdentityAccessKeyID, parquet.ColSourceIdentity,
	parquet.ColRecipientAccountID,
}

const (
	sessionRoleID, sessionRoleARN, sessionAccount = 0, 1, 2
	sessionRecipient                              = len(sessionColumns) - 1
)

// sessionDay is what is known of a session. Times are µs since 1970.
type sessionDay struct {
	firstSeen, lastSeen             int64
	firstDone, lastDone, lastDenied int64
	events, calls, denied, failed   int64
}

func newSessionDays() rollup {
	return &sessionDays{names: newTextCodes(), of: map[roleSession]sessionDay{}}
}

// add adds the rows of a row group of events.
func (s *sessionDays) add(rows int, columns []parquet.Values) {
	for i, column := range sessionColumns {
		s.translated[i] = s.names.translate(s.translated[i], columns[column].Dict)
	}
	outcome := &columns[parquet.ColOutcome]
	denied, failed := codeOf(outcome.Dict, "denied"), codeOf(outcome.Dict, "failed")
	created := &columns[parquet.ColSessionCreatedAt]
	dated := 0 // rows before this one that tell when the session was made
	for row := range rows {
		one := sessionDay{events: 1}
		one.firstSeen = columns[parquet.ColEventTime].Int64[row]
		one.lastSeen = one.firstSeen
		if outcome.Codes != nil && outcome.Codes[row] != noCode {
			switch outcome.Codes[row] {
			case denied:
				one.denied, one.lastDenied = 1, one.firstSeen
			case failed:
				one.failed = 1
				fallthrough
			default:
				one.calls, one.firstDone, one.lastDone = 1, one.firstSeen, one.firstSeen
			}
		}
		key := s.session(row, one.firstSeen, columns)
		if len(created.Int64) > 0 && (created.Def == nil || created.Def[row] == 1) {
			key.createdAt, key.isDated = created.Int64[dated], true
			dated++
		}
		if key.texts[sessionRoleID] != noCode || key.texts[sessionRoleARN] != noCode {
			s.see(key, one)
		}
	}
}

// session is what a row tells apart, but when the session was made.
func (s *sessionDays) session(row int, at int64, columns []parquet.Values) roleSession {
	var key roleSession
	for i, column := range sessionColumns {
		key.texts[i] = translated(s.translated[i], &columns[column], row)
	}
	switch {
	case key.texts[sessionRoleARN] != noCode:
		key.texts[sessionAccount] = noCode
	case key.texts[sessionAccount] == noCode:
		key.texts[sessionAccount] = key.texts[sessionRecipient]
	}
	key.texts[sessionRecipient] = noCode
	if key.texts[sessionRoleID] == noCode {
		key.unnamedAt = at
	}
	return key
}

// see adds what is known of a session to what was known before.
func (s *sessionDays) see(key roleSession, more sessionDay) {
	known, ok := s.of[key]
	if !ok {
		s.of[key] = more
		return
	}
	known.firstSeen, known.lastSeen = min(known.firstSeen, more.firstSeen), max(known.lastSeen, more.lastSeen)
	if more.calls > 0 {
		if known.calls == 0 || more.firstDone < known.firstDone {
			known.firstDone = more.firstDone
		}
		known.lastDone = latest(known.calls, known.lastDone, more.lastDone)
	}
	if more.denied > 0 {
		known.lastDenied = latest(known.denied, known.lastDenied, more.lastDenied)
	}
	known.events, known.calls = known.events+more.events, known.calls+more.calls
	known.denied, known.failed = known.denied+more.denied, known.failed+more.failed
	s.of[key] = known
}

// write adds the sessions to a table, sorted by their texts and times: they do not depend
// on the order of the events.
func (s *sessionDays) write(t *table) error {
	ranks := s.names.ranks()
	order := slices.SortedFunc(maps.Keys(s.of), func(a, b roleSession) int {
		for i := range a.texts {
			if order := cmp.Compare(rankOf(ranks, a.texts[i]), rankOf(ranks, b.texts[i])); order != 0 {
				return order
			}
		}
		switch {
		case a.isDated == b.isDated:
			return cmp.Or(cmp.Compare(a.createdAt, b.createdAt), cmp.Compare(a.unnamedAt, b.unnamedAt))
		case b.isDated:
			return -1
		}
		return 1
	})
	row := make([]any, 0, len(parquet.SessionDaysSchema.Columns))
	for _, key := range order {
		known := s.of[key]
		row = row[:0]
		for _, code := range key.texts[:sessionRecipient] {
			row = append(row, s.names.text(code))
		}
		var createdAt any
		if key.isDated {
			createdAt = time.UnixMicro(key.createdAt).UTC()
		}
		row = append(row, createdAt, time.UnixMicro(known.firstSeen).UTC(), time.UnixMicro(known.lastSeen).UTC(),
			timeIfAny(known.calls, known.firstDone), timeIfAny(known.calls, known.lastDone), timeIfAny(known.denied, known.lastDenied),
			known.events, known.calls, known.denied, known.failed)
		if err := t.add(row...); err != nil {
			return err
		}
	}
	return nil
}
