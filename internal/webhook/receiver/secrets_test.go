package receiver_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

func TestSecretsAreReadOnceInFiveMinutes(t *testing.T) {
	e := newEndpoint(t, bodySigned())
	assert.Empty(t, e.secrets.reads, "nothing is read before the first request")
	for i := range 10 {
		assert.Equal(t, 200, e.send(t, e.sign(t, bodySigned(), post(fmt.Sprintf(`{"id":"%d"}`, i)))).Status)
		e.clock.advance(29 * time.Second)
	}
	assert.Equal(t, map[string]int{configurationARN: 1, secretARN: 1}, e.secrets.reads)
	e.clock.advance(11 * time.Second) // 301 s after the first read
	e.send(t, e.sign(t, bodySigned(), post(`{"id":"11"}`)))
	assert.Equal(t, map[string]int{configurationARN: 2, secretARN: 2}, e.secrets.reads)
}

// The new secret is stored, then typed into the partner's console; events
// signed with the old one are still under way.
func TestARotationLosesNoEvent(t *testing.T) {
	const older, newer = "secret-of-october", "secret-of-november"
	e := newEndpoint(t, bodySigned())
	e.secrets.put(secretARN, older)
	assert.Equal(t, 200, e.send(t, e.sign(t, bodySigned(), post(`{"id":"1"}`), older)).Status)

	e.secrets.put(secretARN, newer)
	e.clock.advance(10 * time.Second)

	assert.Equal(t, 200, e.send(t, e.sign(t, bodySigned(), post(`{"id":"2"}`), newer)).Status, "seen at once, long before the cache's end")
	assert.Equal(t, 200, e.send(t, e.sign(t, bodySigned(), post(`{"id":"3"}`), older)).Status, "AWSPREVIOUS")
	e.restart()
	assert.Equal(t, 200, e.send(t, e.sign(t, bodySigned(), post(`{"id":"4"}`), older)).Status)

	e.secrets.put(secretARN, "secret-of-december")
	e.clock.advance(5 * time.Minute)
	assert.Equal(t, 401, e.send(t, e.sign(t, bodySigned(), post(`{"id":"5"}`), older)).Status, "two rotations ago")
}

func TestASecretWithCurrentAndPrevious(t *testing.T) {
	e := newEndpoint(t, bodySigned())
	e.secrets.put(secretARN, `{"current":"b","previous":"a"}`)
	for secret, status := range map[string]int{"a": 200, "b": 200, "c": 401} {
		assert.Equal(t, status, e.send(t, e.sign(t, bodySigned(), post(`{"id":"1"}`), secret)).Status, secret)
	}
}

func TestSlots(t *testing.T) {
	scheme := bodySigned()
	scheme.Signatures = []signature.Source{
		{In: "header.Acme-Primary", Slot: "primary"}, {In: "header.Acme-Secondary", Slot: "secondary"},
	}
	e := newEndpoint(t, scheme)
	e.secrets.put(secretARN, `{"primary":"p","secondary":"s"}`)
	for _, c := range []struct {
		secret signature.Secret
		status int
	}{
		{signature.Secret{Slot: "primary", Value: "p"}, 200},
		{signature.Secret{Slot: "secondary", Value: "s"}, 200},
		{signature.Secret{Slot: "primary", Value: "s"}, 401},
	} {
		signed, err := scheme.Sign(post(`{"id":"1"}`).Request, signature.Secrets{c.secret}, e.clock.now())
		require.NoError(t, err)
		assert.Equal(t, c.status, e.send(t, request{Request: *signed}).Status, "%v", c)
	}
}

// What CloudFormation generated before the partner's secret was stored is not a
// secret of the partner, and no reason to refuse its events.
func TestAPreviousVersionThatIsNoSecret(t *testing.T) {
	e := newEndpoint(t, bodySigned())
	e.secrets.put(secretARN, `{"template":{}}`)
	e.secrets.put(secretARN, goodSecret)
	assert.Equal(t, 200, e.send(t, e.sign(t, bodySigned(), post(`{"id":"1"}`))).Status)
}

// The random text that a new secret holds is no key of Standard Webhooks'.
func TestAPreviousVersionThatTheSchemeCannotRead(t *testing.T) {
	const proper = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	scheme := signature.StandardWebhooks()
	e := newEndpoint(t, scheme)
	e.secrets.put(secretARN, "not base64!")
	r := post(`{"type":"a"}`)
	assert.Equal(t, 503, e.send(t, e.sign(t, scheme, r, proper)).Status, "nothing to verify with yet: the partner is to try again")
	e.secrets.put(secretARN, proper)
	e.clock.advance(10 * time.Second)
	assert.Equal(t, 200, e.send(t, e.sign(t, scheme, r, proper)).Status)
	assert.Equal(t, 401, e.send(t, e.sign(t, scheme, r, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS0")).Status)
}

func TestAFloodOfBadSignaturesDoesNotHammerSecretsManager(t *testing.T) {
	e := newEndpoint(t, bodySigned())
	bad := e.sign(t, bodySigned(), post(`{"id":"1"}`), "guess")
	for range 1000 { // 100 seconds
		assert.Equal(t, 401, e.send(t, bad).Status)
		e.clock.advance(100 * time.Millisecond)
	}
	assert.Equal(t, 10, e.secrets.reads[secretARN], "once in ten seconds")
	assert.Equal(t, 1, e.secrets.reads[configurationARN])
	assert.Equal(t, 200, e.send(t, e.sign(t, bodySigned(), post(`{"id":"1"}`))).Status, "others are served meanwhile")
}

// Only a signature that does not match is a reason to look for a new secret.
func TestStaleRequestsReadNothingAnew(t *testing.T) {
	e := newEndpoint(t, signature.Mux())
	old := e.sign(t, signature.Mux(), post(`{"id":"1"}`))
	e.clock.advance(time.Hour)
	for range 10 {
		assert.Equal(t, 401, e.send(t, old).Status)
		e.clock.advance(time.Minute / 10)
	}
	assert.Equal(t, 1, e.secrets.reads[secretARN])
}

func TestAnOutageOfSecretsManagerIsNotOurs(t *testing.T) {
	e := newEndpoint(t, bodySigned())
	send := func(id int) int {
		return e.send(t, e.sign(t, bodySigned(), post(fmt.Sprintf(`{"id":"%d"}`, id)))).Status
	}
	assert.Equal(t, 200, send(1))

	e.secrets.down = errors.New("InternalServiceError")
	for id := range 50 {
		e.clock.advance(time.Minute)
		assert.Equal(t, 200, send(2+id), "what was read before is used on for an hour")
	}
	assert.LessOrEqual(t, e.secrets.reads[secretARN], 47, "and asked for again from time to time")
	e.clock.advance(10 * time.Minute)
	assert.Equal(t, 503, send(60))

	e.secrets.down = nil
	e.clock.advance(time.Second)
	assert.Equal(t, 200, send(61))
}

func TestAFirstReadThatFailedIsTriedAgainASecondLater(t *testing.T) {
	e := newEndpoint(t, bodySigned())
	e.secrets.down = errors.New("ThrottlingException")
	for range 100 {
		assert.Equal(t, 503, e.send(t, post(`{}`)).Status)
	}
	assert.Equal(t, 1, e.secrets.reads[configurationARN])

	e.secrets.down = nil
	e.clock.advance(time.Second)
	assert.Equal(t, 200, e.send(t, e.sign(t, bodySigned(), post(`{"id":"1"}`))).Status)
}
