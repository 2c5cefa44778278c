package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/mediasupplychain/cdk/internal/webhook/partner"
)

const (
	// maxConfiguration is how long a secret may be, in bytes (CreateSecret, API
	// reference of AWS Secrets Manager).
	maxConfiguration = 65536

	// longestToken is how long what stands for a token may become: an ARN or a
	// URL with a name that CloudFormation made.
	longestToken = 256
)

// configuration is the document that the function reads: what it has to know
// about every partner. See docs/adr/0011-partner-configuration.md.
type configuration struct {
	entries  []string
	size     int
	identity strings.Builder // what tells this document from the last deployment's
}

// entry is a partner in the document.
func entry(path string, c *partner.Config) string {
	text, err := json.Marshal(c)
	if err != nil {
		panic(err) // texts, numbers and durations: cannot fail
	}
	return fmt.Sprintf("%q:%s", path, text)
}

// room reports an entry for which the document has none.
func (c *configuration) room(entry string) error {
	if size := c.size + sizeOf(entry); size > maxConfiguration {
		return fmt.Errorf("the configuration of %d partners takes up to %d bytes, and %d is the most; use a preset where there is one, or define a second Endpoint",
			len(c.entries)+1, size, maxConfiguration)
	}
	return nil
}

// add puts one more entry into the document. The names are of what the entry's
// tokens stand for.
func (c *configuration) add(entry string, names ...string) {
	c.entries = append(c.entries, entry)
	c.size += sizeOf(entry)
	c.identity.WriteString(tokens.ReplaceAllString(entry, "") + strings.Join(names, " "))
}

// text is the document.
func (c *configuration) text() string { return `{"partners":{` + strings.Join(c.entries, ",") + `}}` }

// hash changes with the document. Running instances of the function have read
// it, and are replaced when their environment changes: so a deployment takes
// effect at once.
func (c *configuration) hash() string {
	sum := sha256.Sum256([]byte(c.identity.String()))
	return hex.EncodeToString(sum[:8])
}

// tokens are values that are known at deployment only.
var tokens = regexp.MustCompile(`\$\{Token\[[^\]]*\]\}`)

// sizeOf is the most that an entry takes after deployment.
func sizeOf(entry string) int {
	found := tokens.FindAllString(entry, -1)
	size := len(entry) + len(",")
	for _, token := range found {
		size += longestToken - len(token)
	}
	return size
}
