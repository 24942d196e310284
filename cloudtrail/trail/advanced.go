package trail

// advancedSelector is an element of AdvancedEventSelectors. All its fields must hold.
type advancedSelector struct {
	FieldSelectors []fieldSelector `json:"FieldSelectors"`
}

type fieldSelector struct {
	Field         string   `json:"Field"`
	Equals        []string `json:"Equals"`
	StartsWith    []string `json:"StartsWith"`
	EndsWith      []string `json:"EndsWith"`
	NotEquals     []string `json:"NotEquals"`
	NotStartsWith []string `json:"NotStartsWith"`
	NotEndsWith   []string `json:"NotEndsWith"`
}

// only says that the field has no other operator than Equals.
func (f fieldSelector) only() bool {
	return len(f.Equals) > 0 && len(f.StartsWith)+len(f.EndsWith)+len(f.NotEquals)+len(f.NotStartsWith)+len(f.NotEndsWith) == 0
}

// excludes says that the field has no other operator than NotEquals.
func (f fieldSelector) excludes() bool {
	return len(f.NotEquals) > 0 && len(f.Equals)+len(f.StartsWith)+len(f.EndsWith)+len(f.NotStartsWith)+len(f.NotEndsWith) == 0
}

// startsEverywhere says that the field asks for all ARNs of a type.
func (f fieldSelector) startsEverywhere(resourceType string) bool {
	return len(f.Equals)+len(f.EndsWith)+len(f.NotEquals)+len(f.NotStartsWith)+len(f.NotEndsWith) == 0 && every(resourceType, f.StartsWith)
}

// selectors are what an advanced selector asks for: a category and, for data events,
// one or more resource types. One without a category asks for nothing.
func (a advancedSelector) selectors(of Selector) (out []Selector) {
	of.Reads, of.Writes = true, true
	categories, types := []string(nil), []string{""}
	for _, f := range a.FieldSelectors {
		switch {
		case f.Field == "eventCategory" && f.only():
			categories = f.Equals
		case f.Field == "resources.type" && f.only():
			types = f.Equals
		}
	}
	for _, category := range categories {
		for _, resourceType := range types {
			s := of
			s.Category, s.ResourceType = category, resourceType
			for _, f := range a.FieldSelectors {
				s.apply(f)
			}
			out = append(out, s)
		}
	}
	return out
}

// apply limits a selector by one field.
func (s *Selector) apply(f fieldSelector) {
	switch {
	case f.Field == "eventCategory" && f.only(), f.Field == "resources.type" && f.only():
	case f.Field == "readOnly" && f.only() && len(f.Equals) == 1 && f.Equals[0] == "true":
		s.Writes = false
	case f.Field == "readOnly" && f.only() && len(f.Equals) == 1 && f.Equals[0] == "false":
		s.Reads = false
	case f.Field == "eventSource" && f.excludes():
		for _, source := range f.NotEquals {
			s.ExcludedServices = append(s.ExcludedServices, prefixOf(source))
		}
	case f.Field == "resources.ARN" && f.startsEverywhere(s.ResourceType):
	default:
		s.Narrowed = true
	}
}
