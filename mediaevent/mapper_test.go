package mediaevent

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite testdata/events")

var received = time.Date(2026, 3, 1, 12, 30, 0, 0, time.UTC)

// result is what a user of a mapping looks at first.
type result struct {
	Outcome     Outcome
	Action      Action
	ID          string
	Type        string
	AssetID     string
	Correlation []Correlation
}

func resultOf(in Incoming) result {
	return result{in.Outcome, in.Action, in.Event.ID, in.Event.Type, in.AssetID, in.Correlations()}
}

func byStage(asset, stage string) Correlation {
	return Correlation{Kind: ByStage, ID: asset, Stage: stage}
}

type partnerCase struct {
	payload  string
	envelope Envelope
	message  Message // what the caller adds
	mapping  Mapping
	want     []result
}

// partnerCases are payloads as partners send them, and what becomes of them.
// testdata/partners/README.md says where each shape is from.
var partnerCases = []partnerCase{
	{
		"frameio-file-ready.json", RawEnvelope, Message{ID: "delivery-1", StableID: true}, frameIO,
		[]result{{
			Mapped, Complete("editing"), "delivery-1", "media.editing.completed.v1", "c1e9a3b8-2f52-4f0f-9d4c-0f5a0a6b8d11",
			[]Correlation{byStage("c1e9a3b8-2f52-4f0f-9d4c-0f5a0a6b8d11", "editing")},
		}},
	},
	{
		"frameio-comment-created.json", RawEnvelope, Message{ID: "delivery-2", StableID: true}, frameIO,
		[]result{{
			Mapped, Record(), "delivery-2", "media.partner.recorded.v1", "0a9e2b0c-0c2e-45c8-9a0d-5c5bb2a5c9f4", nil,
		}},
	},
	{
		"mux-asset-ready.json", RawEnvelope, Message{}, mux,
		[]result{{
			Mapped, Complete("packaging"), "3a56ac3d-33da-4366-855b-f592d898409d", "media.packaging.completed.v1", "title-4711",
			[]Correlation{{Kind: ByJob, ID: "0201p02fGKPE7MrbC269XRD7LpcHhrmbu0002"}, byStage("title-4711", "packaging")},
		}},
	},
	{
		"mux-asset-errored.json", RawEnvelope, Message{}, mux,
		[]result{{
			Mapped, Fail("packaging"), "b9c7d3a1-51a2-4bb2-8f5c-c2a77f1f4f5e", "media.packaging.failed.v1", "title-4711",
			[]Correlation{{Kind: ByJob, ID: "0201p02fGKPE7MrbC269XRD7LpcHhrmbu0002"}, byStage("title-4711", "packaging")},
		}},
	},
	{
		"webhook-mux-envelope.json", WebhookEnvelope, Message{}, mux,
		[]result{{
			Mapped, Complete("packaging"), "3a56ac3d-33da-4366-855b-f592d898409d", "media.packaging.completed.v1", "title-4711",
			[]Correlation{{Kind: ByJob, ID: "0201p02fGKPE7MrbC269XRD7LpcHhrmbu0002"}, byStage("title-4711", "packaging")},
		}},
	},
	{
		"iconik-version-created.json", RawEnvelope, Message{}, iconik,
		[]result{{
			Mapped, Start(), "2bb7d0be-17a2-4e0c-8a87-0a3c6d5a8a10/7f2f3f4e-15d1-11ef-9cd4-0242ac120002",
			"media.asset.received.v1", "10.5240/7EC7-228A-510A-053E-CBB8-J", nil,
		}},
	},
	{
		"telestream-qc-rejected.json", RawEnvelope, Message{}, telestreamQC,
		[]result{{
			Mapped, Fail("qc"), "qc_01HQZX5N7W:qc.job.rejected", "media.qc.failed.v1", "",
			[]Correlation{{Kind: ByCallback, ID: "cb-7d0f1c9a52"}, {Kind: ByJob, ID: "qc_01HQZX5N7W"}},
		}},
	},
	{
		"telestream-qc-halted.json", RawEnvelope, Message{}, telestreamQC,
		[]result{{
			Unmapped, Record(), "qc_01HQZX5N7W:qc.job.halted", "media.partner.unmapped.v1", "",
			[]Correlation{{Kind: ByCallback, ID: "cb-7d0f1c9a52"}, {Kind: ByJob, ID: "qc_01HQZX5N7W"}},
		}},
	},
	{
		"signiant-package-delivered.json", RawEnvelope, Message{}, signiant,
		[]result{{
			Mapped, Complete("delivery"), "4f3c0b6e-6cb4-4d0c-a56d-8a2b0f3c9f2e/1/package.download.complete",
			"media.delivery.completed.v1", "title-4711", []Correlation{byStage("title-4711", "delivery")},
		}},
	},
	{
		"mediaconvert-complete.json", EventBridgeEnvelope, Message{}, mediaConvert,
		[]result{{
			Mapped, Complete("packaging"), "1772359000123-qnoxtd:COMPLETE", "media.packaging.completed.v1", "title-4711",
			[]Correlation{
				{Kind: ByCallback, ID: "cb-19d5aa02"},
				{Kind: ByJob, ID: "1772359000123-qnoxtd"},
				byStage("title-4711", "packaging"),
			},
		}},
	},
	{
		"mediaconvert-error.json", EventBridgeEnvelope, Message{}, mediaConvert,
		[]result{{
			Mapped, Fail("packaging"), "1772359000123-qnoxtd:ERROR", "media.packaging.failed.v1", "title-4711",
			[]Correlation{
				{Kind: ByCallback, ID: "cb-19d5aa02"},
				{Kind: ByJob, ID: "1772359000123-qnoxtd"},
				byStage("title-4711", "packaging"),
			},
		}},
	},
	{
		"rights-cleared.json", EventBridgeEnvelope, Message{}, rights,
		[]result{{
			Mapped, Complete("rights"), "D-20260301-0099", "media.rights.completed.v1", "title-4711",
			[]Correlation{byStage("title-4711", "rights")},
		}},
	},
	{
		"wistia-batch.json", RawEnvelope, Message{}, wistia,
		[]result{
			{Mapped, Start(), "f0c4f1f2-0001-4b55-9a5e-2a9e4a6b1c01", "media.asset.received.v1", "k9sdj2ls1x", nil},
			{Mapped, Record(), "f0c4f1f2-0002-4b55-9a5e-2a9e4a6b1c02", "media.partner.recorded.v1", "k9sdj2ls1x", nil},
			{Unmapped, Record(), "f0c4f1f2-0003-4b55-9a5e-2a9e4a6b1c03", "media.partner.unmapped.v1", "", nil},
		},
	},
	{
		"backblaze-batch.json", RawEnvelope, Message{}, backblaze,
		[]result{
			{
				Mapped, Start(),
				"4_zaea8c5bc362ae55070130333_f117c7bd5d6c6597c_d20260301_m083640_c001_v0001044_t0052_u01772353000123",
				"media.master.uploaded.v1", "title-4711", nil,
			},
			{
				Rejected, Action{},
				"4_zaea8c5bc362ae55070130333_f117c7bd5d6c6597d_d20260301_m083640_c001_v0001044_t0053_u01772353000456",
				"media.partner.rejected.v1", "", nil,
			},
		},
	},
	{
		"bunny-encoding-failed.json", RawEnvelope, Message{}, bunny,
		[]result{{
			Mapped, Fail(""), "5a38e7a3293bd23b41ba6b2e029a563955de9d10803b4288798bc080f7df1f09", "media.job.failed.v1", "",
			[]Correlation{{Kind: ByJob, ID: "657bb740-a71b-4529-a012-528021c31a92"}},
		}},
	},
	{
		"mam-master-announced.json", RawEnvelope, Message{Sequence: "10000000000000003000", Group: "TITLE-4711"}, mam,
		[]result{{Mapped, Start(), "MAM-000000981234", "media.asset.received.v1", "title-4711", nil}},
	},
	{
		"revcom-order-complete.form", RawEnvelope, Message{ContentType: "application/x-www-form-urlencoded"}, revCom,
		[]result{{
			Mapped, Complete("captions"), "CP0912:Complete", "media.captions.completed.v1", "title-4711",
			[]Correlation{{Kind: ByJob, ID: "CP0912"}, byStage("title-4711", "captions")},
		}},
	},
}

// message reads a partner's payload as the intake would.
func message(tb testing.TB, payload string, envelope Envelope, add Message) Message {
	tb.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", "partners", payload))
	require.NoError(tb, err)
	m, err := Unwrap(envelope, body)
	require.NoError(tb, err)
	m.ReceivedAt = received
	if add.ID != "" {
		m.ID, m.StableID = add.ID, add.StableID
	}
	if add.Sequence != "" {
		m.Sequence, m.Group = add.Sequence, add.Group
	}
	if add.ContentType != "" {
		m.ContentType = add.ContentType
	}
	return m
}

func mapper(tb testing.TB, mappings ...Mapping) *Mapper {
	tb.Helper()
	m, err := NewMapper(mappings...)
	require.NoError(tb, err)
	return m
}

func TestPartnersPayloadsBecomeCanonicalEvents(t *testing.T) {
	for _, c := range partnerCases {
		t.Run(c.payload, func(t *testing.T) {
			incoming := mapper(t, c.mapping).Map(message(t, c.payload, c.envelope, c.message))
			var got []result
			for _, in := range incoming {
				require.NoError(t, in.Event.Validate())
				got = append(got, resultOf(in))
			}
			assert.Equal(t, c.want, got)
			golden(t, c.payload, incoming)
		})
	}
}

// golden compares the whole of what came out with testdata/events, where a
// reader sees what an event looks like.
func golden(t *testing.T, payload string, incoming []Incoming) {
	t.Helper()
	events := make([]Event, len(incoming))
	for i, in := range incoming {
		events[i] = in.Event
	}
	var got bytes.Buffer
	enc := json.NewEncoder(&got)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	require.NoError(t, enc.Encode(events))
	file := filepath.Join("testdata", "events", payload[:len(payload)-len(filepath.Ext(payload))]+".json")
	if *update {
		require.NoError(t, os.WriteFile(file, got.Bytes(), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "go test ./mediaevent -update writes it")
	assert.Equal(t, string(want), got.String())
}
