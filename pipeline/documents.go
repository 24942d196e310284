package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"roletrail/cloudtrail"
	"roletrail/iam/history"
	"roletrail/iam/inventory"
	"roletrail/iam/reach"
	"roletrail/parquet"
)

// RememberDocuments takes into the ledger what the files of the lake tell of documents of
// roles and policies, as far as it was not taken yet: all of them the first time, and
// after a repair of the ledger. What a file tells is taken as a whole or not at all.
func RememberDocuments(ctx context.Context, lake *parquet.Lake) error {
	files, err := lake.Untold(parquet.EventsSchema.Table, parquet.RolesSchema.Table, parquet.PoliciesSchema.Table)
	if err != nil || len(files) == 0 {
		return err
	}
	if err := lake.ForgetTold(); err != nil {
		return err
	}
	for _, f := range files {
		if err := rememberFile(ctx, lake, f); err != nil {
			return err
		}
	}
	return nil
}

func rememberFile(ctx context.Context, lake *parquet.Lake, f parquet.DataFile) error {
	t := telling{lake: lake}
	if err := eachFacts(ctx, f, t.add); err != nil {
		return fmt.Errorf("looking for documents of roles in %q: %w", f.Name, err)
	}
	return lake.Remember(t.facts, f)
}

// telling is a file being read for the facts it tells.
type telling struct {
	lake  *parquet.Lake
	facts []history.Fact
	bytes int
}

// maxFacts is how many bytes of facts are held before they are kept.
const maxFacts = 8 << 20

func (t *telling) add(facts []history.Fact) error {
	for _, f := range facts {
		t.bytes += len(f.Subject) + len(f.Text)
	}
	if t.facts = append(t.facts, facts...); t.bytes < maxFacts {
		return nil
	}
	err := t.lake.Remember(t.facts)
	t.facts, t.bytes = t.facts[:0], 0
	return err
}

// eachFacts streams the facts that a file of events, roles or policies tells.
func eachFacts(ctx context.Context, f parquet.DataFile, add func([]history.Fact) error) error {
	if f.Account == "" {
		return eachDocumentChange(ctx, f.Path, func(c *foundChange) error { return add(c.facts()) })
	}
	meta, err := parquet.Metadata(f.Path)
	if err != nil || inventory.Origin(meta[originKey]) == inventory.FromLogs {
		return err // what a replay tells its events do
	}
	if strings.HasPrefix(f.Name, parquet.RolesSchema.Table+"/") {
		return parquet.EachRow(f.Path, toldRoles, func(row []any) error { return cmp.Or(ctx.Err(), add(roleFacts(row))) })
	}
	return parquet.EachRow(f.Path, toldPolicies, func(row []any) error { return cmp.Or(ctx.Err(), add(policyFacts(row))) })
}

var (
	toldRoles    = parquet.RolesSchema.Only("snapshot_at", "arn", "attached_policies", "trust_policy", "boundary")
	toldPolicies = parquet.PoliciesSchema.Only("snapshot_at", "policy_arn", "version_id", "role_arn", "name", "document", "kind")
)

func roleFacts(row []any) []history.Fact {
	at, _ := row[0].(time.Time)
	return history.RoleFacts(at, textOf(row[1]), row[2] != nil, textOf(row[3]), textOf(row[4]))
}

// policyFacts leaves out what bounds all roles of an organisation.
func policyFacts(row []any) []history.Fact {
	if kind := inventory.PolicyKind(textOf(row[6])); kind == inventory.SCP || kind == inventory.RCP {
		return nil
	}
	at, _ := row[0].(time.Time)
	return history.PolicyFacts(at, textOf(row[1]), textOf(row[2]), textOf(row[3]), textOf(row[4]), textOf(row[5]))
}

func textOf(cell any) string { s, _ := cell.(string); return s }

// foundChange is a role change as it lies in a file of events.
type foundChange struct {
	reach.Change
	kind        RoleChange
	summary     string
	actors      []string // who made it, as far as the record tells
	roles       []string // ARNs of those that it names
	explainable bool     // it may be about a document
}

// facts are what the change tells of documents, or of whom others reach.
func (c *foundChange) facts() []history.Fact {
	if !c.explainable {
		return reach.FactsOf(&c.Change)
	}
	return history.FactsOf(&c.Change.Change)
}

var foundColumns = parquet.EventsSchema.Only("event_id", "event_time", "event_name", "recipient_account_id", "request_parameters", "response_elements",
	"event_source", "change", "change_severity", "outcome", "change_summary", "identity_account_id", "role_arn", "identity_arn", "invoked_by",
	"change_policy_arn", "change_role_arns")

// eachDocumentChange streams the role changes of a file of events.
func eachDocumentChange(ctx context.Context, path string, fn func(*foundChange) error) error {
	isChange := func(row [][]byte) (bool, error) { return row[0] != nil, nil }
	return parquet.EachSelected(path, foundColumns, []string{"change"}, isChange, func(row []any) error {
		text := func(i int) string { return textOf(row[i]) }
		c := foundChange{
			Change: reach.Change{
				Change: history.Change{ID: text(0), Name: text(2), AccountID: text(3), Request: []byte(text(4)), Response: []byte(text(5))},
				Source: text(6), Kind: text(7), Policy: text(15), Succeeded: text(9) == string(cloudtrail.Success),
			},
			kind: RoleChange{Account: cmp.Or(text(3), text(11)), Change: text(7), Severity: text(8), Outcome: text(9)}, summary: text(10), actors: []string{text(12), text(13), text(14)},
		}
		c.Time, _ = row[1].(time.Time)
		c.roles, _ = row[16].([]string)
		c.NamesRoles = len(c.roles) > 0
		c.explainable = c.Source == iamSource && c.Succeeded && history.Tells(c.Name)
		return cmp.Or(ctx.Err(), fn(&c))
	})
}
