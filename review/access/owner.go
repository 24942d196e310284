package access

import (
	"encoding/json"
	"strings"

	"roletrail/review/termtext"
)

// ownerTags are the tags that name an owner, whatever their letters, the best first.
var ownerTags = []string{"owner", "team"}

// ownerTag is who the tags of a role, a JSON object, name as its owner.
func ownerTag(tags Text) Text {
	var all map[string]string
	if json.Unmarshal([]byte(tags), &all) != nil {
		return "" // tags of the inventory are an object of texts, or not known
	}
	for _, wanted := range ownerTags {
		found, under := "", ""
		for name, value := range all {
			// Of Owner and owner the same one is taken whatever the order of the map.
			if strings.EqualFold(name, wanted) && value != "" && (under == "" || name < under) {
				found, under = value, name
			}
		}
		if found != "" {
			return Text(termtext.Line(found))
		}
	}
	return ""
}
