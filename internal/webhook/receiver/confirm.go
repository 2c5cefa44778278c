package receiver

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/mediasupplychain/cdk/webhook/confirm"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

// confirm asks the user's function, where there is one, whether the partner's
// own API knows what the request says.
func (x *exchange) confirm(ctx context.Context, event signature.Event) error {
	if x.config.Confirm == "" {
		return nil
	}
	question, err := json.Marshal(x.question(event))
	if err != nil {
		return &failure{reason: "confirm", cause: err}
	}
	accepted, err := x.confirmer.Confirm(ctx, x.config.Confirm, question)
	switch {
	case err != nil:
		return &failure{reason: "confirm", cause: fmt.Errorf("ask whether the request is genuine: %w", err)}
	case !accepted:
		return x.reject("not_confirmed", nil)
	}
	return nil
}

func (x *exchange) question(event signature.Event) confirm.Request {
	q := confirm.Request{
		Partner: x.path, Method: x.request.Method,
		ContentType: x.request.headerValue("Content-Type"), Body: x.signed.Body,
	}
	for _, item := range itemsOf(event) {
		q.Events = append(q.Events, confirm.Event{ID: item.ID, Type: item.Type, AssetID: item.AssetID})
	}
	return q
}
