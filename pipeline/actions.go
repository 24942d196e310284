package pipeline

import (
	"strings"

	"roletrail/cloudtrail"
	"roletrail/iam/action"
)

// actions finds the IAM actions of a row store's events. Events of one kind have the
// same, so each kind is mapped once until the store is emptied.
type actions struct {
	mapper *action.Mapper
	kinds  map[eventKind]actionCodes
	last   eventKind // the kind looked up last: neighbours are often alike
	mapped actionCodes
	denied intern        // actions that messages of denied calls name
	tried  []actionCodes // beside them
}

// eventKind is what the mapping depends on, as codes of the store.
type eventKind struct {
	source, name, eventType int32
	service                 string // by [cloudtrail.CalledService]
}

// actionCodes are an event's actions, as codes of the columns iam_action and
// iam_actions_possible.
type actionCodes struct{ primary, possible int32 }

func newActions(m *action.Mapper, texts *arena) actions {
	return actions{mapper: m, kinds: map[eventKind]actionCodes{}, denied: newIntern(texts)}
}

func (a *actions) reset() {
	clear(a.kinds)
	a.last, a.mapped = eventKind{}, actionCodes{}
	a.denied.reset()
	a.tried = a.tried[:0]
}

// setActions fills iam_action and iam_actions_possible. The message of a denied
// call names the action that was refused, which says more than the event's name
// (iam-data 2.1, P12).
func (r *rows) setActions(rec *cloudtrail.Record, e *row, outcome cloudtrail.Outcome) {
	codes, ok := actionCodes{}, false
	if outcome == cloudtrail.Denied && e.apiCall {
		codes, ok = r.refused(rec.Text[cloudtrail.ErrorMessage])
	}
	if !ok {
		codes = r.actionsOfKind(rec, eventKind{e.codes[dictEventSource], e.codes[dictEventName], e.codes[dictEventType], cloudtrail.CalledService(rec)})
	}
	e.codes[dictIAMAction], e.codes[dictIAMActionsPossible] = codes.primary, codes.possible
}

func (r *rows) actionsOfKind(rec *cloudtrail.Record, kind eventKind) actionCodes {
	a := &r.actions
	if kind == a.last && len(a.kinds) > 0 {
		return a.mapped
	}
	codes, ok := a.kinds[kind]
	if !ok {
		codes = r.store(a.mapper.Map(string(cloudtrail.AppendAPISource(nil, rec)), string(rec.Text[cloudtrail.EventName]), string(rec.Text[cloudtrail.EventType])))
		a.kinds[kind] = codes
	}
	a.last, a.mapped = kind, codes
	return codes
}

// refused are the actions of a denied call whose message names an action that the
// catalogue knows.
func (r *rows) refused(message []byte) (codes actionCodes, ok bool) {
	a := &r.actions
	text, _ := cloudtrail.DeniedResource(message)
	if text == nil {
		return codes, false
	}
	code, isNew := a.denied.find(text)
	if isNew {
		name, _ := a.mapper.Attempted(string(text))
		a.tried = append(a.tried, r.store(action.Mapping{Primary: name}))
	}
	codes = a.tried[code]
	return codes, codes.primary != noCode
}

// store gives a mapping its codes.
func (r *rows) store(m action.Mapping) actionCodes {
	codes := actionCodes{noCode, noCode}
	if m.Primary != "" {
		codes.primary = r.dicts[dictIAMAction].code([]byte(m.Primary))
	}
	if len(m.Possible) > 0 {
		codes.possible = r.dicts[dictIAMActionsPossible].code([]byte(strings.Join(m.Possible, ",")))
	}
	return codes
}
