package partner

import "github.com/mediasupplychain/cdk/webhook/signature"

// preset finds a preset by its scheme's name.
func preset(name string) (*signature.Scheme, bool) {
	for _, make := range []func() *signature.Scheme{
		signature.StandardWebhooks, signature.Mux, signature.GitHub, signature.Slack, signature.FrameIO,
	} {
		if s := make(); s.Name == name {
			return s, true
		}
	}
	return nil, false
}
