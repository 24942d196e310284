package access

import (
	"context"
	"strings"
	"testing"

	"roletrail/iam/policy"
	"roletrail/queries"
	"roletrail/review"
	"roletrail/review/proposal"
)

// grantsEngine answers every question with verdicts on permissions of one role.
type grantsEngine struct {
	queries.Engine
	verdicts []string
}

func (e grantsEngine) Run(context.Context, string, queries.Params) (queries.Rows, error) {
	columns := []queries.Column{{Name: "role_id"}, {Name: "action"}, {Name: "verdict"}, {Name: "reason"}, {Name: "access_level"}, {Name: "last_used"}, {Name: "uses"}, {Name: "evidence"}}
	var rows [][]any
	for i, v := range e.verdicts {
		rows = append(rows, []any{"AROA1", "sqs:" + string(rune('A'+i)), v, "nobody looked", nil, nil, int64(0), nil})
	}
	return review.HeldRows(columns, rows), nil
}

// TestNoProposalWithoutProof: of a role of which the logs prove nothing the review does not
// propose to take everything away.
func TestNoProposalWithoutProof(t *testing.T) {
	for verdicts, why := range map[string]string{
		"probably_unused probably_unused": "Nothing that it may do is proved used or unused: nobody looked; ingest ",
		"probably_unused unused":          "",
	} {
		role := &Role{RoleID: "AROA1", InReview: true, Grants: &Grants{}}
		r := &reader{ctx: t.Context(), engine: grantsEngine{verdicts: strings.Fields(verdicts)}, review: &Review{}, byID: map[Text]*Role{"AROA1": role},
			held: map[*Role]*proposal.Held{role: {Policies: []policy.Source{{Name: "inline:a", Document: `{"Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"*"}]}`}}}}}
		if err := r.readGrants(); err != nil {
			t.Fatal(err)
		}
		if got := string(role.Proposal.WhyNot); !strings.HasPrefix(got, why) || (got == "") != (why == "") {
			t.Errorf("%s: %q, want %q", verdicts, got, why)
		}
	}
}
