package drive

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sort"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/mediasupplychain/cdk/webhook/signature"
)

// WebhookPartner is one partner of the webhook example: where it calls, and how
// it signs.
type WebhookPartner struct {
	// Path is its path on the endpoint.
	Path string

	// Scheme is how it signs.
	Scheme *signature.Scheme

	// Secrets are what it signs with.
	Secrets signature.Secrets

	url    string
	client *http.Client
}

// WebhookPartners are the partners of the webhook example, sorted by path, with
// the secrets they were given.
func (e *Example) WebhookPartners(ctx context.Context) ([]WebhookPartner, error) {
	base, err := e.Output("WebhookUrl")
	if err != nil {
		return nil, err
	}
	output, err := e.Output("PartnerSecrets")
	if err != nil {
		return nil, err
	}
	var secretARNs map[string]string
	if err := json.Unmarshal([]byte(output), &secretARNs); err != nil {
		return nil, fmt.Errorf("output PartnerSecrets: %w", err)
	}
	var partners []WebhookPartner
	for path, arn := range secretARNs {
		partner, err := e.webhookPartner(ctx, base, path, arn)
		if err != nil {
			return nil, fmt.Errorf("partner %s: %w", path, err)
		}
		partners = append(partners, partner)
	}
	sort.Slice(partners, func(i, j int) bool { return partners[i].Path < partners[j].Path })
	return partners, nil
}

func (e *Example) webhookPartner(ctx context.Context, base, path, arn string) (WebhookPartner, error) {
	scheme, known := schemes()[path[strings.LastIndex(path, "/")+1:]]
	if !known {
		return WebhookPartner{}, errors.New("its path does not end with the name of a preset")
	}
	stored, err := secretsmanager.NewFromConfig(e.Cloud.Config()).GetSecretValue(ctx,
		&secretsmanager.GetSecretValueInput{SecretId: aws.String(arn)})
	if err != nil {
		return WebhookPartner{}, fmt.Errorf("secret: %w", err)
	}
	secrets, err := signature.ParseSecrets(aws.ToString(stored.SecretString))
	if err != nil {
		return WebhookPartner{}, fmt.Errorf("secret: %w", err)
	}
	return WebhookPartner{
		Path:    path,
		Scheme:  scheme,
		Secrets: secrets,
		url:     strings.TrimSuffix(base, "/") + "/" + strings.Trim(path, "/"),
		client:  e.Cloud.HTTPClient(),
	}, nil
}

// schemes are the presets, by name: the last part of a partner's path.
func schemes() map[string]*signature.Scheme {
	byName := map[string]*signature.Scheme{}
	for _, preset := range signature.Presets() {
		byName[preset.Name] = preset
	}
	return byName
}

// Request is the partner's signed request with that body.
func (p WebhookPartner) Request(body []byte, now time.Time) (*signature.Request, error) {
	return p.Scheme.Sign(signature.Request{
		Method: http.MethodPost,
		URL:    p.url,
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   body,
	}, p.Secrets, now)
}

// Answer is what the endpoint said.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Call sends a request, signed or not, as it is.
func (p WebhookPartner) Call(ctx context.Context, request *signature.Request) (Answer, error) {
	call, err := http.NewRequestWithContext(ctx, request.Method, request.URL, bytes.NewReader(request.Body))
	if err != nil {
		return Answer{}, err
	}
	call.Header = request.Header.Clone()
	response, err := p.client.Do(call)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return Answer{Status: response.StatusCode, Header: response.Header, Body: string(body)}, err
}

func (p WebhookPartner) send(ctx context.Context, event Event) error {
	request, err := p.Request(event.Payload, time.Now())
	if err != nil {
		return err
	}
	answer, err := p.Call(ctx, request)
	if err != nil {
		return err
	}
	if answer.Status < 200 || answer.Status > 299 {
		return fmt.Errorf("the endpoint answered %d: %s", answer.Status, answer.Body)
	}
	return nil
}

// connectWebhook is the first partner of the example.
func connectWebhook(ctx context.Context, example *Example) (sender, error) {
	partners, err := example.WebhookPartners(ctx)
	if err != nil {
		return nil, err
	}
	if len(partners) == 0 {
		return nil, errors.New("the example has no partner")
	}
	return partners[0], nil
}
