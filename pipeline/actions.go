package pipeline

import (
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

	names intern // elements of iam_actions_possible
	lists []int32
	ends  []int32 // of each list
}

// eventKind is what the mapping depends on, as codes of the store.
type eventKind struct{ source, name, eventType int32 }

// actionCodes are an event's actions: a code of the column iam_action, and the
// number of a list.
type actionCodes struct{ primary, possible int32 }

func newActions(m *action.Mapper, texts *arena) actions {
	return actions{
		mapper: m, kinds: map[eventKind]actionCodes{},
		denied: newIntern(texts), names: newIntern(texts),
	}
}

func (a *actions) reset() {
	clear(a.kinds)
	a.last, a.mapped = eventKind{}, actionCodes{}
	a.denied.reset()
	a.names.reset()
	a.tried, a.lists, a.ends = a.tried[:0], a.lists[:0], a.ends[:0]
}

// list is a list of codes of names.
func (a *actions) list(number int32) []int32 {
	start := int32(0)
	if number > 0 {
		start = a.ends[number-1]
	}
	return a.lists[start:a.ends[number]]
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
		codes = r.actionsOfKind(rec, eventKind{e.codes[dictEventSource], e.codes[dictEventName], e.codes[dictEventType]})
	}
	e.codes[dictIAMAction], e.possible = codes.primary, codes.possible
}

func (r *rows) actionsOfKind(rec *cloudtrail.Record, kind eventKind) actionCodes {
	a := &r.actions
	if kind == a.last && len(a.kinds) > 0 {
		return a.mapped
	}
	codes, ok := a.kinds[kind]
	if !ok {
		codes = r.store(a.mapper.Map(string(rec.Text[cloudtrail.EventSource]), string(rec.Text[cloudtrail.EventName]), string(rec.Text[cloudtrail.EventType])))
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
	a := &r.actions
	codes := actionCodes{noCode, noCode}
	if m.Primary != "" {
		codes.primary = r.dicts[dictIAMAction].code([]byte(m.Primary))
	}
	if len(m.Possible) > 0 {
		for _, name := range m.Possible {
			a.lists = append(a.lists, a.names.code([]byte(name)))
		}
		codes.possible = int32(len(a.ends))
		a.ends = append(a.ends, int32(len(a.lists)))
	}
	return codes
}
