package live

import (
	"bytes"
	"context"
	"encoding/json"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"roletrail/iam/inventory"
)

// asked are the parts of an inventory that say what roles may do. Policies of AWS
// are among them because their documents are to be had nowhere else.
var asked = []types.EntityType{types.EntityTypeRole, types.EntityTypeLocalManagedPolicy, types.EntityTypeAWSManagedPolicy}

// ReadInventory asks api, a client of Connect, for all pages and reads them as
// inventory.Parse does, with its default limits. told, if set, learns of each page how many
// roles and policies it has.
func ReadInventory(ctx context.Context, api iam.GetAccountAuthorizationDetailsAPIClient, told func(entries int)) (*inventory.Inventory, error) {
	answers := iam.NewGetAccountAuthorizationDetailsPaginator(api,
		&iam.GetAccountAuthorizationDetailsInput{Filter: asked},
		// A marker that comes again would go on for ever. The page that bears it says
		// that more follow, which makes the inventory incomplete.
		func(o *iam.GetAccountAuthorizationDetailsPaginatorOptions) { o.StopOnDuplicateToken = true })
	pages := &pages{next: func() (*page, error) {
		if !answers.HasMorePages() {
			return nil, io.EOF
		}
		answer, err := answers.NextPage(ctx)
		if err != nil {
			return nil, explain(err)
		}
		if told != nil {
			told(len(answer.RoleDetailList) + len(answer.Policies))
		}
		return &page{answer.RoleDetailList, answer.Policies, answer.IsTruncated}, nil
	}}
	inv, err := inventory.Parse(pages, "IAM", inventory.Limits{})
	if pages.err != nil {
		return nil, pages.err // the parser takes it for one of a file
	}
	return inv, err
}

// page is an answer in the form that the AWS CLI prints it in: the SDK's structures
// have the names of IAM's, and encode as they are.
type page struct {
	RoleDetailList []types.RoleDetail
	Policies       []types.ManagedPolicyDetail
	IsTruncated    bool
}

// pages reads as the JSON of one page after another, each asked for when the one
// before has been read.
type pages struct {
	next func() (*page, error) // io.EOF after the last
	text bytes.Buffer
	err  error // what ended the reading early
}

// Read implements io.Reader.
func (p *pages) Read(b []byte) (int, error) {
	for p.text.Len() == 0 && p.err == nil {
		page, err := p.next()
		if err == io.EOF {
			return 0, io.EOF
		}
		if err == nil {
			err = json.NewEncoder(&p.text).Encode(page)
		}
		p.err = err
	}
	if p.err != nil {
		return 0, p.err
	}
	return p.text.Read(b)
}
