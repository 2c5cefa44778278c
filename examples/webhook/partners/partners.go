// Package partners plays the products whose webhooks the example receives: the
// payloads that they document, and how they sign. It is for the simulator and
// for tests; whoever receives webhooks needs none of it.
package partners

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// Partner is a product that sends webhooks.
type Partner struct {
	// Path is where it sends to, at the example's endpoint.
	Path string

	// Product is its name, for people.
	Product string

	// Scheme is how it signs.
	Scheme *signature.Scheme

	// Events are the names of the payloads that it documents, see [Partner.Payload].
	Events []string

	// Handshakes are those of the payloads by which it tries an endpoint out.
	Handshakes []string

	asset, id []string // where in its payloads the ids of asset and event stand
	header    func(event, id string) http.Header
}

// SignsBody is false for those that send the secret itself, which says nothing
// about the body.
func (p Partner) SignsBody() bool {
	return !slices.Contains([]signature.Kind{signature.SharedSecret, signature.Basic, signature.None}, p.Scheme.Kind)
}

// All are the partners of the example.
func All() []Partner {
	return []Partner{
		{
			Path: "/frameio", Product: "Frame.io", Scheme: signature.FrameIO(),
			Events: []string{"file.ready", "comment.created"},
			asset:  []string{"resource.id"},
			// A Frame.io event has no id: the same payload at another time is another event.
		},
		{
			Path: "/mux", Product: "Mux", Scheme: signature.Mux(),
			Events: []string{"video.asset.ready", "video.asset.errored"},
			asset:  []string{"object.id", "data.id"}, id: []string{"id"},
		},
		{
			Path: "/cloudinary", Product: "Cloudinary", Scheme: signature.Cloudinary(),
			Events: []string{"upload"},
			asset:  []string{"public_id"}, id: []string{"request_id"},
		},
		{
			Path: "/box", Product: "Box", Scheme: signature.Box(),
			Events: []string{"FILE.UPLOADED"},
			asset:  []string{"source.id"}, id: []string{"id"},
			header: func(_, id string) http.Header { return http.Header{"Box-Delivery-Id": {"delivery-" + id}} },
		},
		{
			Path: "/assemblyai", Product: "AssemblyAI", Scheme: signature.AssemblyAI(TranscriptHeader),
			Events: []string{"completed", "error"},
			asset:  []string{"transcript_id"},
		},
		{
			Path: "/slack", Product: "Slack", Scheme: signature.Slack(),
			Events: []string{"message"}, Handshakes: []string{"url_verification"},
			asset: []string{"event.channel"}, id: []string{"event_id"},
		},
		{
			Path: "/github", Product: "GitHub", Scheme: signature.GitHub(),
			Events: []string{"release"},
			asset:  []string{"repository.full_name"},
			header: func(event, id string) http.Header {
				return http.Header{"X-Github-Event": {event}, "X-Github-Delivery": {id}}
			},
		},
		{
			Path: "/standard", Product: "a sender of Standard Webhooks", Scheme: signature.StandardWebhooks(),
			Events: []string{"qc.completed"},
			asset:  []string{"data.assetId"},
			header: func(_, id string) http.Header { return http.Header{"Webhook-Id": {id}} },
		},
		{
			Path: "/brightcove", Product: "Brightcove", Scheme: signature.Brightcove().WithPathSecret(),
			Events: []string{"video-change"},
			asset:  []string{"video"},
			// The version tells one change of a video from the next.
		},
		{
			Path: "/dubbing", Product: "a dubbing house", Scheme: Dubbing(),
			Events: []string{"mix.delivered"},
			asset:  []string{"title.id"},
			header: func(_, id string) http.Header { return http.Header{"X-Dubbing-Delivery": {id}} },
		},
	}
}

// Find is the partner that sends to path.
func Find(path string) (Partner, error) {
	all := All()
	i := slices.IndexFunc(all, func(p Partner) bool { return p.Path == path })
	if i < 0 {
		var paths []string
		for _, p := range all {
			paths = append(paths, p.Path)
		}
		return Partner{}, fmt.Errorf("no partner sends to %q; they are %s", path, strings.Join(paths, ", "))
	}
	return all[i], nil
}
