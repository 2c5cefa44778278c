package faultproxy

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Fault is a way in which a call fails.
type Fault string

// The faults.
const (
	None Fault = "none"

	// Throttle refuses the call as the service does when it is called too often.
	Throttle Fault = "throttle"
	// Conflict cancels a DynamoDB transaction as one that met another. To all other
	// calls it does what Throttle does.
	Conflict Fault = "conflict"
	// Broken answers 500 or 503; the call is not passed on.
	Broken Fault = "broken"
	// Timeout passes the call on and holds the answer back; then it cuts the connection.
	Timeout Fault = "timeout"
	// CutBefore cuts the connection; the call is not passed on.
	CutBefore Fault = "cut before"
	// CutAfter passes the call on and cuts the connection instead of answering.
	CutAfter Fault = "cut after"
	// KillBefore kills the caller; the call is not passed on.
	KillBefore Fault = "kill before"
	// KillAfter passes the call on, and kills the caller before it gets the answer.
	KillAfter Fault = "kill after"
)

// Faults are the faults that need no [Plan.Kill].
func Faults() []Fault { return []Fault{Throttle, Conflict, Broken, Timeout, CutBefore, CutAfter} }

// Plan says which calls fail, and how. The zero plan lets all pass.
type Plan struct {
	// Seed decides. The same seed makes the same calls of an operation fail in the
	// same ways: the 17th PutEvents, say. Which event that 17th call is about
	// depends on what runs at once.
	Seed uint64

	// Rate is the share of calls that fail: 0 to 1.
	Rate float64

	// Burst is how many calls of an operation in a row fail in the same way when a
	// service has a bad moment, which a caller's own retries do not outlast. A third
	// of the calls that fail are of such moments.
	//
	// Default: 0, each call by itself.
	Burst int

	// Faults are what happens to them, each as often as the others.
	//
	// Default: Faults().
	Faults []Fault

	// Hold is how long Timeout holds an answer back.
	//
	// Default: one second.
	Hold time.Duration

	// KillRate is the share of calls at which the caller is killed, one half before
	// and one half after the call was carried out: 0 to 1.
	KillRate float64

	// Kill kills the caller. Required where KillRate is not 0.
	Kill func(Call)

	// Spare lets calls of an operation pass always.
	//
	// Default: none is spared.
	Spare func(Operation) bool
}

// decide says what happens to a call.
func (p Plan) decide(o Operation, number int) Fault {
	if p.Spare != nil && p.Spare(o) {
		return None
	}
	random := p.random(o, "call", number)
	switch chance := random.Float64(); {
	case chance < p.KillRate/2:
		return KillBefore
	case chance < p.KillRate:
		return KillAfter
	case chance < p.KillRate+p.single():
		return p.draw(random)
	}
	for first := number; first > max(0, number-p.Burst); first-- {
		if random := p.random(o, "burst", first); random.Float64() < p.Rate/3/float64(p.Burst) {
			return p.draw(random)
		}
	}
	return None
}

// single is the share of calls that fail by themselves.
func (p Plan) single() float64 {
	if p.Burst == 0 {
		return p.Rate
	}
	return p.Rate * 2 / 3
}

func (p Plan) draw(random *rand.Rand) Fault {
	faults := p.Faults
	if len(faults) == 0 {
		faults = Faults()
	}
	return faults[random.IntN(len(faults))]
}

// random is the same for the same call of a seed.
func (p Plan) random(o Operation, what string, number int) *rand.Rand {
	hash := fnv.New64a()
	_, _ = fmt.Fprintf(hash, "%s %s %d", o, what, number)
	return rand.New(rand.NewPCG(p.Seed, hash.Sum64())) //nolint:gosec // it has to be predictable
}

// carriedOut reports whether the call reaches the cloud although it fails.
func (f Fault) carriedOut() bool {
	return slices.Contains([]Fault{None, Timeout, CutAfter, KillAfter}, f)
}

// An answer is one that the proxy makes itself.
type answer struct {
	status int
	header http.Header
	body   string
}

// refuse is how a service refuses a call, by the fault.
func refuse(call Call) answer {
	switch {
	case call.Service == "s3" && call.Fault == Broken:
		return inXML(http.StatusInternalServerError, "InternalError")
	case call.Service == "s3":
		return inXML(http.StatusServiceUnavailable, "SlowDown")
	case call.Fault == Broken && call.Number%2 == 0:
		return inJSON(http.StatusServiceUnavailable, "ServiceUnavailable", nil)
	case call.Fault == Broken:
		return inJSON(http.StatusInternalServerError, "InternalServerError", nil)
	case call.Fault == Conflict && call.Name == "TransactWriteItems":
		return canceled(items(call.Request))
	case call.Service == "dynamodb" && call.Number%2 == 0:
		return inJSON(http.StatusBadRequest, "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException", nil)
	case call.Service == "sqs":
		refused := inJSON(http.StatusBadRequest, "com.amazonaws.sqs#RequestThrottled", nil)
		refused.header.Set("X-Amzn-Query-Error", "RequestThrottled;Sender")
		return refused
	}
	return inJSON(http.StatusBadRequest, "ThrottlingException", nil)
}

// canceled is how DynamoDB answers a transaction that met another one at its
// first item.
func canceled(writes int) answer {
	reasons := []map[string]string{{"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}}
	codes := []string{"TransactionConflict"}
	for range writes - 1 {
		reasons, codes = append(reasons, map[string]string{"Code": "None"}), append(codes, "None")
	}
	return inJSON(http.StatusBadRequest, "com.amazonaws.dynamodb.v20120810#TransactionCanceledException", map[string]any{
		"Message":             "Transaction cancelled, please refer cancellation reasons for specific reasons [" + strings.Join(codes, ", ") + "]",
		"CancellationReasons": reasons,
	})
}

func inJSON(status int, code string, fields map[string]any) answer {
	content := map[string]any{"__type": code, "message": "injected by the fault proxy"}
	for name, value := range fields {
		content[name] = value
	}
	body, err := json.Marshal(content)
	if err != nil {
		panic(err) // made of texts
	}
	return answer{status, http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, string(body)}
}

func inXML(status int, code string) answer {
	body := `<?xml version="1.0" encoding="UTF-8"?><Error><Code>` + code + `</Code><Message>injected by the fault proxy</Message></Error>`
	return answer{status, http.Header{"Content-Type": {"application/xml"}}, body}
}
