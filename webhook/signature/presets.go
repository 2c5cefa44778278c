package signature

import "time"

// Presets are every preset of this package, in the order of the file, with
// example values where a preset asks for a header or a client id.
func Presets() []*Scheme {
	return []*Scheme{
		// Media
		FrameIO(), FrameIOLegacy(), Mux(), CloudflareStream(), CloudflareNotifications(), APIVideo(), Bitmovin(),
		Cloudinary(), CloudinarySHA256(), Wistia(), BunnyStream(), ImageKit(), Transloadit(), JWPlayer("HS256"),
		Iconik("X-Iconik-Secret"), Zencoder("X-Zencoder-Secret"), ZencoderBasic(),
		// Captions and speech
		AssemblyAI("X-AssemblyAI-Secret"), Deepgram("callback_secret"), DeepgramBasic(), RevAI("Authorization"),
		// Storage and general
		StandardWebhooks(), StandardWebhooksEd25519(), Box(), Dropbox(), BackblazeB2(), AdobeIO("your-client-id"),
		GitHub(), Stripe(), Slack(), Shopify(), Twilio(), Zoom(),
		// No signature
		Brightcove(), TelestreamCloud(), Signiant(), Faspex(), RevCom(), Verbit(),
	}
}

// fiveMinutes is the tolerance of Standard Webhooks' libraries and of most
// partners.
const fiveMinutes = 5 * time.Minute

// The comment of each preset has a fixed form: docs/partners is generated from
// it and from the scheme. Status "verified" means that the vendor's own
// documentation, SDK or API description was read; else the comment says what was
// not found there.

// FrameIO is Frame.io V4: webhooks and custom actions.
//
// Console: POST /v4/accounts/{account}/workspaces/{workspace}/webhooks with the endpoint's URL and the events; the secret stands in the response to this call only.
// Retries: five attempts, exponential from 15 seconds, with jitter; success is any 2xx within 5 seconds.
// Note: the payload holds ids only, so the same change made twice has the same bytes: the id is a hash of the signed time and the body, and a retry that is signed anew is a new event.
// Status: verified.
// Source: AdobeDocs/frameio-api src/pages/guides/Webhooks/index.md (2026-03).
func FrameIO() *Scheme {
	return &Scheme{
		Name:         "frameio",
		Kind:         HMAC,
		Hash:         SHA256,
		Signatures:   []Source{{In: "header.X-Frameio-Signature", Prefix: "v0="}},
		Encoding:     Hex,
		Content:      "v0:{timestamp}:{body}",
		Timestamp:    &Timestamp{In: "header.X-Frameio-Request-Timestamp", Tolerance: fiveMinutes},
		BodyRepeats:  true,
		EventType:    []Template{"{json.type}"},
		AssetID:      []Template{"{json.resource.id}"},
		Ack:          Ack{Budget: 5 * time.Second},
		RetryHorizon: 10 * time.Minute,
	}
}

// FrameIOLegacy is Frame.io V2, whose user agent is "Frame.io Legacy API".
//
// Console: Developer site, Webhooks, New webhook; the secret is shown once it is created.
// Retries: only status 200 is a success; the schedule is not documented.
// Note: as with FrameIO, the payload holds ids only.
// Status: headers verified (one table lists both user agents); the signed content is inferred from it and from third-party receivers.
// Source: AdobeDocs/frameio-api src/pages/guides/Webhooks/index.md (2026-03); developer.frame.io/platform/v2/webhooks-overview.
func FrameIOLegacy() *Scheme {
	s := FrameIO()
	s.Name = "frameio-legacy"
	s.RetryHorizon = 0
	return s
}

// Mux is Mux Video and Mux Data.
//
// Console: Settings, Webhooks, Create new webhook, with the endpoint's URL; the signing secret is shown beside the webhook.
// Retries: for 24 hours with growing delay; success is any 2xx within 5 seconds; duplicates are possible.
// Status: verified.
// Source: mux.com/docs/core/verify-webhook-signatures and /listen-for-webhooks; muxinc/mux-node-sdk src/resources/webhooks/webhooks.ts (2026-08).
func Mux() *Scheme {
	return &Scheme{
		Name:         "mux",
		Kind:         HMAC,
		Hash:         SHA256,
		Signatures:   []Source{{In: "header.Mux-Signature", Delimiter: ",", Prefix: "v1="}},
		Encoding:     Hex,
		Content:      "{timestamp}.{body}",
		Timestamp:    &Timestamp{Prefix: "t=", Tolerance: fiveMinutes},
		EventID:      []Template{"{json.id}"},
		EventType:    []Template{"{json.type}"},
		AssetID:      []Template{"{json.object.id}", "{json.data.id}"},
		Ack:          Ack{Budget: 5 * time.Second},
		RetryHorizon: 24 * time.Hour,
	}
}

// CloudflareStream is Cloudflare Stream, video on demand.
//
// Console: PUT /accounts/{account}/stream/webhook with notificationUrl; the secret stands in the response. One subscription per account.
// Retries: not documented.
// Note: the payload has no type; it is the video's status. The tolerance is left to the receiver.
// Status: verified.
// Source: cloudflare/cloudflare-docs stream/manage-video-library/using-webhooks.mdx (2026-08).
func CloudflareStream() *Scheme {
	return &Scheme{
		Name:       "cloudflare-stream",
		Kind:       HMAC,
		Hash:       SHA256,
		Signatures: []Source{{In: "header.Webhook-Signature", Delimiter: ",", Prefix: "sig1="}},
		Encoding:   Hex,
		Content:    "{timestamp}.{body}",
		Timestamp:  &Timestamp{Prefix: "time=", Tolerance: fiveMinutes},
		EventType:  []Template{"{json.status.state}"},
		AssetID:    []Template{"{json.uid}"},
	}
}

// CloudflareNotifications is any Cloudflare notification sent to a webhook,
// Stream Live among them.
//
// Console: Notifications, Destinations, Webhooks, Create, with the endpoint's URL and a secret of your own.
// Retries: not documented.
// Note: the secret itself is sent; nothing signs the body. No event id is documented, so events are never dropped as duplicates.
// Status: verified.
// Source: cloudflare/cloudflare-docs notifications/get-started/configure-webhooks.mdx (2026-08).
func CloudflareNotifications() *Scheme {
	return &Scheme{
		Name:        "cloudflare-notifications",
		Kind:        SharedSecret,
		Signatures:  []Source{{In: "header.cf-webhook-auth"}},
		BodyRepeats: true,
		EventType:   []Template{"{json.alert_type}", "{json.data.event_type}"},
		AssetID:     []Template{"{json.data.input_id}"},
	}
}

// APIVideo is api.video.
//
// Console: Project settings, Webhooks, or POST /webhooks; the secret (sig_sec_…) stands in the response.
// Retries: three, 3 seconds apart, if the status is above 299.
// Note: X-Api-Video-WebhookID names the subscription, not the event.
// Status: verified.
// Source: apivideo/api.video-documentation reference/create-and-manage-webhooks.md (2026-06).
func APIVideo() *Scheme {
	return &Scheme{
		Name:         "api-video",
		Kind:         HMAC,
		Hash:         SHA256,
		Signatures:   []Source{{In: "header.X-Api-Video-Signature"}},
		Encoding:     Hex,
		Content:      "{body}",
		EventType:    []Template{"{json.type}"},
		AssetID:      []Template{"{json.videoId}", "{json.liveStreamId}"},
		RetryHorizon: time.Minute,
	}
}

// Bitmovin is Bitmovin Encoding and Player notifications.
//
// Console: POST /notifications/webhooks/… with the endpoint's URL and a signature of type HMAC and your key.
// Retries: not documented (a post of 2016 says three, exponential).
// Status: header and algorithm verified in the OpenAPI description; that the signature is hexadecimal is shown by customers' receivers, one of them in Bitmovin's own community, not by the vendor's text.
// Source: Bitmovin OpenAPI, WebhookSignature; community.bitmovin.com/t/webhook-validation/1731 (2026-08).
func Bitmovin() *Scheme {
	return &Scheme{
		Name:       "bitmovin",
		Kind:       HMAC,
		Hash:       SHA512,
		Signatures: []Source{{In: "header.Bitmovin-Signature"}},
		Encoding:   Hex,
		Content:    "{body}",
		EventID:    []Template{"{json.eventId}"},
		EventType:  []Template{"{json.eventType}"},
		AssetID:    []Template{"{json.resourceId}", "{json.encoding.id}"},
		Methods:    []string{"POST", "PUT"},
	}
}

// Cloudinary is Cloudinary with its default signature algorithm, SHA-1.
//
// Console: Settings, Webhook Notifications, Add, with the endpoint's URL; the secret is the product environment's API secret.
// Retries: not documented.
// Note: a plain hash of body, time and secret, not an HMAC: give the endpoint an API key of its own if you can.
// Status: verified.
// Source: cloudinary/cloudinary_npm lib/utils/index.js; cloudinary.com/documentation/notification_signatures (2026-08).
func Cloudinary() *Scheme {
	return &Scheme{
		Name:       "cloudinary",
		Kind:       Digest,
		Hash:       SHA1,
		Signatures: []Source{{In: "header.X-Cld-Signature"}},
		Encoding:   Hex,
		Content:    "{body}{timestamp}{secret}",
		Timestamp:  &Timestamp{In: "header.X-Cld-Timestamp", Tolerance: 2 * time.Hour},
		EventType:  []Template{"{json.notification_type}"},
		AssetID:    []Template{"{json.public_id}"},
	}
}

// CloudinarySHA256 is Cloudinary with the signature algorithm SHA-256.
//
// Console: as for Cloudinary, after support has set the account to SHA-256.
// Retries: not documented.
// Status: verified.
// Source: cloudinary/cloudinary_npm test/utils/utils_spec.js (2026-08).
func CloudinarySHA256() *Scheme {
	s := Cloudinary()
	s.Name = "cloudinary-sha256"
	s.Hash = SHA256
	return s
}

// Wistia is Wistia.
//
// Console: Account settings, Webhooks, with the endpoint's URL and a secret key of your own.
// Retries: at least once; the schedule is not documented.
// Note: a request is always a batch, often of one.
// Status: verified.
// Source: docs.wistia.com/docs/webhooks (2026-08).
func Wistia() *Scheme {
	return &Scheme{
		Name:       "wistia",
		Kind:       HMAC,
		Hash:       SHA256,
		Signatures: []Source{{In: "header.X-Wistia-Signature"}},
		Encoding:   Hex,
		Content:    "{body}",
		Items:      "json.events",
		EventID:    []Template{"{json.uuid}"},
		EventType:  []Template{"{json.type}"},
		AssetID:    []Template{"{json.payload.media.id}"},
	}
}

// BunnyStream is Bunny Stream.
//
// Console: Stream, your library, API, Webhook URL; the secret is the library's read-only API key.
// Retries: not documented.
// Note: the payload holds a video and a status number, so the same status reached twice has the same bytes; events are never dropped as duplicates.
// Status: verified.
// Source: docs.bunny.net/stream/webhooks (2026-08).
func BunnyStream() *Scheme {
	return &Scheme{
		Name:       "bunny-stream",
		Kind:       HMAC,
		Hash:       SHA256,
		Signatures: []Source{{In: "header.X-BunnyStream-Signature"}},
		Encoding:   Hex,
		Content:    "{body}",
		RequiredHeaders: map[string]string{
			"X-BunnyStream-Signature-Version":   "v1",
			"X-BunnyStream-Signature-Algorithm": "hmac-sha256",
		},
		BodyRepeats: true,
		EventType:   []Template{"{json.Status}"},
		AssetID:     []Template{"{json.VideoGuid}"},
	}
}

// ImageKit is ImageKit.
//
// Console: Developer options, Webhooks, Create new, with the endpoint's URL; copy the secret (whsec_…).
// Retries: not documented.
// Note: the headers are those of Standard Webhooks, but the key is the whole text of the secret, with its prefix, not what it encodes.
// Status: verified.
// Source: imagekit-developer/imagekit-nodejs src/resources/webhooks.ts (2026-08).
func ImageKit() *Scheme {
	s := StandardWebhooks()
	s.Name = "imagekit"
	s.Secret = SecretFormat{}
	return s
}

// Transloadit is Transloadit's Assembly notifications.
//
// Console: set notify_url in the Assembly's params or template; the secret is the Auth Secret of the account's Auth Key.
// Retries: not documented.
// Note: the body is a form with the JSON in its field transloadit. Signatures without the prefix sha384: are the old SHA-1 ones, and refused.
// Status: verified.
// Source: transloadit/node-sdk packages/notify-url-relay and packages/utils (2026-08).
func Transloadit() *Scheme {
	return &Scheme{
		Name:       "transloadit",
		Kind:       HMAC,
		Hash:       SHA384,
		Signatures: []Source{{In: "form.signature", Prefix: "sha384:"}},
		Encoding:   Hex,
		Content:    "{form.transloadit}",
		Payload:    "form.transloadit",
		EventID:    []Template{"{json.assembly_ssl_url} {json.ok}", "{json.assembly_url} {json.ok}"},
		EventType:  []Template{"{json.ok}", "{json.error}"},
		AssetID:    []Template{"{json.assembly_ssl_url}", "{json.assembly_url}"},
		BodyFormat: FormBody,
	}
}

// JWPlayer is the JW Platform. The algorithm is HS256, HS384 or HS512.
//
// Console: POST /v2/webhooks with the endpoint's URL and the events; the secret stands in the response.
// Retries: not documented.
// Note: the text that was found does not name the token's algorithm. Read it in the header of a token you received (the part before the first dot, base64) and state it: no token chooses its own.
// Status: header and claims are those of a receiver that follows JW's "verify the authenticity of a webhook"; the algorithm is yours to state.
// Source: docs.jwplayer.com/platform/reference/learn-about-webhooks (2026-08).
func JWPlayer(algorithm string) *Scheme {
	return &Scheme{
		Name:       "jwplayer",
		Kind:       SignedToken,
		Signatures: []Source{{In: "header.Authorization", Prefix: "Bearer "}},
		JWT:        &JWT{Algorithm: algorithm, ClaimsEqualBody: true},
		EventType:  []Template{"{json.event}"},
		AssetID:    []Template{"{json.media_id}", "{json.channel_id}"},
	}
}

// Iconik is iconik, with the custom header that carries the secret.
//
// Console: Admin, Settings, Webhooks, Add, with the endpoint's URL; under Headers add the name given here and a long random value, which is the secret.
// Retries: not documented; after repeated failure the webhook's status is FAILING.
// Note: the secret itself is sent; nothing signs the body. No event id is documented, so events are never dropped as duplicates.
// Status: verified.
// Source: app.iconik.io/help/pages/entities/webhooks; backblaze-b2-samples/b2-iconik-plugin (2026-08).
func Iconik(header string) *Scheme {
	return &Scheme{
		Name:        "iconik",
		Kind:        SharedSecret,
		Signatures:  []Source{{In: Field("header." + header)}},
		BodyRepeats: true,
		EventType:   []Template{"{json.realm}.{json.operation}", "{json.operation}"},
		AssetID:     []Template{"{json.object_id}"},
	}
}

// Zencoder is Zencoder, with a custom header that carries the secret.
//
// Console: in the job request, "notifications": [{"url": …, "headers": {NAME: VALUE}}] with the name given here and a long random value.
// Retries: when the endpoint is unreachable; the schedule is not documented. The same state may be notified more than once.
// Note: the secret itself is sent; nothing signs the body. JSON or XML.
// Status: verified.
// Source: zencoder.support.brightcove.com notifications settings; app.zencoder.com/docs (2026-08).
func Zencoder(header string) *Scheme {
	return &Scheme{
		Name:       "zencoder",
		Kind:       SharedSecret,
		Signatures: []Source{{In: Field("header." + header)}},
		EventType:  []Template{"{json.job.state}"},
		AssetID:    []Template{"{json.job.id}"},
		BodyFormat: AnyBody,
	}
}

// ZencoderBasic is Zencoder with credentials in the notification's URL.
//
// Console: in the job request, "notifications": ["https://user:password@…"]; the secret is user:password.
// Retries: as for Zencoder.
// Status: verified.
// Source: zencoder.support.brightcove.com notifications settings (2026-08).
func ZencoderBasic() *Scheme {
	s := Zencoder("Authorization")
	s.Name = "zencoder-basic"
	s.basic()
	return s
}

// AssemblyAI is AssemblyAI, with the header named in the transcript request.
//
// Console: in the transcript request, webhook_url, webhook_auth_header_name (the name given here) and webhook_auth_header_value (the secret).
// Retries: ten attempts; success is any 2xx within 10 seconds; a 4xx ends the retries, so a request that is not authentic is answered with 503.
// Note: the secret itself is sent; nothing signs the body. Requests come from 44.238.19.20 (US) and 54.220.25.36 (EU).
// Status: verified.
// Source: assemblyai.com/docs/pre-recorded-audio/webhooks (2026-08).
func AssemblyAI(header string) *Scheme {
	return &Scheme{
		Name:       "assemblyai",
		Kind:       SharedSecret,
		Signatures: []Source{{In: Field("header." + header)}},
		EventID:    []Template{"{json.transcript_id}:{json.status}"},
		EventType:  []Template{"{json.status}"},
		AssetID:    []Template{"{json.transcript_id}"},
		Ack:        Ack{RejectStatus: 503, Budget: 10 * time.Second},
	}
}

// Deepgram is Deepgram speech to text, with the key of the extra metadata that
// carries the secret back.
//
// Console: in the request, callback=URL and extra=KEY:SECRET with the key given here and a long random value.
// Retries: ten, 30 seconds apart, unless a 2xx is answered.
// Note: the secret itself is sent, in the body, and stays in what is passed on. The header dg-token proves nothing since October 2026.
// Note: the results of one stream share their request_id, so it names the asset and not the event.
// Status: verified; the place of request_id is from the API reference.
// Source: developers.deepgram.com/docs/callback, changelog 2026/10/27.
func Deepgram(key string) *Scheme {
	return &Scheme{
		Name:         "deepgram",
		Kind:         SharedSecret,
		Signatures:   []Source{{In: Field("json.metadata.extra." + key)}},
		AssetID:      []Template{"{json.metadata.request_id}", "{json.request_id}"},
		Methods:      []string{"POST", "PUT"},
		RetryHorizon: 10 * time.Minute,
	}
}

// DeepgramBasic is any Deepgram callback with credentials in its URL, the way
// the vendor recommends.
//
// Console: in the request, callback=https://user:password@…; the secret is user:password.
// Retries: as for Deepgram.
// Status: verified.
// Source: developers.deepgram.com/docs/callback, changelog 2026/10/27.
func DeepgramBasic() *Scheme {
	s := Deepgram("")
	s.Name = "deepgram-basic"
	s.basic()
	return s
}

// RevAI is Rev AI, with the custom header that carries the secret.
//
// Console: in the job request, notification_config with the endpoint's URL and a custom authorization header: the name given here and the secret as its whole value.
// Retries: every 30 minutes for 24 hours, unless 200 is answered.
// Note: the secret itself is sent; nothing signs the body.
// Status: verified, but for the key of notification_config that sets the header.
// Source: docs.rev.ai/api/asynchronous/webhooks (2026-08).
func RevAI(header string) *Scheme {
	return &Scheme{
		Name:         "rev-ai",
		Kind:         SharedSecret,
		Signatures:   []Source{{In: Field("header." + header)}},
		EventID:      []Template{"{json.job.id}:{json.job.status}"},
		EventType:    []Template{"{json.job.status}"},
		AssetID:      []Template{"{json.job.id}"},
		RetryHorizon: 24 * time.Hour,
	}
}

// StandardWebhooks is the open specification, with its symmetric signature v1.
//
// Console: wherever the sender asks for an endpoint; the secret begins with whsec_.
// Retries: the specification advises several days with exponential backoff; success is any 2xx. 410 ends the subscription.
// Status: verified.
// Source: standard-webhooks/standard-webhooks spec/standard-webhooks.md, libraries/go (2026-08).
func StandardWebhooks() *Scheme {
	return &Scheme{
		Name:       "standard-webhooks",
		Kind:       HMAC,
		Hash:       SHA256,
		Signatures: []Source{{In: "header.webhook-signature", Delimiter: " ", Prefix: "v1,"}},
		Encoding:   Base64,
		Content:    "{header.webhook-id}.{timestamp}.{body}",
		Secret:     SecretFormat{Encoding: Base64, StripPrefix: "whsec_"},
		Timestamp:  &Timestamp{In: "header.webhook-timestamp", Tolerance: fiveMinutes},
		EventID:    []Template{"{header.webhook-id}"},
		EventType:  []Template{"{json.type}"},
	}
}

// StandardWebhooksEd25519 is the open specification, with its asymmetric
// signature v1a.
//
// Console: wherever the sender asks for an endpoint; the public key begins with whpk_.
// Retries: as for StandardWebhooks.
// Note: the receiver keeps no secret: what it stores is the sender's public key.
// Status: verified.
// Source: standard-webhooks/standard-webhooks spec/standard-webhooks.md; svix/svix-webhooks server/svix-server/src/worker.rs (2026-08).
func StandardWebhooksEd25519() *Scheme {
	s := StandardWebhooks()
	s.Name = "standard-webhooks-ed25519"
	s.Kind = Ed25519
	s.Hash = ""
	s.Signatures = []Source{{In: "header.webhook-signature", Delimiter: " ", Prefix: "v1a,"}}
	s.Secret.StripPrefix = "whpk_"
	return s
}

// Box is Box webhooks V2. Its two keys are the secrets' slots primary and
// secondary.
//
// Console: Developer console, your app, Webhooks, Manage signature keys, Generate both; store {"primary": …, "secondary": …}.
// Retries: up to 12 over 2 hours; success is any 2xx within 30 seconds.
// Note: the id in the body stays the same over retries, BOX-DELIVERY-ID does not.
// Status: verified.
// Source: box/developer.box.com content/guides/webhooks/v2 (2026-02); box-node-sdk.
func Box() *Scheme {
	return &Scheme{
		Name: "box",
		Kind: HMAC,
		Hash: SHA256,
		Signatures: []Source{
			{In: "header.BOX-SIGNATURE-PRIMARY", Slot: "primary"},
			{In: "header.BOX-SIGNATURE-SECONDARY", Slot: "secondary"},
		},
		Encoding:  Base64,
		Content:   "{body}{timestamp}",
		Timestamp: &Timestamp{In: "header.BOX-DELIVERY-TIMESTAMP", Format: RFC3339, Tolerance: 10 * time.Minute},
		RequiredHeaders: map[string]string{
			"BOX-SIGNATURE-VERSION":   "1",
			"BOX-SIGNATURE-ALGORITHM": "HmacSHA256",
		},
		EventID:      []Template{"{json.id}"},
		EventType:    []Template{"{json.trigger}"},
		AssetID:      []Template{"{json.source.id}"},
		Ack:          Ack{Budget: 30 * time.Second},
		RetryHorizon: 2 * time.Hour,
	}
}

// Dropbox is Dropbox.
//
// Console: App console, your app, Webhooks, with the endpoint's URL; the secret is the app secret.
// Retries: exponential, about 10 minutes in all; success is 200 within 10 seconds.
// Note: a notification only names accounts and has the same bytes for every change; events are never dropped as duplicates. Ask list_folder/continue for what changed.
// Status: verified.
// Source: dropbox.com/developers/reference/webhooks; dropbox/mdwebhook (2026-08).
func Dropbox() *Scheme {
	return &Scheme{
		Name:         "dropbox",
		Kind:         HMAC,
		Hash:         SHA256,
		Signatures:   []Source{{In: "header.X-Dropbox-Signature"}},
		Encoding:     Hex,
		Content:      "{body}",
		BodyRepeats:  true,
		Handshakes:   []Handshake{echoChallenge()},
		Ack:          Ack{Budget: 10 * time.Second},
		RetryHorizon: 10 * time.Minute,
	}
}

// echoChallenge answers GET ?challenge= with the challenge as plain text, which
// no browser may take for HTML.
func echoChallenge() Handshake {
	return Handshake{
		Method:      "GET",
		Challenge:   "query.challenge",
		ContentType: "text/plain",
		Body:        "{challenge}",
		Headers:     map[string]string{"X-Content-Type-Options": "nosniff"},
	}
}

// BackblazeB2 is Backblaze B2 event notifications.
//
// Console: your bucket, Event Notifications, Create rule, with the endpoint's URL; the signing secret has 32 letters and digits.
// Retries: not documented; the sample answers 200.
// Note: a request is a batch of up to 50 events.
// Status: verified.
// Source: backblaze.com/docs/cloud-storage-event-notifications-reference-guide; backblaze-b2-samples/b2-event-broker (2026-08).
func BackblazeB2() *Scheme {
	return &Scheme{
		Name:       "backblaze-b2",
		Kind:       HMAC,
		Hash:       SHA256,
		Signatures: []Source{{In: "header.X-Bz-Event-Notification-Signature", Prefix: "v1="}},
		Encoding:   Hex,
		Content:    "{body}",
		Items:      "json.events",
		EventID:    []Template{"{json.eventId}"},
		EventType:  []Template{"{json.eventType}"},
		AssetID:    []Template{"{json.bucketName}/{json.objectName}"},
	}
}

// AdobeIO is Adobe I/O Events: Creative Cloud, Experience Manager, InDesign, …
// The client id is that of your project, and no secret: Adobe signs for all its
// customers with the same keys, so the receiver has to check whom an event is for.
//
// Console: Adobe Developer Console, your project, Add event, Webhook, with the endpoint's URL; copy the client id. There is no secret: the public keys are fetched from static.adobeioevents.com.
// Retries: for 24 hours, from 1 minute to 15; success within 10 seconds. Only 429 and 5xx are retried, so a request that is not authentic is answered with 503.
// Note: single events or a batch (an array) of up to 20.
// Status: verified.
// Source: AdobeDocs/adobe-io-events src/pages/guides/index.md, common/retry-doc.md, support/faq.md (2026-06).
func AdobeIO(clientID string) *Scheme {
	return &Scheme{
		Name: "adobe-io",
		Kind: RSA,
		Signatures: []Source{
			{In: "header.x-adobe-digital-signature-1", Slot: "1"},
			{In: "header.x-adobe-digital-signature-2", Slot: "2"},
		},
		Encoding: Base64,
		Content:  "{body}",
		Keys: &KeyLocation{
			Host:       "static.adobeioevents.com",
			PathPrefix: "/prod/keys/",
			Paths: map[string]Field{
				"1": "header.x-adobe-public-key1-path",
				"2": "header.x-adobe-public-key2-path",
			},
		},
		RequiredFields: map[Field]string{"json.recipientclientid": clientID},
		Items:          "json",
		EventID:        []Template{"{json.eventid}"},
		EventType:      []Template{"{json.type}"},
		Handshakes: []Handshake{echoChallenge(), {
			Method:     "POST",
			Challenge:  "json.validationUrl",
			FetchHosts: []string{"csm.adobe.io"},
		}},
		Ack:          Ack{RejectStatus: 503, Budget: 10 * time.Second},
		RetryHorizon: 24 * time.Hour,
	}
}

// GitHub is the webhooks of a repository, an organization or an app.
//
// Console: Settings, Webhooks, Add webhook: Payload URL, Content type application/json, a secret of your own.
// Retries: none by itself; a redelivery by hand, within 3 days, has the same id. Success is any 2xx within 10 seconds.
// Note: the id stands in a header that is not signed.
// Status: verified.
// Source: docs.github.com validating-webhook-deliveries, best-practices-for-using-webhooks (2026-08).
func GitHub() *Scheme {
	return &Scheme{
		Name:         "github",
		Kind:         HMAC,
		Hash:         SHA256,
		Signatures:   []Source{{In: "header.X-Hub-Signature-256", Prefix: "sha256="}},
		Encoding:     Hex,
		Content:      "{body}",
		EventID:      []Template{"{header.X-GitHub-Delivery}"},
		EventType:    []Template{"{header.X-GitHub-Event}.{json.action}", "{header.X-GitHub-Event}"},
		Ack:          Ack{Budget: 10 * time.Second},
		RetryHorizon: 3 * 24 * time.Hour,
	}
}

// Stripe is Stripe.
//
// Console: Developers, Webhooks, Add endpoint; reveal the signing secret (whsec_…), which is used whole, with its prefix.
// Retries: in live mode up to 3 days, exponential.
// Status: verified; the retry schedule through a secondary copy.
// Source: stripe/stripe-go webhook/client.go; docs.stripe.com/webhooks (2026-08).
func Stripe() *Scheme {
	return &Scheme{
		Name:         "stripe",
		Kind:         HMAC,
		Hash:         SHA256,
		Signatures:   []Source{{In: "header.Stripe-Signature", Delimiter: ",", Prefix: "v1="}},
		Encoding:     Hex,
		Content:      "{timestamp}.{body}",
		Timestamp:    &Timestamp{Prefix: "t=", Tolerance: fiveMinutes},
		EventID:      []Template{"{json.id}"},
		EventType:    []Template{"{json.type}"},
		AssetID:      []Template{"{json.data.object.id}"},
		RetryHorizon: 3 * 24 * time.Hour,
	}
}

// Slack is the Events API, commands and interactive components.
//
// Console: api.slack.com/apps, your app, Event Subscriptions, Request URL; the secret is Basic Information, Signing Secret.
// Retries: three: at once, after 1 minute, after 5; if delayed events are on, hourly for 24 hours. Success is any 2xx within 3 seconds.
// Status: verified; the retry schedule through a secondary copy.
// Source: docs.slack.dev/authentication/verifying-requests-from-slack; slackapi/bolt-js src/receivers (2026-08).
func Slack() *Scheme {
	return &Scheme{
		Name:       "slack",
		Kind:       HMAC,
		Hash:       SHA256,
		Signatures: []Source{{In: "header.X-Slack-Signature", Prefix: "v0="}},
		Encoding:   Hex,
		Content:    "v0:{timestamp}:{body}",
		Timestamp:  &Timestamp{In: "header.X-Slack-Request-Timestamp", Tolerance: fiveMinutes},
		EventID:    []Template{"{json.event_id}"},
		EventType:  []Template{"{json.event.type}", "{json.type}"},
		Handshakes: []Handshake{
			{
				Method:      "POST",
				When:        map[Field]string{"json.type": "url_verification"},
				Challenge:   "json.challenge",
				Verified:    true, // as Slack's own Bolt does
				ContentType: "text/plain",
				Body:        "{challenge}",
			},
			{Method: "POST", Challenge: "form.ssl_check"}, // not signed; Bolt answers 200 and nothing else
		},
		Ack:          Ack{Budget: 3 * time.Second},
		BodyFormat:   AnyBody,
		RetryHorizon: 24 * time.Hour,
	}
}

// Shopify is Shopify, both header families.
//
// Console: your app's configuration or the Admin API, with the endpoint's URL; the secret is the app's client secret.
// Retries: eight over 4 hours; success is any 2xx within 5 seconds.
// Note: the id and the topic stand in headers that are not signed.
// Status: verified; the time limit through a secondary copy.
// Source: Shopify/shopify-app-js packages/apps/shopify-api/lib/types.ts; shopify.dev changelog 2024-09-10 (2026-08).
func Shopify() *Scheme {
	return &Scheme{
		Name:         "shopify",
		Kind:         HMAC,
		Hash:         SHA256,
		Signatures:   []Source{{In: "header.X-Shopify-Hmac-Sha256"}, {In: "header.shopify-hmac-sha256"}},
		Encoding:     Base64,
		Content:      "{body}",
		EventID:      []Template{"{header.X-Shopify-Webhook-Id}", "{header.shopify-webhook-id}"},
		EventType:    []Template{"{header.X-Shopify-Topic}", "{header.shopify-topic}"},
		AssetID:      []Template{"{json.admin_graphql_api_id}", "{json.id}"},
		Ack:          Ack{Budget: 5 * time.Second},
		RetryHorizon: 4 * time.Hour,
	}
}

// Twilio is Twilio.
//
// Console: the webhook URL of a number, a service or a status callback; the secret is the account's auth token. Give the endpoint its public URL exactly as typed there: it is what Twilio signs.
// Retries: not documented.
// Status: verified.
// Source: twilio/twilio-go client/request_validator.go; twilio.com/docs/usage/security (2026-08).
func Twilio() *Scheme {
	return &Scheme{
		Name:       "twilio",
		Kind:       HMAC,
		Hash:       SHA1,
		Signatures: []Source{{In: "header.X-Twilio-Signature"}},
		Encoding:   Base64,
		Content:    "{url}{sortedForm}",
		BodyDigest: "query.bodySHA256",
		BodyFormat: AnyBody,
	}
}

// Zoom is Zoom.
//
// Console: Marketplace, your app, Event Subscriptions, with the endpoint's URL, then Validate; the secret is the app's Secret Token.
// Retries: three: after 5, 20 and 60 minutes; success is 200 or 204 within 3 seconds.
// Note: the validation request is signed, and answered only if the signature is right, as in Zoom's own sample.
// Status: verified; no tolerance is documented.
// Source: zoom/webhook-sample index.js; developers.zoom.us/blog/webhook-delays (2026-08).
func Zoom() *Scheme {
	return &Scheme{
		Name:       "zoom",
		Kind:       HMAC,
		Hash:       SHA256,
		Signatures: []Source{{In: "header.x-zm-signature", Prefix: "v0="}},
		Encoding:   Hex,
		Content:    "v0:{timestamp}:{body}",
		Timestamp:  &Timestamp{In: "header.x-zm-request-timestamp", Tolerance: fiveMinutes},
		EventType:  []Template{"{json.event}"},
		Handshakes: []Handshake{{
			Method:      "POST",
			When:        map[Field]string{"json.event": "endpoint.url_validation"},
			Challenge:   "json.payload.plainToken",
			Verified:    true,
			ContentType: "application/json",
			Body:        `{"plainToken":"{challenge}","encryptedToken":"{mac}"}`,
		}},
		Ack:          Ack{Budget: 3 * time.Second},
		RetryHorizon: 90 * time.Minute,
	}
}
