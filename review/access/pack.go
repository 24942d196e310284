package access

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// packed is the review for the script of the page: what WriteJSON writes, in a third of
// the room. A thousand roles would repeat the names of the fields and the reasons of the
// verdicts ten thousand times. It is
//
//	{"types": […], "texts": […], "root": …}
//
// A struct is the list of its values in the order of its type's names. A type is
// {"names": […], "kinds": […]}; a kind is null for a value that is itself, the number of a
// type for a struct, and [number] for a list of structs. A text that stands there more
// than once is "~" and its place in texts; one that begins with ~ has another ~ before it.
func (r *Review) packed() ([]byte, error) {
	p := &packer{types: map[reflect.Type]int{}, seen: map[string]int{}, places: map[string]int{}}
	if _, err := p.pack(reflect.ValueOf(*r)); err != nil {
		return nil, err
	}
	p.counted = true
	root, err := p.pack(reflect.ValueOf(*r))
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(struct {
		Types []packedType `json:"types"`
		Texts []string     `json:"texts"`
		Root  any          `json:"root"`
	}{p.list, p.texts, root})
	if err != nil {
		return nil, fmt.Errorf("packing the review: %w", err)
	}
	return text, nil
}

// compressed is the data as it stands in the page: deflated, which browsers undo by
// themselves, and in base64, in which nothing means anything in HTML.
func compressed(data []byte) (string, error) {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.DefaultCompression)
	if err == nil {
		_, err = w.Write(data)
		err = errors.Join(err, w.Close())
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), err
}

type packedType struct {
	Names []string `json:"names"`
	Kinds []any    `json:"kinds"`
	// fields are the places of the fields in the Go struct.
	fields []int
}

// packer packs a value twice: first to see which texts there are how often.
type packer struct {
	counted bool
	types   map[reflect.Type]int
	list    []packedType
	seen    map[string]int
	places  map[string]int
	texts   []string
}

// shortText is a text that takes no more room than its place in the list.
const shortText = 5

func (p *packer) text(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if !p.counted {
		p.seen[s]++
		return s
	}
	if p.seen[s] > 1 && len(s) > shortText {
		place, ok := p.places[s]
		if !ok {
			place = len(p.texts)
			p.places[s], p.texts = place, append(p.texts, s)
		}
		return "~" + strconv.Itoa(place)
	}
	if strings.HasPrefix(s, "~") {
		return "~" + s
	}
	return s
}

var timeType = reflect.TypeFor[time.Time]()

// isStruct says whether values of a type are packed as lists.
func isStruct(t reflect.Type) bool { return t.Kind() == reflect.Struct && t != timeType }

// kind is how the script reads a value of a type.
func (p *packer) kind(t reflect.Type) any {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case isStruct(t):
		return p.typeOf(t)
	case t.Kind() == reflect.Slice && isStruct(t.Elem()):
		return []int{p.typeOf(t.Elem())}
	}
	return nil
}

// typeOf is the number of a struct's type.
func (p *packer) typeOf(t reflect.Type) int {
	if n, ok := p.types[t]; ok {
		return n
	}
	n := len(p.list)
	p.types[t] = n
	p.list = append(p.list, packedType{})
	var made packedType
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == "-" || !t.Field(i).IsExported() {
			continue
		}
		made.Names, made.fields = append(made.Names, name), append(made.fields, i)
		made.Kinds = append(made.Kinds, p.kind(t.Field(i).Type))
	}
	p.list[n] = made
	return n
}

func (p *packer) pack(v reflect.Value) (any, error) {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil, nil
		}
		v = v.Elem()
	}
	switch t := v.Type(); {
	case t == timeType:
		return p.text(v.Interface().(time.Time).UTC().Format(time.RFC3339Nano)), nil
	case t == reflect.TypeFor[Severity]():
		return v.Interface().(Severity).String(), nil
	case t == reflect.TypeFor[Text]() && v.Len() == 0:
		return nil, nil
	case t.Kind() == reflect.Struct:
		return p.packStruct(v)
	}
	switch v.Kind() {
	case reflect.String:
		return p.text(v.String()), nil
	case reflect.Bool, reflect.Int, reflect.Int64, reflect.Float64:
		return v.Interface(), nil
	case reflect.Slice:
		if v.IsNil() {
			return nil, nil
		}
		list := make([]any, v.Len())
		for i := range list {
			var err error
			if list[i], err = p.pack(v.Index(i)); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	return nil, fmt.Errorf("packing the review: it has a %s, which nobody taught to pack", v.Type())
}

func (p *packer) packStruct(v reflect.Value) (any, error) {
	t := p.typeOf(v.Type())
	list := make([]any, len(p.list[t].fields))
	for i, field := range p.list[t].fields {
		var err error
		if list[i], err = p.pack(v.Field(field)); err != nil {
			return nil, err
		}
	}
	return list, nil
}
