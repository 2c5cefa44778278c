package drive

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/mediasupplychain/cdk/examples/webhook/client"
	"github.com/mediasupplychain/cdk/examples/webhook/partners"
)

// WebhookPartner is one partner of the webhook example: where it calls, how it
// signs, and what it sends.
type WebhookPartner = client.Partner

// WebhookPartners are the partners of the webhook example, with the secrets they
// were given.
func (e *Example) WebhookPartners(ctx context.Context) ([]WebhookPartner, error) {
	base, err := e.Output("WebhookUrl")
	if err != nil {
		return nil, err
	}
	secrets, err := e.Output("PartnerSecrets")
	if err != nil {
		return nil, err
	}
	return client.Endpoint{
		BaseURL: base, PartnerSecrets: secrets,
		Secrets: secretsmanager.NewFromConfig(e.Cloud.Config()), HTTP: e.Cloud.HTTPClient(),
	}.Partners(ctx)
}

// videoPlatform is the partner whose events stand for all of them.
const videoPlatform = "/mux"

// platform sends to the webhook endpoint as the video platform does.
type platform struct{ client.Partner }

func (p platform) send(ctx context.Context, event Event) error {
	request, err := p.RequestWith(partners.Message{ID: event.ID}, event.Payload, time.Now())
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

func connectWebhook(ctx context.Context, example *Example) (sender, error) {
	all, err := example.WebhookPartners(ctx)
	if err != nil {
		return nil, err
	}
	for _, partner := range all {
		if partner.Path == videoPlatform {
			return platform{partner}, nil
		}
	}
	return nil, fmt.Errorf("the example has no partner %s", videoPlatform)
}

// videoReady is what the platform documents for a video that is ready.
func videoReady(asset, id string, number int) map[string]any {
	partner, err := partners.Find(videoPlatform)
	if err != nil {
		panic(err) // a partner of the example
	}
	fields, err := partner.Fields(partners.Message{Asset: asset, ID: id, Extra: map[string]any{"created_at": occurrence(number)}})
	if err != nil {
		panic(err) // a documented payload
	}
	return fields
}
