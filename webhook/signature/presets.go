package signature

import "time"

// StandardWebhooks is the open specification that many senders follow.
//
// Source: standard-webhooks/standard-webhooks, spec/standard-webhooks.md and
// libraries/go (2026-08)
func StandardWebhooks() *Scheme {
	return &Scheme{
		Name:       "standard-webhooks",
		Kind:       HMAC,
		Hash:       SHA256,
		Signatures: []Source{{In: "header.webhook-signature", Delimiter: " ", Prefix: "v1,"}},
		Encoding:   Base64,
		Content:    "{header.webhook-id}.{timestamp}.{body}",
		Secret:     SecretFormat{Encoding: Base64, StripPrefix: "whsec_"},
		Timestamp:  &Timestamp{In: "header.webhook-timestamp", Tolerance: 5 * time.Minute},
		EventID:    []Template{"{header.webhook-id}"},
		EventType:  []Template{"{json.type}"},
	}
}

// Mux is Mux Video.
//
// Source: mux.com/docs/core/verify-webhook-signatures, muxinc/mux-node-sdk (2026-08)
func Mux() *Scheme {
	return &Scheme{
		Name:         "mux",
		Kind:         HMAC,
		Hash:         SHA256,
		Signatures:   []Source{{In: "header.Mux-Signature", Delimiter: ",", Prefix: "v1="}},
		Encoding:     Hex,
		Content:      "{timestamp}.{body}",
		Timestamp:    &Timestamp{Prefix: "t=", Tolerance: 5 * time.Minute},
		EventID:      []Template{"{json.id}"},
		EventType:    []Template{"{json.type}"},
		AssetID:      []Template{"{json.object.id}", "{json.data.id}"},
		RetryHorizon: 24 * time.Hour,
	}
}

// GitHub is a repository's, organization's or app's webhooks.
//
// Source: docs.github.com validating-webhook-deliveries (2026-08)
func GitHub() *Scheme {
	return &Scheme{
		Name:       "github",
		Kind:       HMAC,
		Hash:       SHA256,
		Signatures: []Source{{In: "header.X-Hub-Signature-256", Prefix: "sha256="}},
		Encoding:   Hex,
		Content:    "{body}",
		EventID:    []Template{"{header.X-GitHub-Delivery}"},
		EventType:  []Template{"{header.X-GitHub-Event}.{json.action}", "{header.X-GitHub-Event}"},
	}
}

// Slack is the Events API, commands and interactive components.
//
// Source: docs.slack.dev verifying-requests-from-slack (2026-08)
func Slack() *Scheme {
	return &Scheme{
		Name:       "slack",
		Kind:       HMAC,
		Hash:       SHA256,
		Signatures: []Source{{In: "header.X-Slack-Signature", Prefix: "v0="}},
		Encoding:   Hex,
		Content:    "v0:{timestamp}:{body}",
		Timestamp:  &Timestamp{In: "header.X-Slack-Request-Timestamp", Tolerance: 5 * time.Minute},
		EventID:    []Template{"{json.event_id}"},
		EventType:  []Template{"{json.event.type}", "{json.type}"},
		Handshakes: []Handshake{{
			Method:      "POST",
			When:        map[Field]string{"json.type": "url_verification"},
			Challenge:   "json.challenge",
			Verified:    true,
			ContentType: "text/plain",
			Body:        "{challenge}",
		}},
		Ack:          Ack{Budget: 3 * time.Second},
		RetryHorizon: 10 * time.Minute,
	}
}

// FrameIO is Frame.io V4.
//
// Source: AdobeDocs/frameio-api, src/pages/guides/Webhooks/index.md (2026-03)
func FrameIO() *Scheme {
	return &Scheme{
		Name:       "frameio",
		Kind:       HMAC,
		Hash:       SHA256,
		Signatures: []Source{{In: "header.X-Frameio-Signature", Prefix: "v0="}},
		Encoding:   Hex,
		Content:    "v0:{timestamp}:{body}",
		Timestamp:  &Timestamp{In: "header.X-Frameio-Request-Timestamp", Tolerance: 5 * time.Minute},
		EventType:  []Template{"{json.type}"},
		AssetID:    []Template{"{json.resource.id}"},
	}
}
