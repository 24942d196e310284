package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"roletrail/cloudtrail"
)

// quarantineObject sets a whole object aside, with the hash of its stored bytes.
func quarantineObject(ctx context.Context, o *outcome, why error) {
	q := Quarantined{Object: o.object.Name, Reason: why.Error()}
	var syntax *cloudtrail.SyntaxError
	var limit *cloudtrail.LimitError
	switch {
	case errors.As(why, &syntax):
		q.Offset = syntax.Offset
	case errors.As(why, &limit):
		q.Offset = limit.Offset
	}
	sum, err := hashObject(ctx, o.object)
	if err != nil {
		q.Detail = "not hashed: " + err.Error()
	}
	q.SHA256 = sum
	*o = outcome{object: o.object, status: quarantined, reason: q.Reason, quarantine: []Quarantined{q}, effort: o.effort}
}

// hashObject is the hash of an object's stored bytes. Of an object that cannot be
// read to the end that was listed there is none: the hash of a part would be taken
// for that of other bytes. It stops when ctx ends.
func hashObject(ctx context.Context, object *Object) (string, error) {
	r, err := object.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	hash := sha256.New()
	n, err := io.Copy(hash, &untilDone{ctx, io.LimitReader(r, object.Size+1)})
	if err != nil {
		return "", err
	}
	if n != object.Size {
		return "", fmt.Errorf("it has not the %d bytes that were listed", object.Size)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
