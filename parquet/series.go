package parquet

import (
	"strings"
	"time"
)

// series is what the names of log files have in common that one trail delivers of one account and Region, as
// CloudTrail makes them:
//
//	before YYYY/MM/DD middle YYYYMMDDTHHMM Z_ rest after
//	AWSLogs/111122223333/CloudTrail/eu-west-1/2026/06/01/111122223333_CloudTrail_eu-west-1_20260601T0005Z_0123456789abcdef.json.gz
//
// Names of any other form are those of a folder, which has no middle: before is the folder's name, and rest that in it.
type series struct{ before, middle, after string }

const (
	folderDay  = "2006/01/02"
	nameMinute = "20060102T1504"
	minuteEnd  = "Z_"
)

// splitName takes any name apart: series.name puts it together again. minute is that of the name, in minutes since
// 1970, and 0 in names of another form.
func splitName(name string) (s series, minute int64, rest string) {
	file := strings.LastIndexByte(name, '/') + 1
	s, rest = series{before: name[:file]}, name[file:]
	at := strings.Index(rest, minuteEnd) - len(nameMinute)
	if file <= len(folderDay) || at < 0 {
		return s, 0, rest
	}
	time, err := time.Parse(nameMinute, rest[at:at+len(nameMinute)])
	if err != nil {
		return s, 0, rest
	}
	own, after := rest[at+len(nameMinute+minuteEnd):], ""
	if dot := strings.IndexByte(own, '.'); dot >= 0 {
		own, after = own[:dot], own[dot:]
	}
	of, minute := series{name[:file-1-len(folderDay)], name[file-1 : file+at], after}, time.Unix()/60
	if of.name(minute, own) != name { // its folder is of another day
		return s, 0, rest
	}
	return of, minute, own
}

// name is that of which splitName made the parts.
func (s series) name(minute int64, rest string) string {
	if s.middle == "" {
		return s.before + rest
	}
	at := time.Unix(minute*60, 0).UTC()
	name := make([]byte, 0, len(s.before)+len(folderDay)+len(s.middle)+len(nameMinute+minuteEnd)+len(rest)+len(s.after))
	name = at.AppendFormat(append(name, s.before...), folderDay)
	name = at.AppendFormat(append(name, s.middle...), nameMinute)
	name = append(append(append(name, minuteEnd...), rest...), s.after...)
	return string(name)
}
