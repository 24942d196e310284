package pipeline

import (
	"fmt"

	"roletrail/iam/inventory"
	"roletrail/parquet"
)

// permissionGroup is how many rows a row group of iam/role_permissions holds at most:
// its dictionary of actions has to be worth its place.
const permissionGroup = 256 << 10

// permissionRows are rows of iam/role_permissions, column by column. A large account
// has millions of them, which differ from their neighbours in little: what a role's
// rows share is looked up once.
type permissionRows struct {
	rows      int
	account   dictColumn
	roleARN   dictColumn
	roleID    dictColumn
	action    dictColumn
	effect    dictColumn
	isPattern []bool
	via       listColumn
	resources listColumn
	grantedAt []int64
	granted   []int16 // whether a row has one
	at        []int64
}

// add appends the permissions of a role, as they stand at a moment in µs, and writes
// full row groups to the table.
func (p *permissionRows) add(t *table, role *inventory.Role, judgement *inventory.Judgement, at int64) error {
	for permission := range judgement.Permissions() {
		p.account.add(role.AccountID)
		p.roleARN.add(role.ARN)
		p.roleID.addOrNull(role.RoleID)
		p.action.add(permission.Action)
		p.effect.add(permission.Effect.String())
		p.isPattern = append(p.isPattern, permission.IsPattern)
		p.via.add(permission.Via)
		p.resources.add(permission.Resources)
		if permission.GrantedAt.IsZero() {
			p.granted = append(p.granted, 0)
		} else {
			p.granted = append(p.granted, 1)
			p.grantedAt = append(p.grantedAt, permission.GrantedAt.UnixMicro())
		}
		p.at = append(p.at, at)
		if p.rows++; p.rows >= permissionGroup {
			if err := p.flush(t); err != nil {
				return err
			}
		}
	}
	return nil
}

// flush writes the rows as one row group and starts anew.
func (p *permissionRows) flush(t *table) error {
	if p.rows == 0 {
		return nil
	}
	columns := []parquet.Values{ // in the order of parquet.RolePermissionsSchema
		p.account.values(), p.roleARN.values(), p.roleID.values(), p.action.values(), p.effect.values(),
		{Bool: p.isPattern}, p.via.values(), p.resources.values(), {Int64: p.grantedAt, Def: p.granted}, {Int64: p.at},
	}
	if err := t.writer.WriteRowGroup(p.rows, columns); err != nil {
		return fmt.Errorf("writing %q: %w", t.path, err)
	}
	t.count += int64(p.rows)
	p.rows = 0
	for _, c := range []*dictColumn{&p.account, &p.roleARN, &p.roleID, &p.action, &p.effect} {
		c.reset()
	}
	p.via.reset()
	p.resources.reset()
	p.isPattern, p.grantedAt, p.granted, p.at = p.isPattern[:0], p.grantedAt[:0], p.granted[:0], p.at[:0]
	return nil
}

// dictColumn is a column of texts of which few are different. Most repeat the one
// before.
type dictColumn struct {
	dict  [][]byte
	index map[string]int32
	codes []int32
	last  string
	code  int32 // of last
}

func (c *dictColumn) add(text string) {
	if len(c.dict) == 0 || text != c.last {
		c.last, c.code = text, c.find(text)
	}
	c.codes = append(c.codes, c.code)
}

// addOrNull adds NULL for an empty text.
func (c *dictColumn) addOrNull(text string) {
	if text == "" {
		c.codes = append(c.codes, noCode)
		return
	}
	c.add(text)
}

// find is the code of a text, which it enters into the dictionary.
func (c *dictColumn) find(text string) int32 {
	code, known := c.index[text]
	if known {
		return code
	}
	if c.index == nil {
		c.index = map[string]int32{}
	}
	code = int32(len(c.dict))
	c.dict = append(c.dict, []byte(text))
	c.index[text] = code
	return code
}

func (c *dictColumn) values() parquet.Values { return parquet.Values{Dict: c.dict, Codes: c.codes} }

func (c *dictColumn) reset() {
	clear(c.index)
	c.dict, c.codes = c.dict[:0], c.codes[:0]
}

// listColumn is a column of lists that many rows share, told by where they lie.
type listColumn struct {
	texts  dictColumn
	ends   []int32
	shared map[*string][]int32 // codes of lists, by their first element
}

func (c *listColumn) add(list []string) {
	if len(list) > 0 {
		codes, known := c.shared[&list[0]]
		if !known || len(codes) != len(list) {
			codes = make([]int32, len(list))
			for i, text := range list {
				codes[i] = c.texts.find(text)
			}
			if c.shared == nil {
				c.shared = map[*string][]int32{}
			}
			c.shared[&list[0]] = codes
		}
		c.texts.codes = append(c.texts.codes, codes...)
	}
	c.ends = append(c.ends, int32(len(c.texts.codes)))
}

func (c *listColumn) values() parquet.Values {
	v := c.texts.values()
	v.Ends = c.ends
	return v
}

func (c *listColumn) reset() {
	c.texts.reset()
	clear(c.shared)
	c.ends = c.ends[:0]
}
