package signature

import "time"

// Unsigned is a partner that does not sign. Whoever knows the endpoint's URL can
// send: use [Scheme.WithPathSecret], an IP range, and a look-up by the
// partner's API before anything that matters is done.
func Unsigned(name string) *Scheme { return &Scheme{Name: name, Kind: None} }

// WithPathSecret is a copy of the scheme that wants a secret as the last segment
// of the URL's path, compared in constant time. It is the one proof an unsigned
// partner can be made to give. Keep such paths out of logs.
func (s *Scheme) WithPathSecret() *Scheme {
	c := *s
	c.Kind = SharedSecret
	c.Signatures = []Source{{In: inPath}}
	return &c
}

// basic makes the scheme one of HTTP basic credentials.
func (s *Scheme) basic() {
	s.Kind = Basic
	s.Signatures = []Source{{In: "header.Authorization", Prefix: "Basic "}}
}

// Brightcove is the CMS, Dynamic Ingest and Live notifications of Brightcove.
//
// Console: CMS API subscriptions, the callbacks of a Dynamic Ingest request, or Live notifications, with the endpoint's URL and the secret as its last path segment.
// Retries: any 4xx or 5xx is retried, up to 20 times, exponentially (CMS).
// Status: verified for the CMS; nothing is documented that authenticates the sender.
// Source: apis.support.brightcove.com cms-api-notifications, notifications-dynamic-delivery-video-cloud, live-2-0-api-notifications (2026-08).
func Brightcove() *Scheme {
	s := Unsigned("brightcove")
	s.EventType = []Template{"{json.event}", "{json.entityType}.{json.action}"}
	s.AssetID = []Template{"{json.video}", "{json.entity}"}
	return s
}

// TelestreamCloud is Telestream Cloud.
//
// Console: Notifications, Add, Webhook, with the endpoint's URL and the secret as its last path segment; JSON or form, POST or GET.
// Retries: as many as you choose there; success is any 2xx.
// Status: verified; nothing is documented that authenticates the sender.
// Source: docs.telestream.dev/docs/webhook-notifications; cloud.telestream.net/notifications/docs (2026-08).
func TelestreamCloud() *Scheme {
	s := Unsigned("telestream-cloud")
	s.EventType = []Template{"{json.event}", "{form.event}", "{query.event}"}
	s.Methods = []string{"POST", "GET"}
	s.BodyFormat = AnyBody
	s.BodyRepeats = true // a GET has no body to tell one event from another
	return s
}

// Signiant is Signiant Media Shuttle and Jet.
//
// Console: Media Shuttle or Jet API, a webhook subscription with the endpoint's URL and the secret as its last path segment.
// Retries: not documented.
// Note: large packages are announced in several parts; a subscription at several levels sends each event several times.
// Status: seen in part; nothing was found that authenticates the sender.
// Source: developer.signiant.com/msapi/working-with-webhooks.html, /jet/webhooks (2026-08).
func Signiant() *Scheme {
	s := Unsigned("signiant")
	s.EventType = []Template{"{json.eventType}", "{json.eventCategory}"}
	s.AssetID = []Template{"{json.payload.packageDetails.id}"}
	return s
}

// Faspex is IBM Aspera Faspex 5.
//
// Console: Configurations, Package processing, Webhooks, with the endpoint's URL and the secret as its last path segment.
// Retries: one, after a timeout to connect.
// Status: seen in part; nothing is documented that authenticates the sender.
// Source: ibm.com/docs/en/aspera-faspex/5.0 package-processing webhooks (2026-08).
func Faspex() *Scheme {
	s := Unsigned("faspex")
	s.AssetID = []Template{"{json.faspex_pkg_uuid}"}
	s.BodyRepeats = true // no type and no time: two events of a package can have the same bytes
	return s
}

// RevCom is Rev.com orders.
//
// Console: in the order, notification.url with the secret as its last path segment; form by default, JSON on request.
// Retries: not documented.
// Status: seen in part; nothing was found that authenticates the sender.
// Source: dev.rev.com/api/notifications (2026-08).
func RevCom() *Scheme {
	s := Unsigned("rev-com")
	s.EventType = []Template{"{form.type}", "{json.type}"}
	s.AssetID = []Template{"{form.order_number}", "{json.order_number}"}
	s.BodyFormat = AnyBody
	return s
}

// Verbit is Verbit.
//
// Console: support sets the callback URL of the account; give the secret as its last path segment.
// Retries: for up to 48 hours, unless the answer is exactly OK.
// Status: verified; nothing is documented that authenticates the sender.
// Source: support.verbit.ai 360015219320 (2026-08).
func Verbit() *Scheme {
	s := Unsigned("verbit")
	s.EventID = []Template{"{form.job_id}:{form.status}"}
	s.EventType = []Template{"{form.status}"}
	s.AssetID = []Template{"{form.job_id}"}
	s.Ack = Ack{Body: "OK"}
	s.BodyFormat = FormBody
	s.RetryHorizon = 48 * time.Hour
	return s
}
