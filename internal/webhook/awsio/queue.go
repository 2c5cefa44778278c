package awsio

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/mediasupplychain/cdk/internal/webhook/partner"
	"github.com/mediasupplychain/cdk/internal/webhook/receiver"
)

// SQS is the one method used of its client.
type SQS interface {
	SendMessageBatch(context.Context, *sqs.SendMessageBatchInput, ...func(*sqs.Options)) (*sqs.SendMessageBatchOutput, error)
}

// Queue sends events to an SQS queue.
type Queue struct {
	Client func() SQS
}

func (q Queue) send(ctx context.Context, to partner.Destination, events []receiver.Event) []error {
	entries := make([]types.SendMessageBatchRequestEntry, len(events))
	for i, e := range events {
		id, document := strconv.Itoa(i), string(e.Document)
		entries[i] = types.SendMessageBatchRequestEntry{Id: &id, MessageBody: &document}
		if to.FIFO {
			group, duplicate := groupID(e), hash(e.Source+"\n"+e.ID)
			entries[i].MessageGroupId, entries[i].MessageDeduplicationId = &group, &duplicate
		}
	}
	out, err := q.Client().SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &to.QueueURL, Entries: entries})
	if err != nil {
		return all(len(events), fmt.Errorf("send message: %w", err))
	}
	failed := all(len(events), fmt.Errorf("send message: %w", errNoResult))
	mark := func(id *string, err error) {
		if id == nil {
			return
		}
		if i, e := strconv.Atoi(*id); e == nil && i >= 0 && i < len(failed) {
			failed[i] = err
		}
	}
	for _, r := range out.Successful {
		mark(r.Id, nil)
	}
	for _, r := range out.Failed {
		mark(r.Id, fmt.Errorf("send message: %w", refused(r.Code)))
	}
	return failed
}

// maxGroupID is how long a group id may be, and groupIDCharacters what it may
// hold (SendMessage, Amazon SQS API reference).
const (
	maxGroupID        = 128
	groupIDCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
)

// groupID keeps the events of one asset in order. An event without an asset is
// in a group of its own, and waits for nobody.
func groupID(e receiver.Event) string {
	switch {
	case e.AssetID == "":
		return hash(e.Source + "\n" + e.ID)
	case len(e.AssetID) > maxGroupID || strings.Trim(e.AssetID, groupIDCharacters) != "":
		return hash(e.AssetID)
	}
	return e.AssetID
}

// hash is an id of 64 characters that every service accepts. The deduplication
// id is one of source and id together, which is what CloudEvents calls the same
// event: two partners on one queue may use the same ids.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
