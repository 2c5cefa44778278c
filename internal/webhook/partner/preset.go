package partner

import "github.com/mediasupplychain/cdk/webhook/signature"

// preset finds a preset by its scheme's name.
func preset(name string) (*signature.Scheme, bool) {
	for _, s := range signature.Presets() {
		if s.Name == name {
			return s, true
		}
	}
	return nil, false
}
