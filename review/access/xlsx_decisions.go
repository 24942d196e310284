package access

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"roletrail/review"
)

// What a workbook may be when it comes back. Its parts are compressed: a small file can hold
// any number of bytes.
const (
	maxWorkbookBytes = 128 << 20 // of all parts inflated
	maxPartBytes     = 64 << 20  // of one part that is kept in memory
)

// isWorkbook says whether a file is a ZIP archive, as workbooks are and JSON never is.
func isWorkbook(text []byte) bool { return bytes.HasPrefix(text, []byte("PK\x03\x04")) }

// readWorkbook reads the decisions that were entered into a workbook of writeXLSX, whichever
// program saved it since. Columns are found by their names, so that they may have been moved
// and others added; what stands in them is read as strictly as a file of the page.
func readWorkbook(text []byte) (d *Decisions, err error) {
	book, err := excelize.OpenReader(bytes.NewReader(text), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxWorkbookBytes, UnzipXMLSizeLimit: maxPartBytes})
	if err != nil {
		return nil, fmt.Errorf("it is no workbook that can be read: %w", err)
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	d = &Decisions{}
	if err := readAbout(book, d); err != nil {
		return nil, fmt.Errorf("its sheet %q: %w", aboutName, err)
	}
	if err := readRoles(book, d); err != nil {
		return nil, fmt.Errorf("its sheet %q: %w", sheetName, err)
	}
	return d, nil
}

// readAbout reads which review the workbook is of.
func readAbout(book *excelize.File, d *Decisions) error {
	rows, err := book.GetRows(aboutName)
	if err != nil {
		return err
	}
	values := map[string]string{}
	for _, row := range rows {
		if len(row) > 1 && row[0] != "" {
			values[row[0]] = row[1]
		}
	}
	take := func(name string) string {
		value := values[name]
		delete(values, name)
		return value
	}
	if d.Format = take("format"); d.Format != decisionsFormat {
		return fmt.Errorf("its format is %.40q, not %q", d.Format, decisionsFormat)
	}
	var errSince, errUntil error
	d.Window.Since, errSince = time.Parse(time.RFC3339Nano, take("since"))
	d.Window.Until, errUntil = time.Parse(time.RFC3339Nano, take("until"))
	if quarter := take("quarter"); quarter != "" {
		d.Window.Quarter = &quarter
	}
	if err := errors.Join(errSince, errUntil); err != nil {
		return err
	}
	numbers := map[string]json.Number{}
	for name, value := range values {
		numbers[name] = json.Number(value)
	}
	d.Numbers, err = readNumbers(numbers)
	return err
}

func readNumbers(numbers map[string]json.Number) (*Numbers, error) {
	text, err := json.Marshal(numbers)
	if err != nil {
		return nil, fmt.Errorf("its headline numbers are none: %w", err)
	}
	n := &Numbers{}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(n); err != nil {
		return nil, fmt.Errorf("its headline numbers are none: %w", err)
	}
	return n, nil
}

// readRoles reads the decision of every row.
func readRoles(book *excelize.File, d *Decisions) (err error) {
	rows, err := book.Rows(sheetName)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	properties, err := book.GetWorkbookProps()
	if err != nil {
		return err
	}
	from1904 := properties.Date1904 != nil && *properties.Date1904
	var names []string
	reviewers := map[string]bool{}
	for number := 1; rows.Next(); number++ {
		cells, err := rows.Columns()
		if err != nil {
			return fmt.Errorf("row %d: %w", number, err)
		}
		if number == 1 {
			if names, err = columnsOf(cells); err != nil {
				return err
			}
			continue
		}
		one, err := decisionOf(names, cells, from1904)
		if err != nil {
			return fmt.Errorf("row %d: %w", number, err)
		}
		if one == nil {
			continue
		}
		if len(d.Decisions) == maxDecisions {
			return fmt.Errorf("it has more than %d decisions", maxDecisions)
		}
		if one.Reviewer != nil {
			reviewers[*one.Reviewer] = true
		}
		d.Decisions = append(d.Decisions, *one)
	}
	if len(reviewers) > 0 {
		all := review.Few(slices.Sorted(maps.Keys(reviewers)))
		d.Reviewer = &all
	}
	return rows.Error()
}

// columnsOf are the names of the columns, which must have those that a decision needs.
func columnsOf(cells []string) ([]string, error) {
	names := make([]string, len(cells))
	for i, cell := range cells {
		names[i] = strings.TrimSpace(cell)
		if names[i] != "" && slices.Contains(names[:i], names[i]) {
			return nil, fmt.Errorf("it has two columns %.40q", names[i])
		}
	}
	for _, needed := range []string{"role_id", "role_arn", "account_id", "state", "verdict", "granted", "decision", "until", "reviewer", "remark"} {
		if !slices.Contains(names, needed) {
			return nil, fmt.Errorf("it has no column %q", needed)
		}
	}
	return names, nil
}

// decisionOf is what a row says; nil for one that is empty, and for a role about which no
// review asks.
func decisionOf(names, cells []string, from1904 bool) (*Decision, error) {
	cell := func(name string) string {
		if at := slices.Index(names, name); at < len(cells) {
			return strings.TrimSpace(cells[at])
		}
		return ""
	}
	text := func(name string) *string {
		if s := cell(name); s != "" {
			return &s
		}
		return nil
	}
	one := &Decision{RoleID: text("role_id"), RoleARN: text("role_arn"), AccountID: text("account_id"), Reason: text("remark"), Reviewer: text("reviewer")}
	if what := strings.ToLower(cell("decision")); what != "" {
		one.Decision = &what
	}
	if one.Decision == nil && (one.key() == "" || !underReview(Text(cell("state")), Text(cell("verdict")))) {
		return nil, nil
	}
	if granted := cell("granted"); granted != "" {
		n, err := strconv.ParseInt(granted, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%.40q permissions are no number", granted)
		}
		one.Granted = &n
	}
	if until := cell("until"); until != "" {
		day, err := typedDay(until, from1904)
		if err != nil {
			return nil, err
		}
		one.Until = &day
	}
	return one, nil
}

// typedDay is a day as it was typed, or as the number that a spreadsheet made of it.
func typedDay(cell string, from1904 bool) (string, error) {
	serial, err := strconv.ParseFloat(cell, 64)
	if err != nil {
		return strings.TrimSuffix(cell, "T00:00:00"), nil
	}
	day, err := excelize.ExcelDateToTime(serial, from1904)
	if err != nil {
		return "", fmt.Errorf("%.40q is no day: %w", cell, err)
	}
	return day.Format(time.DateOnly), nil
}
