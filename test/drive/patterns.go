package drive

import (
	"context"
	"fmt"
	"time"
)

// Pattern is one way for a partner's event to arrive.
type Pattern struct {
	// Example is the name of the example that shows it.
	Example string

	// Story is who sends what, for people.
	Story string

	// Ordered says that events of one asset are received in the order sent.
	Ordered bool

	payload func(asset, id string, number int) map[string]any
	connect func(ctx context.Context, example *Example) (sender, error)
}

// A sender hands an event to AWS the way one partner does, and returns when AWS
// has taken it over.
type sender interface {
	send(ctx context.Context, event Event) error
}

// Patterns are the patterns of the library, in the order in which they are shown.
func Patterns() []Pattern {
	return []Pattern{
		{
			Example: "snsfifo",
			Story:   "a quality control service publishes results to an SNS FIFO topic, in order for each asset",
			Ordered: true,
			payload: qualityControl,
			connect: connectTopic,
		},
		{
			Example: "eventbridgesaas",
			Story:   "a rights platform sends clearances to its partner event bus",
			payload: rightsClearance,
			connect: connectBus("PartnerBusName"),
		},
		{
			Example: "custombus",
			Story:   "an editing tool in another account puts events on a custom bus",
			payload: editDecision,
			connect: connectBus("BusName"),
		},
		{
			Example: "sqslambda",
			Story:   "a transcode farm sends job updates to a queue",
			payload: transcodeJob,
			connect: connectQueue,
		},
		{
			Example: "webhook",
			Story:   "a video platform calls a signed webhook",
			payload: videoReady,
			connect: connectWebhook,
		},
	}
}

// PatternOf is the pattern that an example shows.
func PatternOf(example string) (Pattern, error) {
	for _, pattern := range Patterns() {
		if pattern.Example == example {
			return pattern, nil
		}
	}
	return Pattern{}, fmt.Errorf("no pattern of the example %q", example)
}

// The payloads have the shapes of real products of their kind.

func qualityControl(asset, id string, number int) map[string]any {
	return map[string]any{
		"eventId": id, "eventType": "qc.test.completed", "sequence": number, "occurredAt": occurrence(number),
		"job":    map[string]any{"id": "qc-" + id, "testPlan": "Netflix IMF 2.1", "status": "completed"},
		"media":  map[string]any{"file": asset + "_feature_uhd_hdr.mxf", "durationFrames": 172800, "frameRate": "24000/1001"},
		"result": map[string]any{"verdict": "pass-with-findings", "findings": findings()},
	}
}

func findings() []any {
	return []any{
		map[string]any{"category": "video", "term": "Flash photosensitivity", "severity": "medium", "timecode": "01:12:33:08"},
		map[string]any{"category": "audio", "term": "True peak above −2 dBTP", "severity": "low", "timecode": "00:04:51:17"},
	}
}

func rightsClearance(asset, id string, number int) map[string]any {
	return map[string]any{
		"clearanceId": id, "status": "cleared", "revision": number, "decidedAt": occurrence(number),
		"title":   map[string]any{"eidr": "10.5240/7791-8534-2C23-9030-8610-5", "name": "The Long Take", "house": asset},
		"windows": []any{map[string]any{"territory": "DE", "start": "2026-01-01", "end": "2028-12-31", "licence": "SVOD"}},
	}
}

func editDecision(asset, id string, number int) map[string]any {
	return map[string]any{
		"id": id, "kind": "sequence.locked", "version": number, "at": occurrence(number),
		"project": map[string]any{"name": "The Long Take", "editor": "Zoë Müller"}, // text beyond ASCII must survive
		"timeline": map[string]any{"asset": asset, "reel": 3, "edl": "TITLE: LONG TAKE R3\nFCM: NON-DROP FRAME\n" +
			"001  AX  V  C  01:00:00:00 01:00:04:12 01:00:00:00 01:00:04:12\n"},
	}
}

func transcodeJob(asset, id string, number int) map[string]any {
	return map[string]any{
		"jobId": "tc-" + id, "messageId": id, "state": "COMPLETE", "attempt": 1, "progress": 100, "updatedAt": occurrence(number),
		"input":   map[string]any{"uri": "s3://masters/" + asset + "/feature.mxf", "bytes": 412316860416},
		"outputs": []any{map[string]any{"profile": "hls-cmaf-2160p", "uri": "s3://packages/" + asset + "/index.m3u8", "ladder": 7}},
	}
}

// occurrence is a minute later for each event.
func occurrence(number int) string {
	return time.Date(2026, 3, 14, 9, 26, 0, 0, time.UTC).Add(time.Duration(number) * time.Minute).Format(time.RFC3339)
}
