package silence

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// Most is how long a server may say nothing that was asked. It is more than SQS takes to say that
// there are no messages. Tests make it short.
var Most = time.Minute

// Impatient is a client of the SDK whose connections fail when nothing comes any more: by itself it
// waits for ever for an answer, or for the rest of one. It is made in the options of a service, for what
// they do before to the client of a configuration may take this away.
func Impatient(client aws.HTTPClient) aws.HTTPClient {
	c, ok := client.(*awshttp.BuildableClient)
	if !ok {
		return client
	}
	most := Most
	return c.WithTransportOptions(func(t *http.Transport) {
		dial := t.DialContext
		t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dial(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return impatient{conn, most}, nil
		}
	})
}

// impatient is a connection that fails when nothing has come for some time. What is sent begins that
// time anew, for the answer to a long request is awaited only when it has been sent.
type impatient struct {
	net.Conn
	most time.Duration
}

func (c impatient) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(c.most)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

func (c impatient) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if err != nil {
		return n, err
	}
	return n, c.SetReadDeadline(time.Now().Add(c.most))
}
