package differential_test

import (
	"net/http"

	"github.com/google/go-github/v74/github"
	"github.com/slack-go/slack"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stripe/stripe-go/v82/webhook"
	svix "github.com/svix/svix-webhooks/go"
	twilio "github.com/twilio/twilio-go/client"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// vendor is a partner and the verdict of its own library.
type vendor struct {
	name    string
	scheme  *signature.Scheme
	accepts func(r *signature.Request, secret string) bool

	// stricter are the changes that the vendor's library lets pass and this one
	// does not, with the reason.
	stricter map[string]string
}

const (
	oneSpelling = "a signature has one spelling, so that no two requests carry the same proof"
	oneReading  = "an element that is empty is a mistake, not nothing"
	onceOnly    = "a field that is given twice is read differently by different receivers"
	bothWays    = "the tolerance holds both ways: a time far ahead would be valid for as long"
	version     = "a value without its version is no signature"
)

var vendors = []vendor{
	{
		name:   "standard-webhooks/libraries/go",
		scheme: signature.StandardWebhooks(),
		accepts: func(r *signature.Request, secret string) bool {
			wh, err := standardwebhooks.NewWebhook(secret)
			return err == nil && wh.Verify(r.Body, r.Header) == nil
		},
		stricter: map[string]string{"delimiter at the end": oneReading, "header twice": onceOnly},
	},
	{
		name:   "svix/svix-webhooks/go",
		scheme: signature.StandardWebhooks(),
		accepts: func(r *signature.Request, secret string) bool {
			wh, err := svix.NewWebhook(secret)
			return err == nil && wh.Verify(r.Body, r.Header) == nil
		},
		stricter: map[string]string{"delimiter at the end": oneReading, "header twice": onceOnly},
	},
	{
		name:   "stripe/stripe-go/webhook",
		scheme: signature.Stripe(),
		accepts: func(r *signature.Request, secret string) bool {
			return webhook.ValidatePayload(r.Body, r.Header.Get("Stripe-Signature"), secret) == nil
		},
		stricter: map[string]string{"upper case": oneSpelling, "time twice": onceOnly, "header twice": onceOnly, "future": bothWays},
	},
	{
		name:   "slack-go/slack",
		scheme: signature.Slack(),
		accepts: func(r *signature.Request, secret string) bool {
			verifier, err := slack.NewSecretsVerifier(r.Header, secret)
			if err != nil {
				return false
			}
			_, _ = verifier.Write(r.Body)
			return verifier.Ensure() == nil
		},
		stricter: map[string]string{"upper case": oneSpelling, "no prefix": version, "header twice": onceOnly},
	},
	{
		name:   "google/go-github",
		scheme: signature.GitHub(),
		accepts: func(r *signature.Request, secret string) bool {
			return github.ValidateSignature(r.Header.Get(github.SHA256SignatureHeader), r.Body, []byte(secret)) == nil
		},
		stricter: map[string]string{"upper case": oneSpelling, "header twice": onceOnly},
	},
	{
		name:   "twilio/twilio-go/client",
		scheme: signature.Twilio(),
		accepts: func(r *signature.Request, secret string) bool {
			validator := twilio.NewRequestValidator(secret)
			return validator.ValidateBody(r.URL, r.Body, r.Header.Get("X-Twilio-Signature"))
		},
		stricter: map[string]string{"header twice": onceOnly},
	},
}

// signatureHeader is the name of the header that carries the signature.
func (v vendor) signatureHeader() string {
	return http.CanonicalHeaderKey(string(v.scheme.Signatures[0].In)[len("header."):])
}
