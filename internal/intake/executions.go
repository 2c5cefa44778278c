package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/mediasupplychain/cdk/internal/chain"
	"github.com/mediasupplychain/cdk/internal/telemetry"
	"github.com/mediasupplychain/cdk/internal/wire"
	"github.com/mediasupplychain/cdk/sqsbatch"
)

// Executions is the source of the pipeline's own status changes: the only one
// that closes a run.
type Executions struct {
	Common
	Store Closer
}

// statusChange is EventBridge's event of Step Functions ("Automating Step
// Functions event delivery with EventBridge", developer guide).
type statusChange struct {
	Source string `json:"source"`
	Detail struct {
		ExecutionARN string  `json:"executionArn"`
		Name         string  `json:"name"`
		Status       string  `json:"status"`
		StopDate     *int64  `json:"stopDate"` // milliseconds since 1970
		Input        *string `json:"input"`    // null where it is too large
		Error        *string `json:"error"`
		Cause        *string `json:"cause"`
	} `json:"detail"`
}

// endings are the statuses of an execution that has ended.
var endings = map[string]chain.RunStatus{
	"SUCCEEDED": chain.RunCompleted,
	"FAILED":    chain.RunFailed,
	"TIMED_OUT": chain.RunTimedOut,
	"ABORTED":   chain.RunAborted,
}

// Process takes one status change in.
func (x *Executions) Process(ctx context.Context, m message) error {
	var change statusChange
	if err := json.Unmarshal([]byte(m.Body), &change); err != nil {
		return sqsbatch.Permanent(fmt.Errorf("status change: %w", err))
	}
	status, over := endings[change.Detail.Status]
	if !over {
		return nil // RUNNING, PENDING_REDRIVE
	}
	closing, err := x.closing(change, status)
	if err != nil {
		return sqsbatch.Permanent(err)
	}
	ctx = telemetry.With(ctx, slog.String(telemetry.AssetID, closing.Asset), slog.String(telemetry.RunID, closing.Run))
	result, err := x.Store.Close(ctx, closing)
	if err != nil {
		return classify(err)
	}
	x.report(ctx, "run is over", result)
	if result.Fate == chain.Applied && !result.Duplicate {
		x.Metrics.Count(wire.MetricRunsEnded, 1, telemetry.Dimension{Name: wire.DimensionStatus, Value: string(status)})
	}
	return nil
}

// closing reads a status change. An execution that somebody redrove ends a
// second time, at another moment: that is another event.
func (x *Executions) closing(change statusChange, status chain.RunStatus) (chain.Closing, error) {
	d := change.Detail
	var input struct{ Asset, Run string }
	switch {
	case d.Input == nil:
		return chain.Closing{}, fmt.Errorf("execution %s: the event does not carry its input", d.Name)
	case json.Unmarshal([]byte(*d.Input), &input) != nil, input.Asset == "", input.Run == "":
		return chain.Closing{}, fmt.Errorf("execution %s: its input tells no asset and run: the supply chain has not started it", d.Name)
	}
	c := chain.Closing{
		Asset: input.Asset, Run: input.Run, Status: status, Cause: reason(d.Error, d.Cause), Recorded: x.Now().UTC(), Occurred: x.Now().UTC(),
		Key: chain.EventKey{Source: change.Source, ID: d.ExecutionARN},
	}
	if d.StopDate != nil {
		c.Occurred = time.UnixMilli(*d.StopDate).UTC()
		c.Key.ID += "#" + strconv.FormatInt(*d.StopDate, 10)
	}
	return c, nil
}

// reason is an error and its cause as one text.
func reason(parts ...*string) string {
	var all []string
	for _, part := range parts {
		if part != nil && *part != "" {
			all = append(all, *part)
		}
	}
	text := strings.Join(all, ": ")
	if len(text) > maxCause {
		text = strings.ToValidUTF8(text[:maxCause], "")
	}
	return text
}
