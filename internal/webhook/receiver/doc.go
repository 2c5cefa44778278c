// Package receiver is the Lambda function behind webhook.Endpoint, without
// AWS: it takes API Gateway's event, proves that the partner sent it, hands it
// on, and says what the partner is answered. What it needs of the world stands
// in ports.go.
//
// One request goes through these files:
//
//	receiver.go   the order of things, and the answer to each way they end
//	request.go    API Gateway's event, and the bytes in it
//	admit.go      what is refused before the body is looked at
//	secrets.go    the partner's secrets and keys, cached
//	verify.go     handshakes and signatures, and a second look after a rotation
//	deliver.go    claim, publish, confirm
//	event.go      the CloudEvents document
package receiver
