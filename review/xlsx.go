package review

import (
	"bufio"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"roletrail/queries"
	"roletrail/review/termtext"
)

// The sheets of a workbook: the rows, and what they rest on.
const (
	answerSheet = "Answer"
	restsSheet  = "Rests on"
)

// What a spreadsheet has room for.
const (
	maxSheetRows = 1 << 20        // with the header
	maxCellText  = 32_767         // UTF-16 units of a cell
	maxExact     = int64(1) << 53 // whole numbers beyond it are rounded
)

// xlsxRenderer writes a workbook: the rows under a header that stays and filters, and the head
// on a second sheet. A text is written as a text and never as a formula, one longer than a cell
// can hold is cut and says so. Times are RFC 3339, as in csv: a spreadsheet has no zones.
type xlsxRenderer struct {
	w       *bufio.Writer
	o       Options
	book    *excelize.File
	sheet   *excelize.StreamWriter
	columns []queries.Column
	rows    int // written, with the header
}

func (x *xlsxRenderer) begin(meta *queries.Meta, columns []queries.Column) (err error) {
	x.columns = columns
	x.book = excelize.NewFile()
	if err := x.book.SetSheetName(x.book.GetSheetName(0), answerSheet); err != nil {
		return err
	}
	if meta != nil {
		if err := x.writeHead(meta); err != nil {
			return err
		}
	}
	bold, err := x.book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	if x.sheet, err = x.book.NewStreamWriter(answerSheet); err != nil {
		return err
	}
	names := make([]any, len(columns))
	for i, column := range columns {
		names[i] = excelize.Cell{StyleID: bold, Value: sheetText(column.Name)}
		if err := x.sheet.SetColWidth(i+1, i+1, sheetWidth(column)); err != nil {
			return err
		}
	}
	if err := x.sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return x.write(names)
}

// writeHead writes what the answer rests on, a line a row.
func (x *xlsxRenderer) writeHead(meta *queries.Meta) error {
	if _, err := x.book.NewSheet(restsSheet); err != nil {
		return err
	}
	for i, line := range headLines(meta, x.o.Report) {
		if err := x.book.SetCellStr(restsSheet, fmt.Sprintf("A%d", i+1), sheetText(line)); err != nil {
			return err
		}
	}
	return x.book.SetColWidth(restsSheet, "A", "A", 120)
}

// sheetWidth is how wide a column is, in characters: room for its name and the button of the
// filter, and for what it usually holds.
func sheetWidth(column queries.Column) float64 {
	usual := 10
	switch column.Type {
	case "timestamp":
		usual = 27
	case "varchar", "list", "struct":
		usual = 24
	}
	return float64(min(max(usual, utf8.RuneCountInString(column.Name)+4), 60))
}

func (x *xlsxRenderer) row(cells []any) error {
	if x.rows == maxSheetRows {
		return fmt.Errorf("writing xlsx: a sheet has no room for more than %d rows; ask for fewer, or for csv or parquet", maxSheetRows-1)
	}
	values := make([]any, len(cells))
	for i, cell := range cells {
		values[i] = sheetCell(x.columns[i], cell)
	}
	return x.write(values)
}

// sheetCell is a cell as a sheet has it: a number or truth, or a text.
func sheetCell(column queries.Column, cell any) any {
	switch v := cell.(type) {
	case nil, bool:
		return v
	case int64:
		if -maxExact <= v && v <= maxExact {
			return v
		}
	case float64:
		if v-v == 0 { // neither infinite nor no number, which sheets do not know
			return v
		}
	}
	text, _ := plain(column, cell)
	return sheetText(text)
}

// sheetText is a text that XML and a cell have room for.
func sheetText(s string) string {
	const note = "… (cut)"
	s = termtext.Line(s)
	if len(s) <= maxCellText {
		return s
	}
	units := 0
	for i, r := range s {
		if units += utf16.RuneLen(r); units > maxCellText-len(note) {
			return s[:i] + note
		}
	}
	return s
}

func (x *xlsxRenderer) write(values []any) error {
	x.rows++
	return x.sheet.SetRow(fmt.Sprintf("A%d", x.rows), values)
}

func (x *xlsxRenderer) end() error {
	last, err := excelize.CoordinatesToCellName(max(1, len(x.columns)), x.rows)
	if err != nil {
		return err
	}
	if err := x.book.AutoFilter(answerSheet, "A1:"+last, nil); err != nil {
		return err
	}
	if err := x.sheet.Flush(); err != nil {
		return err
	}
	_, err = x.book.WriteTo(x.w)
	return err
}

// Close removes what was put aside, also if not all rows came.
func (x *xlsxRenderer) Close() error {
	if x.book == nil {
		return nil
	}
	return x.book.Close()
}
