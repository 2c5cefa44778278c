package receiver_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// FuzzInvoke hands over whatever JSON: the receiver either says that it is no
// event of API Gateway's, or answers with a status that a partner understands,
// and publishes nothing that was not signed.
func FuzzInvoke(f *testing.F) {
	e := newEndpoint(f, bodySigned())
	for _, r := range []request{
		post(`{"id":"1"}`), e.sign(f, bodySigned(), post(`{"id":"1"}`)), get("/partner?challenge=1"),
		{Request: signature.Request{Method: "POST", Body: []byte("\x00\xff"), Header: http.Header{"A": {"", "b"}}}, asText: true},
	} {
		f.Add(r.event(f))
	}
	for _, raw := range []string{
		`{"resource":"/partner","httpMethod":"POST","body":"%%%","isBase64Encoded":true}`,
		`{"resource":"/partner","httpMethod":"POST","body":"\ud800","headers":{"content-length":"-1"}}`,
		`{"resource":"/partner","httpMethod":"POST","body":null,"multiValueHeaders":{"x":null}}`,
		`{"resource":"/partner/{secret}","httpMethod":"POST","body":"","requestContext":{"path":"%zz","domainName":"a b"}}`,
		`{"resource":"/","httpMethod":"POST","body":"\"","isBase64Encoded":true}`, `null`, `{}`, `[]`,
	} {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, event []byte) {
		e := newEndpoint(t, bodySigned())
		out, err := e.Invoke(context.Background(), event)
		if err != nil {
			assert.Nil(t, out)
			return
		}
		var got reply
		require.NoError(t, json.Unmarshal(out, &got))
		assert.Contains(t, []int{200, 401, 404, 405, 413}, got.Status, "%s", e.logs)
		assert.Equal(t, got.Status == 200, len(e.bus.events) == 1)
	})
}
