package partners

import (
	"time"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// TranscriptHeader is the header that our requests for transcripts ask
// AssemblyAI to send the secret in (webhook_auth_header_name).
const TranscriptHeader = "X-Transcript-Secret"

// Dubbing is how a dubbing house signs that the library does not know: all it
// takes is to write down what its documentation says. It is invented.
func Dubbing() *signature.Scheme {
	return &signature.Scheme{
		Name:       "dubbing",
		Kind:       signature.HMAC,
		Hash:       signature.SHA512,
		Signatures: []signature.Source{{In: "header.X-Dubbing-Signature", Prefix: "sha512="}},
		Encoding:   signature.Base64,
		Content:    "{timestamp}.{header.X-Dubbing-Delivery}.{body}",
		Timestamp:  &signature.Timestamp{In: "header.X-Dubbing-Timestamp", Format: signature.RFC3339, Tolerance: 5 * time.Minute},
		EventID:    []signature.Template{"{header.X-Dubbing-Delivery}"},
		EventType:  []signature.Template{"{json.event}"},
		AssetID:    []signature.Template{"{json.title.id}"},
	}
}
