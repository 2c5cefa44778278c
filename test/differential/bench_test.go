package differential_test

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// BenchmarkAgainstVendors verifies the same request with the vendor's library
// and with this one, in turns: "x-vendor" is the ratio of Authenticate, which
// does what the vendor's does; "x-vendor-with-event" of Verify, which reads the
// event's id, type and asset besides. Below 1 this one is faster.
func BenchmarkAgainstVendors(b *testing.B) {
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	for _, v := range vendors {
		for _, size := range []int{1 << 10, 256 << 10} {
			b.Run(fmt.Sprintf("%s/%dKiB", v.name, size>>10), func(b *testing.B) {
				r := signature.Request{Method: "POST", URL: "https://hooks.example.com/p", Header: http.Header{}, Body: event(size)}
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("X-GitHub-Delivery", "72d3162e")
				r.Header.Set("X-GitHub-Event", "push")
				signed, err := v.scheme.Sign(r, signature.Plain(secret), time.Now())
				require.NoError(b, err)

				var theirs, ours, withEvent time.Duration
				for b.Loop() {
					start := time.Now()
					for range turn {
						if !v.accepts(signed, secret) {
							b.Fatal("the vendor refused")
						}
					}
					middle := time.Now()
					for range turn {
						if _, err := v.scheme.Authenticate(signed, signature.Plain(secret), middle); err != nil {
							b.Fatal(err)
						}
					}
					last := time.Now()
					for range turn {
						if _, err := v.scheme.Verify(signed, signature.Plain(secret), middle); err != nil {
							b.Fatal(err)
						}
					}
					theirs += middle.Sub(start)
					ours += last.Sub(middle)
					withEvent += time.Since(last)
				}
				b.ReportMetric(float64(ours)/float64(theirs), "x-vendor")
				b.ReportMetric(float64(withEvent)/float64(theirs), "x-vendor-with-event")
				b.ReportMetric(float64(ours.Nanoseconds())/float64(b.N*turn), "ns/verify")
			})
		}
	}
}

// turn is how often one side runs before it is the other's turn.
const turn = 16

// event is a payload with its id, type and action in front, as the vendors
// write them.
func event(size int) []byte {
	head := []byte(`{"action":"opened","id":"evt_1","event_id":"Ev1","type":"asset.ready","event":{"type":"message"},"data":{"object":{"id":"a1"}},"rest":"`)
	return append(append(head, bytes.Repeat([]byte("x"), max(0, size-len(head)-2))...), `"}`...)
}
