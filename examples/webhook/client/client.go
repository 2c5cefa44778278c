// Package client sends webhooks as the example's partners do, with the secrets
// that the deployed example has for them.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/mediasupplychain/cdk/examples/webhook/partners"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

// SecretsManager is the one method used of the service's client.
type SecretsManager interface {
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
}

// Endpoint is a deployed example.
type Endpoint struct {
	// BaseURL is the stack's output WebhookUrl.
	BaseURL string

	// PartnerSecrets is the stack's output of this name.
	PartnerSecrets string

	Secrets SecretsManager
	HTTP    *http.Client
}

// Partner is a partner that knows its secret and where to send to.
type Partner struct {
	partners.Partner

	// Secrets are what it signs with.
	Secrets signature.Secrets

	base string
	http *http.Client
}

// Partners are the partners that have a secret at the endpoint, in the order of
// partners.All.
func (e Endpoint) Partners(ctx context.Context) ([]Partner, error) {
	var arns map[string]string
	if err := json.Unmarshal([]byte(e.PartnerSecrets), &arns); err != nil {
		return nil, fmt.Errorf("output PartnerSecrets: %w", err)
	}
	for path := range arns {
		if _, err := partners.Find(path); err != nil {
			return nil, fmt.Errorf("output PartnerSecrets: %w", err)
		}
	}
	var found []Partner
	for _, partner := range partners.All() {
		arn, has := arns[partner.Path]
		if !has {
			return nil, fmt.Errorf("output PartnerSecrets: no secret of %s", partner.Path)
		}
		secrets, err := e.read(ctx, arn)
		if err != nil {
			return nil, fmt.Errorf("secret of %s: %w", partner.Path, err)
		}
		found = append(found, Partner{Partner: partner, Secrets: secrets, base: e.BaseURL, http: e.HTTP})
	}
	return found, nil
}

func (e Endpoint) read(ctx context.Context, arn string) (signature.Secrets, error) {
	stored, err := e.Secrets.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(arn)})
	if err != nil {
		return nil, err
	}
	return signature.ParseSecrets(aws.ToString(stored.SecretString))
}

// Request is the signed request that announces a message.
func (p Partner) Request(m partners.Message, now time.Time) (*signature.Request, error) {
	payload, err := p.Payload(m)
	if err != nil {
		return nil, err
	}
	return p.RequestWith(m, payload, now)
}

// RequestWith is the signed request with a payload of the caller's own.
func (p Partner) RequestWith(m partners.Message, payload []byte, now time.Time) (*signature.Request, error) {
	return p.Partner.Request(p.base, m, payload, p.Secrets, now)
}

// Stranger is somebody who calls like the partner and knows a secret of the same
// form, but not the partner's.
func (p Partner) Stranger() Partner {
	strangers := make(signature.Secrets, len(p.Secrets))
	for i, secret := range p.Secrets {
		text := []byte(secret.Value)
		for at := max(0, len(text)-8); at < len(text); at++ {
			text[at] = other(text[at])
		}
		strangers[i] = signature.Secret{Slot: secret.Slot, Value: string(text)}
	}
	p.Secrets = strangers
	return p
}

// other is a letter that is not the one given.
func other(letter byte) byte {
	if letter == 'A' {
		return 'B'
	}
	return 'A'
}

// Answer is what the endpoint said.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Call sends a request, signed or not, as it is.
func (p Partner) Call(ctx context.Context, request *signature.Request) (Answer, error) {
	call, err := http.NewRequestWithContext(ctx, request.Method, request.URL, bytes.NewReader(request.Body))
	if err != nil {
		return Answer{}, err
	}
	call.Header = request.Header.Clone()
	response, err := p.http.Do(call)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return Answer{Status: response.StatusCode, Header: response.Header, Body: string(body)}, err
}
