package signature_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// BenchmarkVerify measures verification against nothing but the HMAC of the
// same content. The two take turns, so that a slow moment of the machine hits
// both; "x-hmac" is the ratio.
func BenchmarkVerify(b *testing.B) {
	for _, size := range []int{1 << 10, 256 << 10, 1 << 20} {
		for _, s := range []*signature.Scheme{signature.StandardWebhooks(), signature.Mux(), signature.GitHub(), signature.FrameIO()} {
			b.Run(fmt.Sprintf("%s/%dKiB", s.Name, size>>10), func(b *testing.B) {
				benchmarkVerify(b, s, bodyOf(size), signature.Plain(testSecret))
			})
		}
	}
}

// BenchmarkVerifyDuringRotation shows what a second secret costs: its own HMAC.
func BenchmarkVerifyDuringRotation(b *testing.B) {
	benchmarkVerify(b, signature.Mux(), bodyOf(1<<20), signature.Plain("new", testSecret))
}

func benchmarkVerify(b *testing.B, s *signature.Scheme, body []byte, secrets signature.Secrets) {
	b.Helper()
	signed, err := s.Sign(signature.Request{
		Method: "POST",
		Header: http.Header{"X-Github-Delivery": {"d"}, "X-Github-Event": {"push"}, "User-Agent": {"x"}, "Content-Type": {"application/json"}},
		Body:   body,
	}, secrets[len(secrets)-1:], noon)
	require.NoError(b, err)
	const turn = 8
	var bare, verify time.Duration
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		for range turn {
			if !bareHMAC(body) {
				b.Fatal("mismatch")
			}
		}
		middle := time.Now()
		for range turn {
			if _, err := s.Verify(signed, secrets, noon); err != nil {
				b.Fatal(err)
			}
		}
		bare += middle.Sub(start)
		verify += time.Since(middle)
	}
	b.ReportMetric(float64(verify)/float64(bare), "x-hmac")
	b.ReportMetric(float64(verify.Nanoseconds())/float64(b.N*turn), "ns/verify")
}

func bareHMAC(body []byte) bool {
	mac := hmac.New(sha256.New, []byte(testSecret))
	mac.Write(body)
	return hmac.Equal(mac.Sum(nil), mac.Sum(nil))
}

// bodyOf is an event whose id comes first, as most partners write it, and whose
// rest has the given size.
func bodyOf(size int) []byte {
	head := []byte(`{"id":"evt_1","type":"video.asset.ready","object":{"id":"a1"},"data":{"tracks":[`)
	track := []byte(`{"type":"video","max_width":1920,"name":"main \"title\""},`)
	tracks := bytes.Repeat(track, max(0, size-len(head))/len(track))
	return slices.Concat(head, tracks, []byte(`null]}}`))
}

// TestVerifyAllocatesNothingInProportionToTheBody compares a small body with
// one a thousand times as large.
func TestVerifyAllocatesNothingInProportionToTheBody(t *testing.T) {
	for _, s := range []*signature.Scheme{
		signature.StandardWebhooks(), signature.Mux(), signature.GitHub(), signature.FrameIO(), signature.Box(), signature.Wistia(), signature.Cloudinary(),
		signature.Dropbox(), signature.AssemblyAI("X-Secret"), signature.Slack(),
	} {
		t.Run(s.Name, func(t *testing.T) {
			small, large := allocated(t, s, 1<<10), allocated(t, s, 1<<20)
			require.Less(t, large, small+1024, "bytes: %d for 1 KiB, %d for 1 MiB", small, large)
			require.Less(t, small, uint64(8<<10))
		})
	}
}

// allocated is what one verification allocates, in bytes.
func allocated(t *testing.T, s *signature.Scheme, size int) uint64 {
	t.Helper()
	signWith, verifyWith := keysFor(s)
	signed, err := s.Sign(signature.Request{Method: "POST", Body: bodyOf(size)}, signWith, noon)
	require.NoError(t, err)
	const runs = 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		_, err = s.Verify(signed, verifyWith, noon)
	}
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	return (after.TotalAlloc - before.TotalAlloc) / runs
}
