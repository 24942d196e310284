package main

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"
)

// iamDataAction is an action in the package's data/actions/SERVICE.json.
type iamDataAction struct {
	Name          string `json:"name"`
	AccessLevel   string `json:"accessLevel"`
	ResourceTypes []struct {
		Name     string `json:"name"`
		Required bool   `json:"required"`
	} `json:"resourceTypes"`
}

// iamData is what the tarball of the package holds for the catalogue.
type iamData struct {
	date    time.Time
	licence []byte
	rows    []row
}

// row is an action in the parts of its line.
type row struct{ name, level, resources string }

// readIAMData reads the tarball of the package.
func readIAMData(tarball io.Reader) (*iamData, error) {
	z, err := gzip.NewReader(tarball)
	if err != nil {
		return nil, err
	}
	d := &iamData{}
	for files := tar.NewReader(z); ; {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		name := header.Name
		switch folder, file := path.Split(name); {
		case name == "package/LICENSE.txt":
			d.licence, err = io.ReadAll(files)
		case name == "package/package.json":
			d.date, err = iamDataDate(files)
		case folder == "package/data/actions/":
			d.rows, err = appendRows(d.rows, strings.TrimSuffix(file, ".json"), files)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if len(d.licence) == 0 || d.date.IsZero() || len(d.rows) == 0 {
		return nil, errors.New("the tarball lacks its licence, its date or its actions")
	}
	return d, nil
}

func iamDataDate(r io.Reader) (time.Time, error) {
	var about struct {
		UpdatedAt time.Time `json:"updatedAt"`
	}
	err := json.NewDecoder(r).Decode(&about)
	return about.UpdatedAt.UTC().Truncate(24 * time.Hour), err
}

func appendRows(rows []row, service string, r io.Reader) ([]row, error) {
	actions := map[string]iamDataAction{}
	if err := json.NewDecoder(r).Decode(&actions); err != nil {
		return nil, err
	}
	for _, a := range actions {
		level, ok := levels[a.AccessLevel]
		if !ok {
			return nil, fmt.Errorf("action %q has the access level %q", a.Name, a.AccessLevel)
		}
		var types []string
		for _, t := range a.ResourceTypes {
			if strings.Contains(t.Name, ",") {
				return nil, fmt.Errorf("a resource type of action %q is called %q", a.Name, t.Name)
			}
			if t.Required {
				t.Name += "*"
			}
			types = append(types, t.Name)
		}
		rows = append(rows, row{service + ":" + a.Name, level, strings.Join(types, ",")})
	}
	return rows, nil
}

// levels are the letters of the access levels as the package spells them.
var levels = map[string]string{
	"Read": "R", "List": "L", "Write": "W",
	"Tagging": "T", "Tagging, Write": "T",
	"Permissions management": "P", "Permissions management, Write": "P",
}

// pack writes the text that action.Unpack reads, always in the same bytes.
func (d *iamData) pack(w io.Writer) error {
	slices.SortFunc(d.rows, func(a, b row) int {
		return strings.Compare(strings.ToLower(a.name), strings.ToLower(b.name))
	})
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(z, "roletrail action catalogue 1 %s\n", d.date.Format(time.DateOnly))
	for _, r := range d.rows {
		if err == nil {
			_, err = fmt.Fprintf(z, "%s\t%s\t%s\n", r.name, r.level, r.resources)
		}
	}
	return errors.Join(err, z.Close())
}
