package main

import (
	"context"
	"time"

	"github.com/mediasupplychain/cdk/test/drive"
)

// A partner is one that the story's titles go through: who it is, how its events
// arrive, and what it says when all is well.
type partner struct {
	Stage   string // which it is asked for; "" for the one that begins
	Domain  string
	Name    string
	Way     string
	source  string   // in the DeadLetterQueueUrls of the example
	event   string   // source of its events
	file    string   // of the example's payloads: its answer
	request []string // path of the field by which the answer tells which request it is for
}

// allPartners are those of the example, in the order in which they are asked.
func allPartners() []partner {
	return []partner{
		{Domain: "Asset management", Name: "asset management", Way: "SNS FIFO topic", source: "masters", event: "/partners/mam", file: "masters-registered"},
		{Stage: "rights", Domain: "Rights", Name: "rights platform", Way: "partner event bus", source: "rights", event: "/partners/rights", file: "rights-cleared", request: []string{"requestId"}},
		{Stage: "editing", Domain: "Editing", Name: "cutting room", Way: "custom event bus", source: "editing", event: "/partners/cuttingroom", file: "editing-sequence-locked", request: []string{"order"}},
		{Stage: "packaging", Domain: "Packaging", Name: "transcode farm", Way: "SQS queue", source: "packaging", event: "/partners/transcodefarm", file: "packaging-complete", request: []string{"userMetadata", "callbackId"}},
		{Stage: "qc", Domain: "Quality control", Name: "QC service", Way: "webhook, signed as Standard Webhooks", source: "qc", event: "/partners/qc", file: "qc-severe-findings", request: []string{"reference"}},
		{Stage: "review", Domain: "Quality control", Name: "duty manager", Way: "supply chain bus", source: "approvals", event: "/partners/approval", file: "review-approved", request: []string{"callbackId"}},
		{Stage: "delivery", Domain: "Delivery", Name: "file delivery", Way: "webhook, signed as Standard Webhooks", source: "delivery", event: "/partners/signiant", file: "delivery-download-complete"},
		{Stage: "distribution", Domain: "Distribution", Name: "video platform", Way: "webhook, signed as Mux signs", source: "distribution", event: "/partners/mux", file: "distribution-asset-ready"},
	}
}

// domains are the lanes of a title's way.
func domains() []string {
	return []string{"Asset management", "Metadata", "Rights", "Editing", "Packaging", "Quality control", "Delivery", "Distribution"}
}

// stages are the rows of the board, in the order of the pipeline.
func stages() []string {
	return []string{"metadata", "rights", "editing", "packaging", "qc", "qc_waiver", "review", "delivery", "distribution"}
}

// domainOf is the domain that a stage belongs to.
func domainOf(stage string) string {
	switch stage {
	case "metadata":
		return "Metadata"
	case "qc_waiver":
		return "Quality control"
	}
	return partnerOf(stage).Domain
}

func partnerOf(stage string) partner {
	for _, p := range allPartners() {
		if p.Stage == stage {
			return p
		}
	}
	return partner{}
}

// partnerBehind is who sends events with that source.
func partnerBehind(source string) (partner, bool) {
	for _, p := range allPartners() {
		if p.event == source {
			return p, true
		}
	}
	return partner{}, false
}

// answer is what a partner sends when it is asked, with the id of the request.
func (s *story) answer(p partner, file string, asked drive.Announcement, more drive.Fields) (drive.Event, error) {
	fields := drive.Fields{}
	switch {
	case asked.CallbackID == "": // early: there is no request yet
	case len(p.request) == 1:
		fields[p.request[0]] = asked.CallbackID
	case len(p.request) == 2:
		fields[p.request[0]] = map[string]any{"assetId": asked.Asset, p.request[1]: asked.CallbackID}
	}
	for name, value := range more {
		fields[name] = value
	}
	return s.chain.Payload(file, asked.Asset, fields)
}

// sending is one thing that a partner sent.
type sending struct {
	Partner partner
	Asset   string
	At      time.Time
	Refused int // the HTTP status of a webhook that was not let in
}

// send sends an event as a partner does, and keeps that it did.
func (s *story) send(ctx context.Context, p partner, event drive.Event, words string) error {
	if err := s.chain.SendEvent(ctx, p.file, event); err != nil {
		return err
	}
	s.sent = append(s.sent, sending{Partner: p, Asset: event.Asset, At: time.Now()})
	s.screen.say("%-12s %s: %s, by %s", event.Asset, p.Name, words, p.Way)
	return nil
}
