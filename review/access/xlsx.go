package access

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"time"

	"github.com/xuri/excelize/v2"

	"roletrail/review/termtext"
)

// The sheets of the workbook: a row per role, and which review they are of.
const (
	sheetName = "Roles"
	aboutName = "Review"
)

// sheetWidths are the widths of columns, in characters; the others have that of their name.
var sheetWidths = map[string]float64{
	"account_id": 14, "role_name": 34, "owner": 18, "kind": 16, "verdict": 13, "reason": 30, "last_used": 21, "finding": 60, "question": 60,
	"role_arn": 60, "role_id": 24, "evidence": 38, "decision": 13, "until": 13, "reviewer": 18, "remark": 40,
}

// writeXLSX writes the rows of the table as a workbook: its header stays and filters, and a
// decision is chosen from a list. A text is written as a text and never as a formula.
func (r *Review) writeXLSX(w io.Writer) (err error) {
	book := excelize.NewFile()
	defer func() { err = errors.Join(err, book.Close()) }()
	if err := book.SetSheetName(book.GetSheetName(0), sheetName); err != nil {
		return err
	}
	for i := range r.Roles {
		for c, column := range sheetColumns {
			if err := setCell(book, sheetName, c+1, i+2, column.cell(&r.Roles[i])); err != nil {
				return fmt.Errorf("writing role %q as a row: %w", r.Roles[i].RoleARN, err)
			}
		}
	}
	if err := errors.Join(r.layOut(book), r.writeAbout(book)); err != nil {
		return err
	}
	_, err = book.WriteTo(w)
	return err
}

// setCell fills a cell; what is not known stays empty.
func setCell(book *excelize.File, sheet string, column, row int, value any) error {
	name, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		return err
	}
	switch v := value.(type) {
	case nil:
		return nil
	case int64:
		return book.SetCellInt(sheet, name, v)
	case time.Time:
		return book.SetCellStr(sheet, name, v.UTC().Format(time.RFC3339Nano))
	case string:
		return book.SetCellStr(sheet, name, termtext.Line(v)) // XML has no room for controls
	}
	return fmt.Errorf("a cell is a %T, which no sheet has", value)
}

// layOut writes the header, and sets what helps to read and to decide.
func (r *Review) layOut(book *excelize.File) error {
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	last := len(r.Roles) + 1
	lastColumn, err := excelize.ColumnNumberToName(len(sheetColumns))
	if err != nil {
		return err
	}
	for i, column := range sheetColumns {
		letter, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		width := sheetWidths[column.name]
		if width == 0 {
			width = float64(len(column.name)) + 4 // room for the button of the filter
		}
		if err := errors.Join(setCell(book, sheetName, i+1, 1, column.name), book.SetColWidth(sheetName, letter, letter, width)); err != nil {
			return err
		}
		if column.name == "decision" && last > 1 {
			if err := addChoice(book, fmt.Sprintf("%s2:%s%d", letter, letter, last)); err != nil {
				return err
			}
		}
	}
	return errors.Join(
		book.SetCellStyle(sheetName, "A1", lastColumn+"1", bold),
		book.SetPanes(sheetName, &excelize.Panes{Freeze: true, XSplit: 2, YSplit: 1, TopLeftCell: "C2", ActivePane: "bottomRight"}),
		book.AutoFilter(sheetName, fmt.Sprintf("A1:%s%d", lastColumn, last), nil),
	)
}

// addChoice lets the cells of a column be one of the decisions.
func addChoice(book *excelize.File, cells string) error {
	choice := excelize.NewDataValidation(true)
	choice.SetSqref(cells)
	if err := choice.SetDropList([]string{"keep", "trim", "remove", "exception"}); err != nil {
		return err
	}
	return book.AddDataValidation(sheetName, choice)
}

// writeAbout writes which review the workbook is of: its window, to which the decisions are
// bound, and the headline numbers, with which the next review compares its own.
func (r *Review) writeAbout(book *excelize.File) error {
	if _, err := book.NewSheet(aboutName); err != nil {
		return err
	}
	about := [][2]any{{"format", decisionsFormat}, {"since", r.Window.Since}, {"until", r.Window.Until}, {"quarter", known(r.Window.Quarter)}}
	numbers := reflect.ValueOf(r.Numbers)
	for i := range numbers.NumField() {
		about = append(about, [2]any{numbers.Type().Field(i).Tag.Get("json"), numbers.Field(i).Int()})
	}
	for i, pair := range about {
		if err := errors.Join(setCell(book, aboutName, 1, i+1, pair[0]), setCell(book, aboutName, 2, i+1, pair[1])); err != nil {
			return err
		}
	}
	return book.SetColWidth(aboutName, "A", "B", 24)
}
