package history

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"roletrail/iam"
	"roletrail/iam/difference"
)

// Of settings of roles that are no documents: how long sessions may last, and tags by which
// policies decide.

func ofSession(account, name string) string {
	return "session " + account + " " + strings.ToLower(name)
}

// ofTag is the subject of a tag by which a policy of an account decides. Keys of tags may hold
// spaces, and match in any case.
func ofTag(account, key string) string {
	return "tag " + account + " " + url.PathEscape(strings.ToLower(key))
}

// isSetting says whether an event changes a setting alone: without its parameters no document
// is in doubt.
func isSetting(eventName string) bool {
	return eventName == "UpdateRole" || eventName == "TagRole" || eventName == "UntagRole"
}

// How long sessions of a role may last, in seconds: what AWS allows, and where nobody said so.
const (
	shortestSession = 900
	longestSession  = 12 * 60 * 60
	defaultSession  = 60 * 60
)

// session is how long sessions may last by the change, in seconds; 0 if it does not say so.
func (r *reading) session() int64 {
	seconds := max(r.in.MaxSessionDuration, r.out.Role.MaxSessionDuration)
	if seconds == 0 && r.Name == "CreateRole" {
		return defaultSession
	}
	if seconds < shortestSession || seconds > longestSession {
		return 0
	}
	return int64(seconds)
}

// sessionFact is what the change tells of it.
func (r *reading) sessionFact(name string) []Fact {
	if r.session() == 0 || !isName(name) {
		return nil
	}
	return []Fact{r.fact(ofSession(r.AccountID, name), Here, fmt.Sprint(r.session()))}
}

// prolonged says that sessions of a role may last longer than before; nil if they may not, or if
// it is not known how long they might and may last no longer than where nobody says so.
func (x *explaining) prolonged() *difference.Difference {
	now := x.session()
	if now == 0 || !isName(x.name) {
		return nil
	}
	last := func(seconds int64) time.Duration { return time.Duration(seconds) * time.Second }
	f, before := x.before(ofSession(x.AccountID, x.name)), int64(0)
	if f != nil && f.Standing == Here {
		_, _ = fmt.Sscan(f.Text, &before) // FactsOf wrote it
	}
	switch {
	case before == 0 && now > defaultSession:
		return difference.OfNoDocument(nil, fmt.Sprintf("sessions may last %v", last(now)), difference.UnknownBefore)
	case before == 0, now <= before:
		return nil
	}
	medium := difference.Medium
	return difference.OfNoDocument(&medium, fmt.Sprintf("sessions may last %v, not %v", last(now), last(before)))
}

// mostTags is how many tags of a document or a change are looked at.
const mostTags = 50

// tagged says that tags were changed by which a policy of the account decides; nil if nothing
// tells of one.
func (x *explaining) tagged() *difference.Difference {
	var decide []string
	for _, key := range x.tagKeys() {
		before, after := x.around(ofTag(x.AccountID, key), x.Moment())
		if before != nil || after != nil && after.Event == "" { // an inventory tells what most likely was so before
			decide = append(decide, key)
		}
	}
	if len(decide) == 0 {
		return nil
	}
	medium := difference.Medium
	return difference.OfNoDocument(&medium, "policies decide by tag "+strings.Join(decide, ", "))
}

// tagKeys are the keys of the tags that the change is about.
func (x *explaining) tagKeys() (keys []string) {
	for _, tag := range x.in.Tags[:min(len(x.in.Tags), mostTags)] {
		keys = append(keys, string(tag.Key))
	}
	for _, key := range x.in.TagKeys[:min(len(x.in.TagKeys), mostTags)] {
		keys = append(keys, string(key))
	}
	return slices.DeleteFunc(keys, func(key string) bool { return key == "" || len(key) > maxTagKey })
}

// maxTagKey is how long the key of a tag is, in bytes: AWS allows 128 characters.
const maxTagKey = 4 * 128

// Where policies name tags of roles: as those of who calls, and of the role that is called for.
var tagNames = []string{"principaltag/", "iam:resourcetag/"}

// withTags adds to facts of an account by what tags their documents decide.
func withTags(account string, facts []Fact) []Fact {
	if !iam.IsAccountID(account) {
		return facts // AWS's own policies name no tag of anybody's
	}
	for _, f := range facts {
		for _, key := range tagsOf(f.Text) {
			facts = append(facts, Fact{Subject: ofTag(account, key), Moment: f.Moment, Standing: Here})
		}
	}
	return facts
}

// tagsOf are the keys of the tags by which a document decides, in small letters and each once.
func tagsOf(document string) (keys []string) {
	rest := strings.ToLower(document)
	for _, name := range tagNames {
		for text := rest; len(keys) < mostTags; {
			_, behind, ok := strings.Cut(text, name)
			if !ok {
				break
			}
			text = behind
			end := strings.IndexAny(behind, `"}\`)
			if end > 0 && end <= maxTagKey && behind[end] != '\\' && !slices.Contains(keys, behind[:end]) {
				keys = append(keys, behind[:end])
			}
		}
	}
	return keys
}
